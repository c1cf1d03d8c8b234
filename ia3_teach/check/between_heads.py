"""Check of a decomposition: the share of the variance that lies between heads (exercise 13.3)."""

import torch
from torch import Tensor

from ia3_teach.check.drawing import Draw
from ia3_teach.check.judging import untouched, values
from ia3_teach.check.probing.calls import call_each, case
from ia3_teach.check.shape import Cases, Exercise


def _parts(x: Tensor, n_heads: int) -> tuple[float, float]:
    """The sums of squares between heads and in all, around each row's mean, by loops."""
    between = total = 0.0
    for row in x.tolist():
        mean, size = sum(row) / len(row), len(row) // n_heads
        total += sum((entry - mean) ** 2 for entry in row)
        for start in range(0, len(row), size):
            between += size * (sum(row[start : start + size]) / size - mean) ** 2
    return between, total


def _share(x: Tensor, n_heads: int) -> float:
    between, total = _parts(x, n_heads)
    return between / total


def _around_one_mean(x: Tensor, n_heads: int) -> float:
    """Differences between layers count as differences between heads."""
    means = x.view(len(x), n_heads, -1).mean(dim=2)
    size = x.shape[1] // n_heads
    return (size * (means - x.mean()).square().sum() / (x - x.mean()).square().sum()).item()


def _interleaved(x: Tensor, n_heads: int) -> float:
    return _share(x.view(len(x), -1, n_heads).transpose(1, 2).reshape(len(x), -1), n_heads)


def _lines_of_a_head(x: Tensor, n_heads: int) -> float:
    """As many groups as a head has channels."""
    return _share(x, x.shape[1] // n_heads)


def _unweighted(x: Tensor, n_heads: int) -> float:
    return _share(x, n_heads) * n_heads / x.shape[1]


def _of_sample_variances(x: Tensor, n_heads: int) -> float:
    means = x.view(len(x), n_heads, -1).mean(dim=2)
    return (means.var(dim=1).sum() / x.var(dim=1).sum()).item()


KNOWN = {
    "that is the share inside of the heads: asked is the one between them":
        lambda x, n_heads: 1 - _share(x, n_heads),
    "a head's mean counts once: it stands for all its channels, and counts as often": _unweighted,
    "one mean for all layers: take each layer's own, or what differs between layers counts as well":
        _around_one_mean,
    "every n_heads-th channel was taken for a head: its channels lie side by side": _interleaved,
    "the number of heads and the size of a head are swapped: view(n_layers, n_heads, -1)": _lines_of_a_head,
    "the share was taken layer by layer, then the mean: add up both sums first, then divide":
        lambda x, n_heads: sum(_share(row[None], n_heads) for row in x) / len(x),
    "a share of standard deviations: variances are squares, and squares add up":
        lambda x, n_heads: _share(x, n_heads) ** 0.5,
    "var() divides by one less than the number, and by how much that is off depends on the number: "
    "pass correction=0": _of_sample_variances,
    "between over inside: divide by all of the variance":
        lambda x, n_heads: _share(x, n_heads) / (1 - _share(x, n_heads)),
    "this is the sum of squares between heads: divide by that of all channels":
        lambda x, n_heads: _parts(x, n_heads)[0],
    "d_head was taken for 64, as in the authors' model: here it is d / n_heads":
        lambda x, n_heads: 64 * _unweighted(x, n_heads),
    "in percent: a share lies between 0 and 1": lambda x, n_heads: 100 * _share(x, n_heads),
    "the layers' mean was not taken off": lambda x, n_heads: (
        x.shape[1] / n_heads * x.view(len(x), n_heads, -1).mean(dim=2).square().sum() / x.square().sum()
    ).item(),
}  # fmt: skip


def _cases(seed: int) -> Cases:
    draw = Draw(seed)

    def one(layers: int, heads: int, size: int) -> dict:
        """In float64, as a number is compared more narrowly than float32 adds up."""
        own = torch.arange(layers, dtype=torch.float64)[:, None, None]  # no layer has another's mean or width
        inside = draw.tensor(layers, heads, size, dtype=torch.float64)
        x = (draw.tensor(layers, heads, 1, dtype=torch.float64) + inside) * (1 + own) + 3 * own
        return case(x.view(layers, heads * size), heads)

    return {
        "three layers, two heads of four": one(3, 2, 4), "two layers, five heads of three": one(2, 5, 3),
        "four layers, three heads of five": one(4, 3, 5), "one layer": one(1, 3, 4),
        "heads of one channel": one(2, 6, 1), "as many heads as channels in one": one(3, 4, 4),
        "two heads of two": one(2, 2, 2),
    }  # fmt: skip


ALL = tuple(_cases(0))
between_heads = Exercise(
    "lesson_13.between_heads", "between_heads", _cases, call_each,
    (
        values("what lies between heads is counted, around each layer's own mean", ALL[:3], _share,
               "between_heads(x, n_heads)", "take off each layer's mean, then take each head's mean", KNOWN),
        values("any number of layers, heads and channels", ALL[3:], _share, "between_heads(x, n_heads)",
               "where each head is one channel, all of the variance lies between heads", KNOWN),
        untouched(ALL, {0: "x"}, "x was changed in place: -= and sub_ do that, x - mean does not"),
    ),
)  # fmt: skip
