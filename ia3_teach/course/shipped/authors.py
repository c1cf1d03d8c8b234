"""The vectors that the authors of T-Few trained for T0-3B: the shipped copy of them, or their own file.

The copy holds l - 1 in half precision, not l: around 0 these numbers are fine, around 1 they are coarse, and
no entry that moved a little becomes one that did not move. `ia3_teach.course.making.halve_authors` makes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor

from ia3_teach.course.shipped.manifest import check_folder
from ia3_teach.course.shipped.paths import data_dir
from ia3_teach.t_few.checkpoint import read_t_few
from ia3_teach.wording import short

FOLDER = "published/t0-3b-ia3"
STACKS = ("encoder", "decoder", "cross-attention")
KINDS = {"k": "l_k", "v": "l_v", "wi_1": "l_ff"}
Stacks = dict[str, dict[str, Tensor]]


def authors_vectors(path: str | Path | None = None) -> Stacks:
    """{"encoder": {"l_k": (24, 2048), "l_v": the same, "l_ff": (24, 5120)}, "decoder": ..., ...}.

    A row for each block, from the lowest up; "cross-attention" has l_k and l_v alone. Without a path the
    shipped copy, off by less than 0.0005; with the path of their `t03b_ia3_finish.pt` the original.
    Raises ManifestError where the copy was changed, ValueError for a file that is not as theirs.
    Source: Liu et al. 2022, section 3.3, and r-three/t-few, pretrained_checkpoints (MIT licence).

    >>> {kind: tuple(l.shape) for kind, l in authors_vectors()["cross-attention"].items()}
    {'l_k': (24, 2048), 'l_v': (24, 2048)}
    """
    if path is not None:
        return stacked(read_t_few(path))
    check_folder(FOLDER)
    return opened(data_dir() / FOLDER / "vectors.safetensors")


def stacked(vectors: Mapping[str, Tensor]) -> Stacks:
    """The vectors of a gated T5 by stack and kind, a row for each block.

    Raises ValueError for a Linear that carries no vector of the paper, and where blocks do not fit together.

    >>> stacked({"encoder.block.0.layer.0.SelfAttention.k": torch.ones(2)})
    {'encoder': {'l_k': tensor([[1., 1.]])}}
    """
    rows: dict[tuple[str, str], dict[int, Tensor]] = {}
    for path, vector in vectors.items():
        stack, kind, block = place_of(path)
        rows.setdefault((stack, kind), {})[block] = vector
    found: Stacks = {}
    for (stack, kind), blocks in rows.items():
        sizes = {len(vector) for vector in blocks.values()}
        if sorted(blocks) != list(range(len(blocks))) or len(sizes) > 1:
            raise ValueError(
                f"{short(kind, 40)} of the {short(stack, 40)}: found vectors of {short(sorted(sizes), 80)} "
                f"entries in blocks {short(sorted(blocks), 150)}; each block from 0 on has one, all alike"
            )
        found.setdefault(stack, {})[kind] = torch.stack([blocks[number] for number in sorted(blocks)])
    return {stack: ordered(kinds) for stack, kinds in found.items()}


def ordered(kinds: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The same, k before v before ff."""
    return {kind: kinds[kind] for kind in KINDS.values() if kind in kinds}


def place_of(path: str) -> tuple[str, str, int]:
    """(stack, kind, number of the block) of a Linear of a T5.

    >>> place_of("decoder.block.3.layer.1.EncDecAttention.v")
    ('cross-attention', 'l_v', 3)
    """
    parts = path.split(".")
    known = parts[0] in STACKS[:2] and parts[-1] in KINDS
    if not known or len(parts) < 4 or not parts[2].isdecimal():
        raise ValueError(
            f"{short(path)} is no place of l_k, l_v or l_ff in a gated T5, such as "
            "encoder.block.0.layer.0.SelfAttention.k"
        )
    return "cross-attention" if "EncDecAttention" in parts else parts[0], KINDS[parts[-1]], int(parts[2])


def opened(path: Path) -> Stacks:
    """The vectors of a file of departures {"encoder.l_k": l - 1, ...}, in float32."""
    found: Stacks = {stack: {} for stack in STACKS}
    for name, departure in load_file(path).items():
        stack, kind = name.split(".")
        found[stack][kind] = 1 + departure.float()
    return {stack: ordered(kinds) for stack, kinds in found.items()}
