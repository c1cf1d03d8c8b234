r"""LoRA: a learned low-rank change of the weight, y = W x + b + (alpha / r) B A x.

Hu et al. 2021, "LoRA: Low-Rank Adaptation of Large Language Models", section 4.1.
A (r, d_in) starts Kaiming-uniform and B (d_out, r) at zero, so that training starts from the unchanged model.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ia3_teach.amounts import check_rank, number, part, whole
from ia3_teach.layer import adapter_dtype, features, linear_layers
from ia3_teach.recipe import Recipe
from ia3_teach.sites.architectures import architecture
from ia3_teach.sites.patterns import Pattern
from ia3_teach.sites.targets import ALL_LINEAR, all_linears, match_linears, narrow
from ia3_teach.wording import brief

Function = Callable[[Tensor], Tensor]
MOST_SCALING = 1_000_000  # alpha / r beyond this is no setting but an accident


@dataclass(frozen=True)
class LoRA(Recipe):
    """The recipe: rank `r`, numerator `alpha` of the scaling alpha / r, and patterns of the layers.

    `sites=None` takes PEFT's default layers: query and value, or the whole fused query_key_value;
    `"all-linear"` all Linears but the head's; a list holds patterns, text or compiled expressions.
    """

    form = "add"
    merges = shares_batch = starts_as_identity = True
    adds_latency = False

    r: int = 8
    alpha: float = 8
    dropout: float = 0.0
    sites: Sequence[Pattern] | str | None = None

    def __post_init__(self) -> None:
        """Refuse settings that cannot work before any model is touched."""
        super().__post_init__()
        if isinstance(self.sites, Pattern) and self.sites != ALL_LINEAR or self.sites in ([], ()):
            raise ValueError(
                f'sites is "all-linear" or a list of patterns, ["query"]; found {brief(self.sites)}'
            )
        most = MOST_SCALING * whole("r", self.r, least=1)
        number("alpha", self.alpha, -most, most)
        part("dropout", self.dropout, none=True)

    def plan(self, model: nn.Module) -> dict[str, nn.Module]:
        """New pairs A, B for each matched layer. Raises ValueError for a pattern that matches none."""
        if self.sites == ALL_LINEAR:
            paths = all_linears(model, self.heads(model))
        else:
            sites = default_layers(model) if self.sites is None else tuple(self.sites)
            paths = list(match_linears(model, sites))
        linears, kept = linear_layers(model), narrow(model, paths, self.exclude, self.layers)
        return {path: LoRAPair(linears[path], self) for path in paths if path in kept}


def default_layers(model: nn.Module) -> tuple[str, ...]:
    """PEFT's default layers. Raises ValueError where PEFT has none."""
    layers = architecture(model).lora
    if not layers:
        kind = model.config.model_type
        raise ValueError(
            f"PEFT has no default layers for model_type {brief(kind)}; name them: "
            'LoRA(sites=["q_proj", "v_proj"]), or LoRA(sites="all-linear")'
        )
    return layers


class LoRAPair(nn.Module):
    r"""The pair of one layer: A (r, d_in) and B (d_out, r), kept in at least float32.

    >>> LoRAPair(nn.Linear(2, 3), LoRA(r=1)).delta().abs().sum().item()
    0.0
    """

    def __init__(self, linear: nn.Module, recipe: LoRA) -> None:
        super().__init__()
        d_in, d_out = features(linear)
        check_rank(recipe.r, d_in, d_out)
        options = {"dtype": adapter_dtype(linear), "device": linear.weight.device}
        self.A = nn.Parameter(torch.empty(recipe.r, d_in, **options))
        self.B = nn.Parameter(torch.empty(d_out, recipe.r, **options))
        self.scaling = recipe.alpha / recipe.r
        self.dropout = nn.Dropout(recipe.dropout)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """A at random and B zero: the unchanged model."""
        if not self.A.is_meta:
            nn.init.kaiming_uniform_(self.A, a=math.sqrt(5))
        nn.init.zeros_(self.B)

    def delta(self) -> Tensor:
        """The change of the weight, (alpha / r) B A, of shape (d_out, d_in)."""
        return self.scaling * (self.B @ self.A)

    def around(self, inner: Function, x: Tensor) -> Tensor:
        """The layer's function with the low-rank path beside it."""
        return beside(inner, x, low_rank(self.dropout(x), self.A, self.B * self.scaling))

    @staticmethod
    def around_rows(adapters: Sequence[LoRAPair | None], inner: Function, x: Tensor) -> Tensor:
        """The same with one pair per row of the batch; None stands for zeros, smaller ranks are padded."""
        mine = [adapter for adapter in adapters if adapter is not None]
        rank = max(len(adapter.A) for adapter in mine)
        zero_a, zero_b = mine[0].A.new_zeros(rank, x.shape[-1]), mine[0].B.new_zeros(len(mine[0].B), rank)
        A = torch.stack([zero_a if a is None else pad(a.A, rank, 0) for a in adapters])
        B = torch.stack([zero_b if a is None else pad(a.B * a.scaling, rank, 1) for a in adapters])
        dropped = [row if a is None else a.dropout(row) for a, row in zip(adapters, x, strict=True)]
        flat = torch.stack(dropped).reshape(len(x), -1, x.shape[-1])
        return beside(inner, x, low_rank(flat, A, B).reshape(*x.shape[:-1], -1))

    def fold(self, weight: Tensor, bias: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """The same on the weights: W + (alpha / r) B A; the bias stays."""
        return weight + self.delta().detach().to(weight.dtype), bias


def low_rank(x: Tensor, A: Tensor, B: Tensor) -> Tensor:
    """B A x in the adapter's dtype. Shapes: x (..., T, d_in), A (..., r, d_in), B (..., d_out, r)."""
    return x.to(A.dtype) @ A.mT @ B.mT


def beside(inner: Function, x: Tensor, change: Tensor) -> Tensor:
    """inner(x) + change, cast back to the dtype of the activation."""
    y = inner(x)
    return (y + change).to(y.dtype)


def pad(matrix: Tensor, rank: int, dim: int) -> Tensor:
    """Fill up with zeros to `rank` along `dim`."""
    shape = list(matrix.shape)
    shape[dim] = rank - shape[dim]
    return torch.cat([matrix, matrix.new_zeros(shape)], dim=dim)
