"""A few weights of the base model, kept with an adapter, so that it is not loaded on another model."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor

from ia3_teach.layer import Modules
from ia3_teach.sites.targets import block_number

PER_LAYER = 8


def layers_of_base(linears: Modules, sites: Iterable[str], heads: Iterable[str]) -> list[str]:
    """Which Linears make the base model: the adapter's own, and all in numbered blocks but its heads.

    Others show a base that differs beside the adapter: a LoRA may change queries alone, and its base have a
    merged IA3 on keys. Outside of blocks lie heads and poolers, which the same base can have or lack.
    """
    heads = tuple(f"{head}." for head in heads)
    in_blocks = {path for path in linears if block_number(path) is not None}
    others = {path for path in in_blocks if not f"{path}.".startswith(heads)}
    return sorted(others | (linears.keys() & set(sites)))


def fingerprint(linears: Modules, paths: Iterable[str]) -> str:
    """Eight values of each layer's frozen weight in bfloat16, as hexadecimal text."""
    return samples(linears, paths).view(torch.uint8).numpy().tobytes().hex()


def check_same(linears: Modules, paths: Iterable[str], written: str) -> None:
    """Refuse a fingerprint of other weights.

    The same weights in bfloat16, float16 or float32 differ by rounding alone and pass.
    """
    mine = samples(linears, paths)
    try:
        theirs = torch.frombuffer(bytearray.fromhex(written), dtype=torch.bfloat16)
    except ValueError as error:
        raise ValueError("the adapter's note about its base model is damaged; save it again") from error
    if theirs.shape != mine.shape or not torch.allclose(theirs.float(), mine.float(), rtol=2**-7, atol=1e-6):
        raise ValueError(
            "the adapter was trained on another base model: the weights of its layers are not this model's"
        )


def samples(linears: Modules, paths: Iterable[str]) -> Tensor:
    """Values evenly spaced over each weight, layers in alphabetical order."""
    places, chosen = {}, []  # the places by number of values: layers are of few sizes
    for path in sorted(paths):
        weight = linears[path].weight.detach()
        size = weight.numel()
        if size not in places:
            places[size] = torch.linspace(0, size - 1, PER_LAYER, dtype=torch.float64).long()
        chosen.append(weight.flatten()[places[size].to(weight.device)].to("cpu", torch.float32))
    return torch.cat(chosen).to(torch.bfloat16)
