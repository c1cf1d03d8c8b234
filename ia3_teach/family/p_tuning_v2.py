r"""P-Tuning v2: learned keys and values in every layer, without a network, for any task and any size.

softmax( Q [P_K; K]^T / sqrt(d_head) ) [P_V; V]. Shapes: P_K (n, d_k), P_V (n, d_v).
Count: n (d_k + d_v) per layer. Start: N(0, 0.02), not the unchanged model. Nothing merges.
Source: Liu et al. 2022, "P-Tuning v2", section 3: prefix tuning's function, with lengths from 5 for simple
tasks to 100 for hard ones, a new head instead of a verbaliser, and a network for the prefix only where it
happens to help. The official code offers that network, and for BERT hands the prefix over as a cache.
"""

from __future__ import annotations

from dataclasses import dataclass

from ia3_teach.family.prefix_tuning import PrefixTuning
from ia3_teach.wording import short


@dataclass(frozen=True)
class PTuningV2(PrefixTuning):
    """The recipe: prefix tuning's, without its network. Raises ValueError where one is asked for.

    >>> PTuningV2(length=20).size(d_in=16, d_out=8)
    160
    """

    length: int = 20

    def __post_init__(self) -> None:
        """Refuse a network."""
        super().__post_init__()
        if self.mlp is not None:
            raise ValueError(f"P-Tuning v2 has no network; take PrefixTuning(mlp={short(self.mlp)})")
