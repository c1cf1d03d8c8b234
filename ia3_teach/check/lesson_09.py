"""Checks of lesson 09: ranking entries by how far they moved, an ablation with its control, a mixture."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from ia3_teach.check.core import expect, expect_close, expect_equal, expect_shape, run_properties
from ia3_teach.check.mixing import mix as mix

_L = torch.tensor([[1.0, 0.25, 1.5, 0.9], [3.0, 1.1, 0.5, 1.02], [0.8, 1.7, 1.2, 0.125]])


def _ranking(key: Callable[[float], float]) -> Tensor:
    """(layer, channel) of every entry of _L, the largest key first."""
    places = [(key(_L[i, j].item()), i, j) for i in range(3) for j in range(4)]
    return torch.tensor([[i, j] for _, i, j in sorted(places, key=lambda place: -place[0])])


def _best_per_layer() -> Tensor:
    return torch.tensor([[i, _L[i].log2().abs().argmax().item()] for i in range(3)])


def _gives_places(most_moved: Callable) -> None:
    """the result holds k pairs of layer and channel"""
    mistake = "one row (layer, channel) for each of the k entries"
    expect_shape(most_moved(_L, 5), (5, 2), "most_moved(l, 5)", mistake)


def _farthest_first(most_moved: Callable) -> None:
    """the entries farthest from 1 come first, half and double alike"""
    expect_close(
        most_moved(_L, 3), _ranking(lambda l: abs(math.log2(l)))[:3], "most_moved(l, 3)",
        "write down |log2 l| of every entry and sort by hand",
        known={
            "sorted by l itself, or by log2 l: an entry of 1/8 moved farther than one of 3":
                _ranking(lambda l: l)[:3],
            "sorted by |l - 1|: 1/8 and 8 are equally far, but |1/8 - 1| is less than 1":
                _ranking(lambda l: abs(l - 1))[:3],
            "the smallest l come first: amplification counts as much as inhibition":
                _ranking(lambda l: -math.log2(l))[:3],
            "the nearest to 1 come first: sort in descending order":
                _ranking(lambda l: -abs(math.log2(l)))[:3],
            "one entry from each layer: rank all layers together": _best_per_layer(),
            "channel and layer are swapped: the layer comes first":
                _ranking(lambda l: abs(math.log2(l)))[:3].flip(1),
        },
    )  # fmt: skip


def most_moved(answer: Callable) -> None:
    """Check `most_moved(l, k)`: the places of the k entries farthest from 1."""
    run_properties(answer, [_gives_places, _farthest_first])


class _Spy:
    """A measure that remembers what it was given; its value is the mean of l."""

    def __init__(self) -> None:
        self.given: list[Tensor] = []

    def __call__(self, l: Tensor) -> float:
        self.given.append(l.clone())
        return l.mean().item()

    def resets(self, start: Tensor) -> list[set[int]]:
        """For each call, the numbers of the entries that differ from `start`."""
        return [set((l != start).flatten().nonzero().flatten().tolist()) for l in self.given]


def _vectors() -> Tensor:
    """No entry is 1, so that every reset can be seen; the farthest five are 7, 19, 3, 26, 30."""
    l = torch.linspace(1.05, 1.2, 40)
    l[[7, 19, 3, 26, 30]] = torch.tensor([0.2, 4.0, 0.3, 3.0, 0.4])
    return l.view(4, 10)


def _run(ablate: Callable, k: int = 5, seed: int = 0) -> tuple[object, _Spy]:
    spy = _Spy()
    return ablate(spy, _vectors(), k, seed), spy


def _two_measures(ablate: Callable) -> None:
    """two numbers come back: without the k farthest, and without k random entries"""
    pair, spy = _run(ablate)
    expect_equal(len(spy.given), 2, "calls of measure", "measure once for the farthest, once for the control")
    shapes = {tuple(l.shape) for l in spy.given}
    mistake = "give measure the vectors in their own shape: `.view_as(l)` folds a flat tensor back"
    expect_equal(shapes, {tuple(_vectors().shape)}, "shapes given to measure", mistake)
    wanted = tuple(l.mean().item() for l in spy.given)
    expect(
        isinstance(pair, tuple | list) and tuple(pair) == wanted,
        "(farthest reset, random reset)", repr(pair), "return what measure gave, the farthest first",
    )  # fmt: skip


def _resets_to_one(ablate: Callable) -> None:
    """what is reset becomes 1"""
    for l in _run(ablate)[1].given:
        changed = l[l != _vectors()]
        expect(
            bool((changed == 1).all()), "1 at every entry that was reset", f"{changed.tolist()}",
            "a factor of 0 silences the channel; the factor that does nothing is 1",
        )  # fmt: skip


def _farthest_are_reset(ablate: Callable) -> None:
    """first the k farthest are reset, by |log2 l|"""
    first = _run(ablate)[1].resets(_vectors())[0]
    mistake = "rank by |log2 l| as in exercise 9.1"
    expect_equal(sorted(first), [3, 7, 19, 26, 30], "entries reset first", mistake)


def _fair_control(ablate: Callable) -> None:
    """the control resets k entries of the trained vectors, drawn anew for each seed"""
    draws = [_run(ablate, seed=seed)[1].resets(_vectors()) for seed in range(4)]
    farthest, controls = draws[0][0], [control for _, control in draws]
    expect(
        not all(farthest < control for control in controls), "a control that starts from the trained vectors",
        f"{len(controls[0])} entries reset", "the farthest are still reset: restore them before the control",
    )  # fmt: skip
    sizes = {len(control) for control in controls}
    mistake = "a control of another size controls nothing: reset k"
    expect_equal(sizes, {5}, "entries reset in the control", mistake)
    expect(
        any(control != farthest for control in controls), "random entries", "the farthest again",
        "the control resets the same entries as the test",
    )  # fmt: skip
    expect(
        len({tuple(sorted(control)) for control in controls}) > 1, "another draw for another seed",
        "the same entries for four seeds", "seed a torch.Generator with `seed` and draw with torch.randperm",
    )  # fmt: skip


def _leaves_vectors_alone(ablate: Callable) -> None:
    """the vectors that are handed in stay as they are"""
    l = _vectors()
    ablate(_Spy(), l, 5, 0)
    mistake = "work on a clone, or the next measurement starts from what is left"
    expect_close(l, _vectors(), "the vectors handed in", mistake)


def ablate(answer: Callable) -> None:
    """Check `ablate(measure, l, k, seed)`: k farthest reset against k random ones."""
    run_properties(
        answer,
        [_two_measures, _resets_to_one, _farthest_are_reset, _fair_control, _leaves_vectors_alone],
    )
