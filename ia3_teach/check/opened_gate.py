"""Check of UniPELT's gate: the mean of σ(w·x) over the real tokens of a text scales what a method adds."""

from collections.abc import Callable

import torch
from torch import Tensor

from ia3_teach.check.drawing import Draw
from ia3_teach.check.judging import gradients, keeps_format, untouched, values
from ia3_teach.check.probing.calls import call_each, case
from ia3_teach.check.shape import Cases, Exercise


def _sums(x: Tensor, w: Tensor) -> Tensor:
    """(B, T): w·x of each token."""
    return (x * w).sum(dim=-1)


def _open(z: Tensor) -> Tensor:
    return 1 / (1 + torch.exp(-z))


def _mean(per_token: Tensor, real: Tensor) -> Tensor:
    """(B,): text by text, over its real tokens alone."""
    return torch.stack([row[kept].mean() for row, kept in zip(per_token, real, strict=True)])


def _gates(x: Tensor, real: Tensor, w: Tensor) -> Tensor:
    return _mean(_open(_sums(x, w)), real)


def _scaled(x: Tensor, real: Tensor, w: Tensor, change: Tensor) -> Tensor:
    return torch.stack([g * part for g, part in zip(_gates(x, real, w), change, strict=True)])


def _by(gates: Callable[[Tensor, Tensor, Tensor], Tensor]) -> Callable[..., Tensor]:
    """The change, scaled by other gates: (B,), or (B, T) for one per token."""

    def scaled(x: Tensor, real: Tensor, w: Tensor, change: Tensor) -> Tensor:
        g = gates(x, real, w)
        return g.reshape(*g.shape, *[1] * (3 - g.ndim)) * change

    return scaled


KNOWN = {
    "padding takes part in the mean: the gate of a text changes with what else is in the batch":
        _by(lambda x, real, w: _open(_sums(x, w)).mean(1)),
    "divided by the width of the batch: divide by the number of real tokens":
        _by(lambda x, real, w: (_open(_sums(x, w)) * real).sum(1) / real.shape[1]),
    "padding was set to 0 before the sigmoid: σ(0) is 1/2, which takes part in the mean":
        _by(lambda x, real, w: _open(_sums(x, w) * real).mean(1)),
    "a sigmoid of 0 for each padding token is in the sum: take padding out after the sigmoid":
        _by(lambda x, real, w: _open(_sums(x, w) * real).sum(1) / real.sum(1)),
    "the mean came before the sigmoid: each token opens a gate, and these are averaged":
        _by(lambda x, real, w: _open(_mean(_sums(x, w), real))),
    "the mean came before the sigmoid, and over padding too":
        _by(lambda x, real, w: _open(_sums(x, w).mean(1))),
    "the mask was taken the other way round: True says that a token is real":
        _by(lambda x, real, w: (_open(_sums(x, w)) * ~real).sum(1) / (~real).sum(1)),
    "a gate for each token: here one number stands for a whole text":
        _by(lambda x, real, w: _open(_sums(x, w))),
    "a gate for each token, shut on padding: here one number stands for a whole text":
        _by(lambda x, real, w: _open(_sums(x, w)) * real),
    "one gate for the whole batch: each text has its own":
        _by(lambda x, real, w: _open(_sums(x, w))[real].mean().expand(len(x))),
    "the sigmoid is missing: a gate lies between 0 and 1":
        _by(lambda x, real, w: _mean(_sums(x, w), real)),
    "that is what the gate keeps shut, 1 - g": _by(lambda x, real, w: 1 - _gates(x, real, w)),
    "the gates were added up: take their mean":
        _by(lambda x, real, w: (_open(_sums(x, w)) * real).sum(1)),
    "the first position alone was asked": _by(lambda x, real, w: _open(_sums(x, w))[:, 0]),
    "the last position alone was asked": _by(lambda x, real, w: _open(_sums(x, w))[:, -1]),
    "the change came back as it was: the gate scales it": lambda x, real, w, change: change,
    "the gate was added: it multiplies":
        lambda x, real, w, change: change + _gates(x, real, w)[:, None, None],
    "x was scaled: the gate reads x and scales the change":
        lambda x, real, w, change: _gates(x, real, w)[:, None, None] * x,
    "the gate came back: scale the change by it": lambda x, real, w, change: _gates(x, real, w),
    "the change of padding was set to 0: it is scaled like all the rest":
        lambda x, real, w, change: _scaled(x, real, w, change) * real[..., None],
}  # fmt: skip


def _cases(seed: int) -> Cases:
    draw = Draw(seed)

    def one(
        lengths: list[int], T: int, d: int, d_out: int, left: bool = False, dtype: torch.dtype = torch.float32
    ) -> dict:
        """Padding holds numbers too, larger ones, as the states of a model do there."""
        B, place = len(lengths), torch.arange(T)
        real = torch.stack([place >= T - n if left else place < n for n in lengths])
        x, padding = draw.tensor(B, T, d, dtype=dtype), draw.tensor(B, T, d, low=1, high=3, dtype=dtype)
        x = torch.where(real[..., None], x, padding)
        change, w = draw.tensor(B, T, d_out, low=0.5, high=2, dtype=dtype), draw.tensor(d, dtype=dtype)
        tolerance = 1e-4 if dtype == torch.float32 else 1e-5
        return case(x, real, w, change, gradient=(2, 3), tolerance=tolerance)

    return {
        "4 texts": one([2, 3, 1, 4], 6, 2, 3), "padding on the left": one([4, 2], 5, 3, 3, left=True),
        "one text": one([3], 5, 4, 1), "all of one size": one([1, 2, 2], 3, 3, 3),
        "float64": one([2, 4, 1], 5, 3, 2, dtype=torch.float64),
        "the longest without padding": one([4, 2, 3], 4, 5, 2), "no padding": one([4, 4], 4, 3, 2),
    }  # fmt: skip


ALL = tuple(_cases(0))
PADDED, FULL = ALL[:5], ALL[5:]
HINT = "σ(w·x) of each token, the mean over the real ones, times the change"
gated_change = Exercise(
    "lesson_12.gated_change", "gated_change", _cases, call_each,
    (
        values("each text's change is scaled by the mean of its real tokens' gates", PADDED, _scaled,
               "the scaled change", HINT, KNOWN),
        values("a text without padding too", FULL, _scaled, "the scaled change", HINT, KNOWN),
        gradients(ALL, ("w", "change"), _scaled, "w is what training moves: no detach, no item()"),
        keeps_format(("float64",), 3, lambda value: value, "the scaled change"),
        untouched(ALL, {0: "x", 1: "real", 2: "w", 3: "change"}, "{} was changed in place"),
    ),
)  # fmt: skip
