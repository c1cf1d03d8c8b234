"""Check of a paired bootstrap interval: differences, their mean in each resample, and two quantiles."""

import torch
from torch import Tensor

from ia3_teach.check.drawing import Draw
from ia3_teach.check.judging import first_of, second_of, untouched, values
from ia3_teach.check.probing.calls import call_each, case
from ia3_teach.check.shape import Cases, Exercise

ENDS = (0.025, 0.975)


def _cases(seed: int) -> Cases:
    draw = Draw(seed)

    def one(pairs: int, resamples: int) -> dict:
        tasks = draw.tensor(pairs, low=0.4, high=0.8, dtype=torch.float64)
        first, second = (tasks + draw.tensor(pairs, low=-0.1, high=0.1, dtype=torch.float64) for _ in "ab")
        drawn = draw.tensor(resamples, pairs, low=0, high=pairs - 0.01, dtype=torch.float64).long()
        return case(first, second + 0.03, drawn, tolerance=1e-6)

    return {"6 pairs": one(6, 40), "20 pairs": one(20, 200), "3 pairs": one(3, 101)}


ALL = tuple(_cases(0))


def _ends(means: Tensor, ends: tuple[float, float] = ENDS) -> Tensor:
    return means.quantile(torch.tensor(ends, dtype=means.dtype))


def _means(first: Tensor, second: Tensor, draws: Tensor) -> Tensor:
    return (first - second)[draws].mean(1)


def _each(place: int, formula: object) -> object:
    """One end of a pair that a formula gives."""
    return lambda first, second, draws: formula(first, second, draws)[place]


def _spread(first: Tensor, second: Tensor, draws: Tensor, of: object) -> Tensor:
    means = _means(first, second, draws)
    return means.mean() + torch.tensor([-1.0, 1.0]).double() * of(means)


def _unpaired(first: Tensor, second: Tensor, draws: Tensor) -> Tensor:
    """Each of the two resampled for itself."""
    return _ends(first[draws].mean(1) - second[draws.flip(0)].mean(1))


FORMULAS = {
    "first and second are exchanged: the difference is first - second":
        lambda a, b, draws: _ends(_means(b, a, draws)),
    "these are quantiles of single differences: take the mean of each resample first":
        lambda a, b, draws: _ends((a - b)[draws].flatten()),
    "the resamples are missing: these are quantiles of the differences themselves":
        lambda a, b, draws: _ends(a - b),
    "the mean ran over the resamples: each row of draws is one, and has one mean":
        lambda a, b, draws: _ends((a - b)[draws].mean(0)),
    "these ends hold 90 % between them: 2.5 % are cut off on either side":
        lambda a, b, draws: _ends(_means(a, b, draws), (0.05, 0.95)),
    "nothing was cut off: the smallest and the largest mean, which grow apart with more resamples":
        lambda a, b, draws: _ends(_means(a, b, draws), (0.0, 1.0)),
    "these are quartiles: half of the resamples lie outside of them":
        lambda a, b, draws: _ends(_means(a, b, draws), (0.25, 0.75)),
    "np.percentile counts in hundredths: 2.5 there is 0.025 in quantile":
        lambda a, b, draws: _ends(_means(a, b, draws), (0.00025, 0.00975)),
    "the ends are turned round: low first": lambda a, b, draws: _ends(_means(a, b, draws)).flip(0),
    "the pairs are torn apart: the same draw must take both of a pair": _unpaired,
    "the second is missing: the difference is what counts": lambda a, b, draws: _ends(a[draws].mean(1)),
    "the size of the differences: a loss must count as one":
        lambda a, b, draws: _ends((a - b).abs()[draws].mean(1)),
    "sums came back: take the mean of each resample": lambda a, b, draws: _ends((a - b)[draws].sum(1)),
    "the median of each resample was taken: the card asks for the mean":
        lambda a, b, draws: _ends((a - b)[draws].median(1).values),
    "that is the mean and two standard deviations: the card asks for quantiles":
        lambda a, b, draws: _spread(a, b, draws, lambda means: 1.96 * means.std()),
}  # fmt: skip
PAIR = "(low, high)"
HINT = "the differences first, then [draws], then the mean of each row, then the quantile"


def _known(place: int) -> dict:
    return {text: _each(place, formula) for text, formula in FORMULAS.items()}


def _right(first: Tensor, second: Tensor, draws: Tensor) -> Tensor:
    return _ends(_means(first, second, draws))


def _number(part: object) -> object:
    """A float or a tensor of one entry, as the latter."""

    def read(value: object) -> object:
        found = part(value)
        return torch.tensor(found, dtype=torch.float64) if isinstance(found, float) else found

    return read


paired_interval = Exercise(
    "lesson_11.paired_interval", "paired_interval", _cases, call_each,
    (
        values("a fortieth of the resamples has a smaller mean than low", ALL, _each(0, _right), "low", HINT,
               _known(0), _number(first_of(PAIR))),
        values("a fortieth has a larger mean than high", ALL, _each(1, _right), "high", HINT, _known(1),
               _number(second_of(PAIR))),
        untouched(ALL, {0: "first", 1: "second", 2: "draws"}, "{} was changed in place"),
    ),
)  # fmt: skip
