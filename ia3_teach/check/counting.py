"""Checks of lesson 05, second part: the closed formula of IA3, and the heads in a printed number."""

from collections.abc import Callable

from ia3_teach.check.core import expect, expect_equal, expect_raises, run_properties


def _by_loop(n_layers: int, kv_heads: int, d_head: int, d_ff: int, n_cross: int) -> int:
    """Every entry of every vector, counted one by one."""
    values = 0
    for layer in range(n_layers):
        for _attention in range(2 if layer < n_cross else 1):
            for _vector in ("l_k", "l_v"):
                values += len([0 for _head in range(kv_heads) for _channel in range(d_head)])
        values += len([0 for _channel in range(d_ff)])
    return values


def _plain_blocks(ia3_values: Callable) -> None:
    """n_layers blocks with a key and a value for every head"""
    n_layers, n_heads, d_head, d_ff = 5, 3, 4, 70
    d = n_heads * d_head
    known = {
        2 * d + d_ff: "the layers were forgotten: every block has its own vectors",
        n_layers * (3 * d + d_ff): "queries were counted too: IA3 scales keys and values",
        n_layers * 2 * d: "the feed-forward vector l_ff is missing: d_ff values in each block",
        n_layers * (d + d_ff): "keys and values have a vector each",
        n_layers * 3 * d: "l_ff has the length d_ff, not d_model",
        n_layers * (2 * d_head + d_ff): "l_k covers all heads: kv_heads x d_head values",
    }
    found = ia3_values(n_layers, n_heads, n_heads, d_head, d_ff, 0)
    expect_equal(
        found, _by_loop(n_layers, n_heads, d_head, d_ff, 0), "ia3_values(5, 3, 3, 4, 70, 0)",
        known.get(found, "count one block first: l_k, l_v, l_ff"),
    )  # fmt: skip


def _shared_keys(ia3_values: Callable) -> None:
    """where heads share keys and values, l_k and l_v are shorter"""
    known = {
        5 * (2 * 32 + 70): "n_heads was used for the keys: only kv_heads of them have keys and values",
        5 * (32 + 8 + 70): "values are shared like keys: both have kv_heads x d_head channels",
    }
    found = ia3_values(5, 8, 2, 4, 70, 0)
    expect_equal(
        found,
        _by_loop(5, 2, 4, 70, 0),
        "ia3_values(5, 8, 2, 4, 70, 0)",
        known.get(found, "d_k = kv_heads x d_head"),
    )


def _cross_attention(ia3_values: Callable) -> None:
    """a block with cross-attention has a second l_k and l_v, but one l_ff"""
    block, cross = 2 * 12 + 70, 2 * 12
    known = {
        5 * block: "cross-attention was forgotten: it has keys and values of its own",
        5 * block + 2 * block: "a block with cross-attention has still only one feed-forward part",
        5 * (block + cross): "only n_cross of the n_layers blocks have cross-attention",
        5 * block + 2 * cross // 2: "cross-attention has a vector for its keys and one for its values",
    }
    found = ia3_values(5, 3, 3, 4, 70, 2)
    expect_equal(
        found, _by_loop(5, 3, 4, 70, 2), "ia3_values(5, 3, 3, 4, 70, 2)",
        known.get(found, "add n_cross times what a second attention brings"),
    )  # fmt: skip


def ia3_values(answer: Callable) -> None:
    """Check `ia3_values(n_layers, n_heads, kv_heads, d_head, d_ff, n_cross)`."""
    run_properties(answer, [_plain_blocks, _shared_keys, _cross_attention])


def _head(d_model: int, n_labels: int) -> int:
    """A head of two Linears, entry by entry."""
    weights = sum(1 for _ in range(d_model) for _ in range(d_model + n_labels))
    return weights + d_model + n_labels


def _finds_the_copies(head_copies: Callable) -> None:
    """the rest beside the adapter is a whole number of heads"""
    head, adapter = _head(4, 3), 500
    for copies in (0, 1, 2, 5):
        rest = copies * head
        known = {
            rest // (4 * 4 + 4 * 3): "the biases are missing: a Linear has one per output",
            rest // (4 * 3 + 3): "the square Linear, d_model to d_model, is missing",
            rest // (4 * 4 + 4): "the last Linear, d_model to n_labels, is missing",
            (rest + adapter) // head: "the adapter's own values were not taken off first",
        }
        found = _counted(head_copies, rest + adapter, adapter, 4, 3)
        expect_equal(
            found, copies, f"head_copies({rest + adapter}, {adapter}, 4, 3)",
            known.get(found, "(trainable - adapter) / head"),
        )  # fmt: skip


def _counted(head_copies: Callable, *numbers: int) -> int:
    """The answer; an error about a number that does come out even is a wrong head."""
    try:
        return head_copies(*numbers)
    except ValueError:
        trainable, adapter, d_model, n_labels = numbers
        expect(
            False, f"a number of copies for {trainable:,}", "a ValueError",
            f"a head of two Linears has d_model (d_model + 1) + n_labels (d_model + 1) = "
            f"{_head(d_model, n_labels)} values here, biases included",
        )  # fmt: skip
        raise


def _refuses_a_remainder(head_copies: Callable) -> None:
    """a rest that is no whole number of heads is refused"""
    head = _head(4, 3)
    for rest in (1, head - 1, head + 1, -head, -1):
        expect_raises(
            ValueError, lambda rest=rest: head_copies(100 + rest, 100, 4, 3),
            f"head_copies with a rest of {rest} where a head has {head}",
            "a negative rest is no head either" if rest < 0 else "look at the remainder: divmod(rest, head)",
        )  # fmt: skip


def head_copies(answer: Callable) -> None:
    """Check `head_copies(trainable, adapter, d_model, n_labels)`."""
    run_properties(answer, [_finds_the_copies, _refuses_a_remainder])
