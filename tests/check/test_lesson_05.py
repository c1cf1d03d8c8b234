"""The checks of lesson 05 accept the reference and name every known wrong answer."""

from torch import nn

from ia3_teach.check import lesson_05
from ia3_teach.check.mutants import assert_rejects


def counted(model: nn.Module) -> tuple[int, int]:
    trainable = sum(p.numel() for p in model.parameters() if p.requires_grad)
    return trainable, sum(p.numel() for p in model.parameters())


def weights_only(model: nn.Module) -> tuple[int, int]:
    counts = [(p.numel(), p.requires_grad) for name, p in model.named_parameters() if name.endswith("weight")]
    return sum(n for n, trained in counts if trained), sum(n for n, _ in counts)


def shared_twice(model: nn.Module) -> tuple[int, int]:
    every = [p for _, p in model.named_parameters(remove_duplicate=False)]
    return sum(p.numel() for p in every if p.requires_grad), sum(p.numel() for p in every)


def with_buffers(model: nn.Module) -> tuple[int, int]:
    trainable, total = counted(model)
    return trainable, total + sum(b.numel() for b in model.buffers())


def state_dict(model: nn.Module) -> tuple[int, int]:
    return counted(model)[0], sum(tensor.numel() for tensor in model.state_dict().values())


def without_head(model: nn.Module) -> tuple[int, int]:
    every = [p for name, p in model.named_parameters() if "classifier" not in name]
    return sum(p.numel() for p in every if p.requires_grad), sum(p.numel() for p in every)


def trained_without_head(model: nn.Module) -> tuple[int, int]:
    return without_head(model)[0], counted(model)[1]


def by_address(model: nn.Module) -> tuple[int, int]:
    every = {p.data_ptr(): p for p in model.parameters()}.values()
    return sum(p.numel() for p in every if p.requires_grad), sum(p.numel() for p in every)


def frozen_only(model: nn.Module) -> tuple[int, int]:
    trainable, total = counted(model)
    return (total, total) if trainable == total else (total - trainable, total)


def trained_and_frozen(model: nn.Module) -> tuple[int, int]:
    trainable, total = counted(model)
    return trainable, total - trainable


def freezes(model: nn.Module) -> tuple[int, int]:
    found = counted(model)
    model.requires_grad_(False)
    return found


def test_count_parameters_rejects_every_known_wrong_answer() -> None:
    assert_rejects(
        lesson_05.count_parameters,
        counted,
        {
            "no return": (lambda model: None, "is `return` missing"),
            "one number": (lambda model: counted(model)[1], "return both"),
            "weights only": (weights_only, "the bias counts too"),
            "shared twice": (shared_twice, "tied matrix was counted twice"),
            "with buffers": (with_buffers, "buffers (running means"),
            "state_dict": (state_dict, "a state_dict lists both"),
            "without the head": (without_head, "the head was left out: everything"),
            "trained without the head": (trained_without_head, "a new head is trained too"),
            "all are trainable": (lambda m: (counted(m)[1],) * 2, "look at requires_grad"),
            "frozen for trained": (frozen_only, "exchanged"),
            "total of the trained": (lambda m: (counted(m)[0],) * 2, "has the frozen values in it"),
            "the frozen second": (trained_and_frozen, "second number is"),
            "by address": (by_address, "not by its address"),
            "freezes": (freezes, "never set it"),
            "switches to training": (lambda m: counted(m.train()), "no train()"),
        },
    )


def formula(n_layers: int, n_heads: int, kv_heads: int, d_head: int, d_ff: int, n_cross: int = 0) -> int:
    d_k = kv_heads * d_head
    return n_layers * (2 * d_k + d_ff) + n_cross * 2 * d_k


def test_ia3_values_rejects_every_known_wrong_answer() -> None:
    assert_rejects(
        lesson_05.ia3_values,
        formula,
        {
            "one layer": (
                lambda n, h, kv, d, ff, n_cross=0: formula(1, h, kv, d, ff, n_cross),
                "layers were forgotten",
            ),
            "queries": (lambda n, h, kv, d, ff, n_cross=0: n * (3 * kv * d + ff), "queries were counted"),
            "no l_ff": (
                lambda n, h, kv, d, ff, n_cross=0: formula(n, h, kv, d, 0, n_cross),
                "l_ff is missing",
            ),
            "one vector": (lambda n, h, kv, d, ff, n_cross=0: n * (kv * d + ff), "a vector each"),
            "l_ff of d_model": (lambda n, h, kv, d, ff, n_cross=0: n * 3 * kv * d, "not d_model"),
            "one head": (lambda n, h, kv, d, ff, n_cross=0: n * (2 * d + ff), "covers all heads"),
            "all heads": (
                lambda n, h, kv, d, ff, n_cross=0: formula(n, h, h, d, ff, n_cross),
                "n_heads was used",
            ),
            "values not shared": (
                lambda n, h, kv, d, ff, n_cross=0: n * (h * d + kv * d + ff),
                "shared like keys",
            ),
            "no cross": (lambda n, h, kv, d, ff, n_cross=0: formula(n, h, kv, d, ff, 0), "was forgotten"),
            "l_ff twice": (
                lambda n, h, kv, d, ff, n_cross=0: formula(n + n_cross, h, kv, d, ff, 0),
                "one feed-forward",
            ),
            "cross everywhere": (
                lambda n, h, kv, d, ff, n_cross=0: formula(n, h, kv, d, ff, n * (n_cross > 0)),
                "only n_cross",
            ),
            "cross keys only": (
                lambda n, h, kv, d, ff, n_cross=0: formula(n, h, kv, d, ff, 0) + n_cross * kv * d,
                "and one for its values",
            ),
        },
    )


def copies(trainable: int, adapter: int, d_model: int, n_labels: int) -> int:
    return divided(trainable - adapter, (d_model + n_labels) * (d_model + 1))


def divided(rest: int, head: int) -> int:
    found, over = divmod(rest, head)
    if over or rest < 0:
        raise ValueError("no whole number of heads")
    return found


def test_head_copies_rejects_every_known_wrong_answer() -> None:
    assert_rejects(
        lesson_05.head_copies,
        copies,
        {
            "no biases": (lambda t, a, d, n: (t - a) // (d * d + d * n), "biases are missing"),
            "last Linear only": (lambda t, a, d, n: (t - a) // (d * n + n), "square Linear"),
            "square Linear only": (lambda t, a, d, n: (t - a) // (d * d + d), "last Linear"),
            "no biases, strict": (
                lambda t, a, d, n: divided(t - a, d * d + d * n),
                "is a whole number of heads",
            ),
            "with the adapter": (lambda t, a, d, n: t // ((d + n) * (d + 1)), "were not taken off"),
            "no remainder": (lambda t, a, d, n: (t - a) // ((d + n) * (d + 1)), "divmod"),
            "negative": (lambda t, a, d, n: negative(t - a, (d + n) * (d + 1)), "a negative rest"),
        },
    )


def negative(rest: int, head: int) -> int:
    if rest % head:
        raise ValueError("no whole number of heads")
    return rest // head
