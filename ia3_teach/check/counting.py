"""Checks of lesson 05, second part: the closed formula of IA3, and the heads in a printed number."""

from ia3_teach.check.core import expect
from ia3_teach.check.drawing import Draw
from ia3_teach.check.failure import describe
from ia3_teach.check.judging import values
from ia3_teach.check.probing.calls import call_each, case
from ia3_teach.check.seen import Seen
from ia3_teach.check.shape import Cases, Exercise, Property
from ia3_teach.wording import with_article


def _by_loop(n_layers: int, n_heads: int, kv_heads: int, d_head: int, d_ff: int, n_cross: int = 0) -> int:
    """Every entry of every vector, counted head by head."""
    count = 0
    for layer in range(n_layers):
        for _attention in range(2 if layer < n_cross else 1):
            for _vector in ("l_k", "l_v"):
                count += sum(d_head for _head in range(kv_heads))
        count += d_ff
    return count


KNOWN = {
    "the layers were forgotten: every block has its own vectors": lambda n, h, kv, d, ff, c=0:
        2 * kv * d + ff,
    "queries were counted too: IA3 scales keys and values":
        lambda n, h, kv, d, ff, c=0: n * (h * d + 2 * kv * d + ff) + 2 * c * kv * d,
    "the feed-forward vector l_ff is missing: d_ff values in each block":
        lambda n, h, kv, d, ff, c=0: 2 * (n + c) * kv * d,
    "keys and values have a vector each": lambda n, h, kv, d, ff, c=0: n * (kv * d + ff) + c * kv * d,
    "l_ff has the length d_ff, not d_model": lambda n, h, kv, d, ff, c=0:
        n * (2 * kv * d + h * d) + 2 * c * kv * d,
    "l_k covers all heads: kv_heads x d_head values": lambda n, h, kv, d, ff, c=0:
        n * (2 * d + ff) + 2 * c * d,
    "n_heads was used for the keys: only kv_heads of them have keys and values":
        lambda n, h, kv, d, ff, c=0: n * (2 * h * d + ff) + 2 * c * h * d,
    "n_heads was used for the keys of cross-attention: there, too, only kv_heads have keys and values":
        lambda n, h, kv, d, ff, c=0: n * (2 * kv * d + ff) + 2 * c * h * d,
    "values are shared like keys: both have kv_heads x d_head channels":
        lambda n, h, kv, d, ff, c=0: n * (h * d + kv * d + ff) + c * (h * d + kv * d),
    "cross-attention was forgotten: it has keys and values of its own":
        lambda n, h, kv, d, ff, c=0: n * (2 * kv * d + ff),
    "a block with cross-attention has still only one feed-forward part":
        lambda n, h, kv, d, ff, c=0: (n + c) * (2 * kv * d + ff),
    "only n_cross of the n_layers blocks have cross-attention":
        lambda n, h, kv, d, ff, c=0: n * (4 * kv * d + ff) if c else n * (2 * kv * d + ff),
    "cross-attention has a vector for its keys and one for its values":
        lambda n, h, kv, d, ff, c=0: n * (2 * kv * d + ff) + c * kv * d,
    "n_cross counts the blocks with cross-attention: there may be more than one":
        lambda n, h, kv, d, ff, c=0: n * (2 * kv * d + ff) + min(c, 1) * 2 * kv * d,
    "a block with cross-attention has its self-attention and its feed-forward part as well":
        lambda n, h, kv, d, ff, c=0: (n - c) * (2 * kv * d + ff) + 2 * c * kv * d,
}  # fmt: skip


def _cases(seed: int) -> Cases:
    draw = Draw(seed)

    def one(kv_heads: int, groups: int, n_cross: int | None) -> dict:
        sizes = draw.number(7, 9), kv_heads * groups, kv_heads, draw.number(4, 6), draw.number(70, 90)
        return case(*sizes) if n_cross is None else case(*sizes, n_cross)

    named = one(2, 2, None)
    named["named"] = {"n_cross": draw.number(3, 5)}
    return {
        "a key and a value for every head": one(3, 1, 0), "heads that share": one(2, 4, 0),
        "some blocks with cross-attention": one(3, 1, draw.number(3, 5)), "both": one(2, 3, draw.number(3,
        5)),
        "one block with cross-attention": one(3, 2, 1), "no word of n_cross": one(2, 3, None),
        "n_cross by its name": named, "one key for all heads": one(1, 6, 2),
    }  # fmt: skip


ALL = tuple(_cases(0))
BLOCK = "count one block first: l_k, l_v, l_ff"
ia3_values = Exercise(
    "lesson_05.ia3_values", "ia3_values", _cases, call_each,
    (
        values("n_layers blocks with a key and a value for every head", ALL[:1], _by_loop, "ia3_values(...)",
        BLOCK,
               dict(list(KNOWN.items())[:6])),
        values("where heads share keys and values, l_k and l_v are shorter", ALL[1:2], _by_loop,
               "ia3_values(...)", "d_k = kv_heads x d_head", dict(list(KNOWN.items())[:9])),
        values("a block with cross-attention has a second l_k and l_v, but one l_ff", ALL[2:], _by_loop,
               "ia3_values(...)", "add n_cross times what a second attention brings", KNOWN),
    ),
)  # fmt: skip


def _head(d_model: int, n_labels: int) -> int:
    """A head of two Linears, row by row."""
    return sum(d_model + 1 for _ in range(d_model + n_labels))


def _copies(trainable: int, adapter: int, d_model: int, n_labels: int) -> int:
    return round((trainable - adapter) / _head(d_model, n_labels))


def _head_cases(seed: int) -> Cases:
    draw, cases = Draw(seed), {}
    for copies in (1, 2, 0, 5, draw.number(12, 40)):
        d_model, n_labels, adapter = draw.number(4, 9), draw.number(2, 3), draw.number(400, 900)
        printed = adapter + copies * _head(d_model, n_labels)
        name = "1 copy" if copies == 1 else f"{copies if copies < 6 else 'many'} copies"
        cases[name] = case(printed, adapter, d_model, n_labels)
    d_model = draw.number(4, 9)
    cases["2 copies, one label, no adapter"] = case(2 * _head(d_model, 1), 0, d_model, 1)
    d_model, adapter = draw.number(16, 24), draw.number(400, 900)
    head = _head(d_model, 3)
    rests = {
        "one value": 1, "one less than a head": head - 1, "one more than a head": head + 1,
        "minus one head": -head, "minus one": -1, "a little more than many heads": 500 * head + 1,
        "half a head": head // 2 + 1, "a head without its last biases": head - 3,
    }  # fmt: skip
    return cases | {
        f"a rest of {text}": case(adapter + rest, adapter, d_model, 3) for text, rest in rests.items()
    }


HEADS = tuple(_head_cases(0))
EVEN, UNEVEN = HEADS[:6], HEADS[6:]
SIZES = {
    "the biases are missing: a Linear has one per output": lambda d, n: d * d + d * n,
    "the square Linear, d_model to d_model, is missing": lambda d, n: d * n + n,
    "the last Linear, d_model to n_labels, is missing": lambda d, n: d * d + d,
    "the biases of the square Linear are missing": lambda d, n: d * d + d * n + n,
    "the biases of the last Linear are missing": lambda d, n: d * d + d + d * n,
}


def _with_head(size) -> object:
    """What comes out with another size of a head; an uneven rest is not explained by it."""
    return lambda trainable, adapter, d, n: (trainable - adapter) // size(d, n)


def _counts(seen: Seen) -> None:
    for name in EVEN:
        error = seen.error(name)
        if error is not None and "ValueError" in error["kinds"]:
            hint = "as many copies as there are: no upper limit may be written into the code"
            expect(name != EVEN[4], f"a number of copies ({name})", "a ValueError", hint)
            trainable, adapter, d, n = seen.arguments(name)
            hint = (
                f"{trainable} - {adapter} = {trainable - adapter} is a whole number of heads; one has "
                f"d_model (d_model + 1) + n_labels (d_model + 1) = {_head(d, n)} values, biases included"
            )
            hint = "nothing is left beside the adapter: that is 0 heads" if trainable == adapter else hint
            expect(False, f"a number of copies ({name})", "a ValueError", hint)
    KNOWN_HEADS.judge(seen)


KNOWN_HEADS = values(
    "the rest beside the adapter is a whole number of heads", EVEN, _copies, "head_copies(...)",
    "(trainable - adapter) / head", {text: _with_head(size) for text, size in SIZES.items()} | {
        "the adapter's own values were not taken off first": lambda trainable, adapter, d, n:
            trainable // _head(d, n)},
)  # fmt: skip


def _refuses_a_remainder(seen: Seen) -> None:
    for name in UNEVEN:
        negative = "minus" in name
        mistake = (
            "a negative rest is no head either" if negative else "look at the remainder: divmod(rest, head)"
        )
        error = seen.error(name)
        if error is None:
            expect(False, f"head_copies raises ValueError ({name})", describe(seen[name]), mistake)
        elif "ValueError" not in error["kinds"]:
            came = with_article(error["kind"]) if not error["ended"] else "no end"
            other = "the card asks for a ValueError" if not error["ended"] else mistake
            expect(False, f"head_copies raises ValueError ({name})", came, other)


head_copies = Exercise(
    "lesson_05.head_copies", "head_copies", _head_cases, call_each,
    (
        Property("the rest beside the adapter is a whole number of heads", _counts),
        Property("a rest that is no whole number of heads is refused", _refuses_a_remainder),
    ),
)  # fmt: skip
