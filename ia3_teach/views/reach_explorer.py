"""A slider over the rank with which LoRA could say IA3's change of a weight, and the other way round."""

from collections.abc import Mapping

from torch import Tensor

from ia3_teach.views.controls import MOST, Control, Controlled
from ia3_teach.views.reach import plot_reach
from ia3_teach.views.spectra import shares


def explore_reach(deltas: Mapping[str, Tensor]) -> Controlled:
    """{name: ΔW}: the closest matrix of rank r to each, from 1 to full rank in nine stops at the most."""
    ranks = {f"{rank}": rank for rank in ranks_of(min(min(delta.shape) for delta in deltas.values()))}
    first = "4" if "4" in ranks else next(iter(ranks))
    return Controlled(
        lambda rank, name: plot_reach(deltas[name], rank, name),
        lambda rank, name: (
            f"{name}: rank {rank} can say {shares(deltas[name])[rank - 1]:.0%} of its squared norm"
        ),
        [
            Control("rank", ranks, first),
            Control("change", {name: name for name in deltas}, next(iter(deltas)), "menu"),
        ],
    )


def ranks_of(full: int) -> list[int]:
    """1, 2, 4, ... and the full rank; where these are too many, the small ones and the full one.

    >>> ranks_of(192)
    [1, 2, 4, 8, 16, 32, 64, 128, 192]
    """
    powers = [2**power for power in range(full.bit_length()) if 2**power < full]
    return [*powers[: MOST - 1], full]
