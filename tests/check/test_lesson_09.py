"""The checks of lesson 09 accept the reference and name every known wrong answer."""

from collections.abc import Callable

import torch
from torch import Tensor

from ia3_teach.check import lesson_09
from ia3_teach.check.mutants import assert_rejects


def ranked(key: Tensor, k: int) -> Tensor:
    best = key.flatten().argsort(descending=True)[:k]
    return torch.stack(torch.unravel_index(best, key.shape), dim=1)


def per_layer(l: Tensor, k: int) -> Tensor:
    best = l.log2().abs().argmax(dim=1)
    return torch.stack([torch.arange(len(l)), best], dim=1)[:k]


def test_most_moved_rejects_every_known_wrong_answer() -> None:
    assert_rejects(
        lesson_09.most_moved,
        lambda l, k: ranked(l.log2().abs(), k),
        {
            "by l": (lambda l, k: ranked(l, k), "sorted by l itself"),
            "by |l - 1|": (lambda l, k: ranked((l - 1).abs(), k), "sorted by |l - 1|"),
            "signed": (lambda l, k: ranked(-l.log2(), k), "smallest l come first"),
            "ascending": (lambda l, k: ranked(-l.log2().abs(), k), "nearest to 1 come first"),
            "per layer": (per_layer, "one entry from each layer"),
            "swapped": (lambda l, k: ranked(l.log2().abs(), k).flip(1), "are swapped"),
            "flat": (
                lambda l, k: l.log2().abs().flatten().argsort(descending=True)[:k],
                "positions in the flattened matrix",
            ),
        },
    )


def test_ablate_rejects_every_known_wrong_answer() -> None:
    assert_rejects(
        lesson_09.ablate,
        ablation(),
        {
            "reset to 0": (ablation(value=0.0), "silences the channel"),
            "in place": (in_place, "or the next measurement"),
            "flat": (flat, "in their own shape"),
            "never restored": (ablation(restore=False), "restore them before the control"),
            "through a view": (through_a_view, "flatten shares the memory of l"),
            "costs": (costs, "expected: two numbers that measure gave"),
            "halves": (halves, "found:    (35.65"),
            "same entries": (ablation(draw=lambda order, k, seed: order[:k]), "same entries as the test"),
            "smaller control": (ablation(draw=lambda order, k, seed: order[-2:]), "of another size"),
            "one draw for ever": (ablation(draw=lambda order, k, seed: order[-k:]), "torch.randperm"),
            "by l": (ablation(key=lambda l: l), "sorted by l itself"),
            "control first": (lambda *args: ablation()(*args)[::-1], "numbers are exchanged"),
        },
    )


def test_mix_rejects_every_known_wrong_answer() -> None:
    def departures(vectors: Tensor, weights: list[float]) -> Tensor:
        return torch.tensor(weights) @ (vectors - 1)

    assert_rejects(
        lesson_09.mix,
        lambda vectors, weights: 1 + departures(vectors, weights),
        {
            "around 0": (lambda vectors, weights: torch.tensor(weights) @ vectors, "mixed around 0"),
            "no 1": (departures, "a 1 is missing"),
            "normalised": (lambda vectors, w: 1 + departures(vectors, w) / sum(w), "only in a mean"),
            "geometric": (
                lambda vectors, w: (vectors ** torch.tensor(w)[:, None]).prod(dim=0), "geometric mixture",
            ),
            "plain mean": (lambda vectors, weights: vectors.mean(dim=0), "the plain mean"),
            "plain sum": (lambda vectors, weights: 1 + (vectors - 1).sum(dim=0), "the plain sum"),
            "unsigned": (lambda vectors, w: 1 + departures(vectors, [abs(x) for x in w]), "lost their sign"),
            "wrong axis": (lambda vectors, w: 1 + (vectors - 1).sum(dim=1), "so that the channels are left"),
            "in place": (subtracts_in_place, "do not subtract in place"),
        },
    )  # fmt: skip


def subtracts_in_place(vectors: Tensor, weights: list[float]) -> Tensor:
    vectors -= 1
    return 1 + torch.tensor(weights) @ vectors


def random(order: Tensor, k: int, seed: int) -> Tensor:
    return torch.randperm(len(order), generator=torch.Generator().manual_seed(seed))[:k]


def ablation(
    value: float = 1.0, restore: bool = True, draw: Callable = random,
    key: Callable = lambda l: l.log2().abs(),
) -> Callable:  # fmt: skip
    def ablate(measure: Callable, l: Tensor, k: int, seed: int) -> tuple[float, ...]:
        order = key(l).flatten().argsort(descending=True)
        results, changed = [], l.flatten().clone()
        for chosen in (order[:k], draw(order, k, seed)):
            changed = l.flatten().clone() if restore else changed
            changed[chosen] = value
            results.append(measure(changed.view_as(l)))
        return tuple(results)

    return ablate


def through_a_view(measure: Callable, l: Tensor, k: int, seed: int) -> tuple[float, ...]:
    far = l.flatten()
    far[l.log2().abs().flatten().topk(k).indices] = 1.0
    first, control = measure(far.view_as(l)), l.flatten()
    control[random(control, k, seed)] = 1.0
    return first, measure(control.view_as(l))


def costs(measure: Callable, l: Tensor, k: int, seed: int) -> tuple[float, ...]:
    whole = measure(l)
    return tuple(whole - left for left in ablation()(measure, l, k, seed))


def halves(measure: Callable, l: Tensor, k: int, seed: int) -> tuple[float, ...]:
    return tuple(found / 2 for found in ablation()(measure, l, k, seed))


def flat(measure: Callable, l: Tensor, k: int, seed: int) -> tuple[float, ...]:
    return ablation()(lambda changed: measure(changed.flatten()), l, k, seed)


def in_place(measure: Callable, l: Tensor, k: int, seed: int) -> tuple[float, ...]:
    original = l.clone()
    result = ablation()(measure, l, k, seed)
    l.flatten()[random(original.flatten(), k, seed)] = 1.0
    return result
