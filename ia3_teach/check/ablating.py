"""Check of an ablation with its control (exercise 9.2)."""

import itertools
from typing import Any

import torch
from torch import Tensor

from ia3_teach.check.comparing import NOTHING
from ia3_teach.check.core import expect, expect_equal
from ia3_teach.check.drawing import Draw
from ia3_teach.check.failure import describe
from ia3_teach.check.judging import EITHER
from ia3_teach.check.layer_properties import reached
from ia3_teach.check.probing.calls import case
from ia3_teach.check.probing.spied_measure import ablations
from ia3_teach.check.seen import Seen
from ia3_teach.check.shape import Cases, Exercise, Property

SEEDS = 5
EXCHANGED = "the two numbers are exchanged: the farthest come first, the control second"
DRAWN = "draw with torch.randperm"
MADE_OF_IT = "return what measure says, not a difference or something made of it"
TWICE = "the same entry was drawn twice: draw without putting back"


def _cases(seed: int) -> Cases:
    """No entry is 1, so that every reset can be seen; both signs of log2 are among the farthest."""
    draw = Draw(seed)
    l, wide, first = draw.factors(40).view(4, 10), draw.factors(15).view(3, 5), draw.number(0, 99)
    draws = {
        f"seed {number + 1} of {SEEDS}": case(l.clone(), 5, first + number, draw.number(0, 999))
        for number in range(SEEDS)
    }
    return draws | {
        "the first seed again": case(l.clone(), 5, first, draw.number(1000, 1999)),
        "one entry": case(wide.clone(), 1, first, 0), "other vectors": case(wide.clone(), 7, first + 3, 1),
        "all entries": case(wide[:1].clone(), 5, first, 2), "one layer": case(l[:1].clone(), 3, first, 3),
        "seed 0": case(l.clone(), 5, 0, 4), "seed 0 again": case(l.clone(), 5, 0, 5),
    }  # fmt: skip


ALL = tuple(_cases(0))
FIRST, AGAIN = ALL[0], ALL[SEEDS]


def _given(seen: Seen, name: str) -> list[Tensor]:
    """The two matrices of the shape of l whose measures came back, in the order of the returned numbers.

    Which call came first, and whether there were others (the model as it is), is the learner's business.
    """
    calls, l = reached(seen, name, "given"), seen.arguments(name)[0]
    if seen.error(name) is not None and len(calls) < 2:
        seen[name]
    found = calls
    if seen.error(name) is None:
        numbers = _numbers(seen[name])
        found = _of_the_numbers(calls, numbers) or calls
        made = len(found) != 2 and len(numbers) == 2 and all(type(one) is float for one in numbers)
        expect(not made, f"two numbers that measure gave ({name})", describe(numbers), MADE_OF_IT)
    mistake = "measure the vectors without the farthest, then those of the control, and return both numbers"
    expect_equal(len(found), 2, f"vectors whose measures are returned ({name})", mistake)
    fits = all(isinstance(one, Tensor) and one.shape == l.shape for one in found)
    mistake = "give measure the vectors in their own shape: `.view_as(l)` folds a flat tensor back"
    expect(fits, f"matrices of shape {tuple(l.shape)} for measure ({name})", describe(found[0]), mistake)
    return found


def _numbers(value: Any) -> list[Any]:
    """What was returned, each tensor of one entry as a number."""
    returned = value if isinstance(value, tuple | list) else []
    return [one.item() if isinstance(one, Tensor) and one.numel() == 1 else one for one in returned]


def _of_the_numbers(calls: list[Any], numbers: list[Any]) -> list[Any]:
    """For two numbers, the first calls that gave them; nothing where a number came from no call."""
    gave = [_measured(one) if isinstance(one, Tensor) else None for one in calls]
    known = len(numbers) == 2 and all(type(one) is float and one in gave for one in numbers)
    return [calls[gave.index(one)] for one in numbers] if known else []


def _reset(seen: Seen, name: str) -> list[set[int]]:
    """For both calls, the numbers of the entries that were changed."""
    l = seen.arguments(name)[0]
    return [set((one != l).flatten().nonzero().flatten().tolist()) for one in _given(seen, name)]


def _measured(changed: Tensor) -> float:
    weights = torch.linspace(1, 2, changed.numel()).view(changed.shape)
    return (weights * changed).sum().item()


def _two_measures(seen: Seen) -> None:
    for name in ALL:
        wanted = [_measured(one) for one in _given(seen, name)]
        found = seen[name]
        mistake = NOTHING if found is None else "return what measure gave, the farthest first"
        mistake = mistake if set(_numbers(found)) <= set(wanted) else MADE_OF_IT
        two = isinstance(found, tuple | list) and len(found) == 2
        expect(two, f"two numbers ({name})", describe(found), mistake)
        expect(
            _numbers(found) == wanted,
            f"(farthest reset, random reset) = {wanted} ({name})",
            describe(found),
            mistake,
        )


def _resets_to_one(seen: Seen) -> None:
    for name in ALL:
        l = seen.arguments(name)[0]
        for one in _given(seen, name):
            changed = one[one != l]
            told = {
                "a factor of 0 silences the channel; the factor that does nothing is 1": (changed == 0).all(),
                "the mean of l is another intervention; the factor that does nothing is 1":
                    (changed - l.mean()).abs().max() < 1e-4 if changed.numel() else False,
            }  # fmt: skip
            mistake = next((text for text, fits in told.items() if fits), "the factor that does nothing is 1")
            ones = bool((changed == 1).all())
            expect(ones, f"1 at every entry that was reset ({name})", describe(changed), mistake)


def _order(l: Tensor) -> list[int]:
    return l.double().log2().abs().flatten().argsort(descending=True).tolist()


RANKINGS = {
    "sorted by l itself: inhibited entries have moved as well": lambda l, k:
        l.flatten().argsort(descending=True)[:k],
    "sorted by |l - 1|: a half and a double are equally far from 1":
        lambda l, k: (l - 1).abs().flatten().argsort(descending=True)[:k],
    "the smallest were reset: amplified entries have moved as well": lambda l, k: l.flatten().argsort()[:k],
    "the nearest to 1 were reset: sort in descending order": lambda l, k: torch.tensor(_order(l)[-k:]),
    "the farthest were kept, and the rest was reset": lambda l, k: torch.tensor(_order(l)[k:]),
    "k entries of each layer were reset: rank all layers together": lambda l, k: _by_layer(l, k),
}  # fmt: skip


def _farthest_are_reset(seen: Seen) -> None:
    found = {name: sorted(_reset(seen, name)[0]) for name in ALL}
    cases = {name: seen.arguments(name)[:2] for name in ALL}
    fits = [
        text for text, ranking in RANKINGS.items()
        if all(sorted(ranking(*cases[name]).tolist()) == found[name] for name in ALL)
    ]  # fmt: skip
    mistake = EITHER.join(fits) or "rank by |log2 l| as in exercise 9.1, all layers together"
    if all(sorted(_reset(seen, name)[1]) == sorted(_order(l)[:k]) for name, (l, k) in cases.items()):
        mistake = EXCHANGED
    for name, (l, k) in cases.items():
        what = f"entries reset for the first number ({name})"
        expect_equal(found[name], sorted(_order(l)[:k]), what, mistake)


def _by_layer(l: Tensor, k: int) -> Tensor:
    places = l.log2().abs().topk(min(k, l.shape[1]), dim=1).indices
    return (places + torch.arange(len(l))[:, None] * l.shape[1]).flatten()


def _why_still_reset(seen: Seen) -> str:
    after, l = reached(seen, FIRST, "after"), seen.arguments(FIRST)[0]
    if after.shape == l.shape and torch.equal(after, l):
        return "the farthest are still reset: restore them before the control"
    return "l itself was changed, perhaps through a view (flatten shares the memory of l): clone it"


def _fair_control(seen: Seen) -> None:
    draws = [_reset(seen, name) for name in ALL[:SEEDS]]
    farthest, controls = draws[0][0], [control for _, control in draws]
    expect(
        not all(farthest < control for control in controls), "a control that starts from the trained vectors",
        f"{len(controls[0])} entries reset", _why_still_reset(seen),
    )  # fmt: skip
    sizes = {len(control) for control in controls}
    for name in ALL:
        k, size = seen.arguments(name)[1], len(_reset(seen, name)[1])
        few = TWICE if size < k and len(sizes) > 1 else ""
        if size < k and sizes == {seen.arguments(FIRST)[1]}:
            few = "the control is drawn among all entries of l, not among a part of them"
        mistake = few or "a control of another size controls nothing: reset k"
        expect_equal(size, k, f"entries reset in the control ({name})", mistake)
    expect(
        any(control != farthest for control in controls), "random entries", "the farthest again",
        "the control resets the same entries as the test",
    )  # fmt: skip
    mistake = f"seed a torch.Generator with `seed`, and {DRAWN}"
    several = len({tuple(sorted(control)) for control in controls}) > 1
    expect(several, "another draw for another seed", f"the same entries for {SEEDS} seeds", mistake)
    again = _reset(seen, AGAIN)[1]
    mistake = "the draw does not depend on `seed` alone: something else was drawn from before, and it changed"
    expect(again == controls[0], "the same draw for the same seed", "another one", mistake)
    zero = [_reset(seen, name)[1] for name in ("seed 0", "seed 0 again")]
    mistake = "0 is a seed like any other: `if seed` leaves it out"
    expect(zero[0] == zero[1], "the same draw for seed 0", "another one", mistake)
    spread = len(set().union(*controls))
    mistake = "the control is drawn among all entries of l, not among a part of them"
    combs = [{b - a for a, b in itertools.pairwise(sorted(control))} for control in controls]
    even = all(len(gaps) == 1 for gaps in combs)
    regular = f"they lie in equal steps: {DRAWN}"
    expect(not even, "entries drawn one by one", f"{sorted(controls[0])}", regular)
    layers = {place // 10 for control in controls for place in control}
    expect(spread > 9 and len(layers) > 1, "entries of all layers", f"{spread} different ones", mistake)


def _leaves_vectors_alone(seen: Seen) -> None:
    for name in ALL:
        after, l = reached(seen, name, "after"), seen.arguments(name)[0]
        mistake = "work on a clone, or the next measurement starts from what is left"
        kept = after.shape == l.shape and torch.equal(after, l)
        expect(kept, f"the vectors handed in as they were ({name})", describe(after), mistake)


ablate = Exercise(
    "lesson_09.ablate", "ablate", _cases, ablations,
    (
        Property("what is reset becomes 1", _resets_to_one),
        Property("for the first number the k farthest are reset, by |log2 l|", _farthest_are_reset),
        Property("the control resets k entries of the trained vectors, drawn by the seed and only by it",
                 _fair_control),
        Property("two numbers come back: without the k farthest, and without k random entries",
        _two_measures),
        Property("the vectors that are handed in stay as they are", _leaves_vectors_alone),
    ),
)  # fmt: skip
