r"""The one shape of all methods: a recipe that plans, and the module that it puts around each layer.

A method's file holds two classes. The recipe (a frozen dataclass with the settings) has what the method says
of itself, makes the module of a layer (`adapter`) and its closed count (`size`). The module wraps the layer's
function: `around(inner, x)`; where it can, it says the same on the weights: `fold`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ia3_teach.amounts import check_shape
from ia3_teach.family.roles import ALL, linears_of, widths
from ia3_teach.layer import adapter_dtype, linear_layers
from ia3_teach.recipe import Recipe
from ia3_teach.sites.patterns import Pattern, match_all
from ia3_teach.sites.targets import match_linears, narrow
from ia3_teach.wording import brief, short

Function = Callable[[Tensor], Tensor]
Settings = Mapping[str, object]
Parts = Mapping[str, Tensor]  # with shapes alone while a file is checked


@dataclass(frozen=True, kw_only=True)
class Method(Recipe):
    """What the recipes of the family share: `sites` are patterns of layers; None means those in `roles`."""

    sites: Sequence[Pattern] | None = None
    roles: ClassVar[Sequence[str]] = ALL

    def plan(self, model: nn.Module) -> dict[str, nn.Module]:
        """{path: the new module for it}. Raises ValueError for a pattern that matches nothing."""
        return {path: self.adapter(layer) for path, layer in self.places(model).items()}

    def places(self, model: nn.Module) -> dict[str, nn.Module]:
        """{path: the layer that the method goes around}."""
        carriers, paths = self.carriers(model), self.paths(model)
        kept = narrow(model, paths, self.exclude, self.layers)
        return {path: carriers[path] for path in paths if path in kept}

    def carriers(self, model: nn.Module) -> Mapping[str, nn.Module]:
        """{path: what can carry this method}: every Linear."""
        return linear_layers(model)

    def paths(self, model: nn.Module) -> list[str]:
        """The layers that are meant, before `exclude` and `layers`."""
        if self.sites is None:
            return linears_of(model, self.roles)
        if isinstance(self.sites, Pattern) or not self.sites:
            raise ValueError(f'sites is a list of patterns, such as ["query"]; found {brief(self.sites)}')
        carriers = self.carriers(model)
        if carriers.keys() == linear_layers(model).keys():
            return list(match_linears(model, self.sites))
        return list(match_all(list(carriers), self.sites))

    def adapter(self, layer: nn.Module) -> nn.Module:
        """The module around one layer, unless `plan` makes it."""
        raise NotImplementedError

    def size(self, d_in: int, d_out: int) -> int:
        """How many values a layer of this size trains."""
        raise NotImplementedError

    def closed_form(self, config: object) -> tuple[str, int] | None:
        """Σ over the blocks of `size`; None where the caller chose the layers."""
        if self.sites is not None:
            return None
        found = [(n, [self.size(*pair) for pair in pairs]) for n, pairs in widths(config, self.roles)]
        text = " + ".join(f"{n} x ({' + '.join(f'{size:,}' for size in sizes)})" for n, sizes in found)
        return text, sum(n * sum(sizes) for n, sizes in found)

    @classmethod
    def example(cls, model: nn.Module) -> Method:
        """A small recipe for a model, where the settings must be made from it or from data."""
        return cls()

    def settings(self) -> dict[str, object]:
        """The method's own settings, for a file."""
        shared = {field.name for field in fields(Method)}
        return {field.name: getattr(self, field.name) for field in fields(self) if field.name not in shared}

    @classmethod
    def from_peft(cls, config: Settings) -> Settings:
        """The settings that PEFT's config means, where it has this method. Raises ValueError for others."""
        raise NotImplementedError

    def file_fields(self) -> Mapping[str, object]:
        """What `adapter_config.json` says of this recipe; PEFT's own words, where it has the method."""
        return {"method": type(self).__name__, "settings": self.settings()}

    @classmethod
    def from_file(cls, settings: Settings, sites: Mapping[str, Parts], heads: Sequence[str]) -> Method:
        """The recipe that a file describes, on exactly these sites, {path: {name: values}}, and heads."""
        return cls(**settings, sites=tuple(sites), modules_to_save=heads)


class Adapter(nn.Module):
    """What the modules of the family share."""

    refusal: ClassVar[str] = ""  # why no weight can stand for it, where that is so

    def around(self, inner: Function, x: Tensor) -> Tensor:
        """The layer's function `inner` with this adapter; calls inner(x) once, on x itself."""
        raise NotImplementedError

    @staticmethod
    def around_rows(adapters: Sequence[Adapter | None], inner: Function, x: Tensor) -> Tensor:
        """The same with one adapter per row of the batch: row by row, on what `inner` gives for all."""
        parts = []
        for adapter, row, y in zip(adapters, x.split(1), inner(x).split(1), strict=True):
            parts.append(y if adapter is None else adapter.around(lambda _, y=y: y, row))
        return torch.cat(parts)

    def fold(self, weight: Tensor, bias: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """The same on the weights. Raises ValueError where no weights can do it."""
        raise ValueError(f"{type(self).__name__} cannot be merged: {short(self.refusal)}; go on unmerged")


class Change(Adapter):
    r"""An adapter that changes the weight: y = (W + Δ) x + b, with Δ from `delta`, of shape (d_out, d_in)."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.frozen = (layer,)  # in a tuple, so that it is no part of this module

    @property
    def W(self) -> Tensor:
        """The frozen weight (d_out, d_in) in the adapter's dtype."""
        layer = self.frozen[0]
        weight = layer.weight if isinstance(layer, nn.Linear) else layer.weight.T
        return weight.detach().to(adapter_dtype(layer))

    def delta(self) -> Tensor:
        """The change of the weight."""
        raise NotImplementedError

    def change(self, x: Tensor) -> Tensor:
        """Δ x, which low-rank methods compute without Δ."""
        return F.linear(x, self.delta())

    def around(self, inner: Function, x: Tensor) -> Tensor:
        """inner(x) + Δ x in the dtype of the activation."""
        y = inner(x)
        return (y + self.change(x.to(adapter_dtype(self.frozen[0])))).to(y.dtype)

    def fold(self, weight: Tensor, bias: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """W + Δ; the bias stays."""
        return weight + self.delta().detach().to(weight.dtype), bias


def new(layer: nn.Module, *shape: int) -> nn.Parameter:
    """An unfilled parameter beside a layer: on its device, in at least float32.

    Raises ValueError for one that no memory, or no file that is being read, holds.
    """
    check_shape(*shape)
    return nn.Parameter(torch.empty(shape, dtype=adapter_dtype(layer), device=layer.weight.device))
