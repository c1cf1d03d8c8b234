r"""IA3: learned vectors that rescale keys, values and the inner feed-forward activation.

softmax( Q (l_k ⊙ K)^T / sqrt(d_head) ) (l_v ⊙ V)   and   (l_ff ⊙ γ(W_1 x)) W_2
(Liu et al. 2022, "Few-Shot Parameter-Efficient Fine-Tuning is Better and Cheaper than In-Context
Learning", section 3.3). All vectors start at 1, so that training starts from the unchanged model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from ia3_teach.layer import adapter_dtype, features, scalable_layers, weight_name
from ia3_teach.lean.scaling import scale_recomputing, scale_recovering
from ia3_teach.recipe import Recipe
from ia3_teach.sites.find import Site, find_sites
from ia3_teach.sites.patterns import Pattern
from ia3_teach.sites.targets import ALL_LINEAR, narrow

Function = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class IA3(Recipe):
    """The recipe: `sites` is "paper" (l_k, l_v, l_ff), "peft" (PEFT's default targets), "all-linear" (outputs
    of all Linears but the head's) or {pattern: side}, where a pattern is text or a compiled expression.
    """

    form = "scale"
    merges = shares_batch = starts_as_identity = True
    adds_latency = False

    sites: str | Mapping[Pattern, str] = "paper"

    def plan(self, model: nn.Module) -> dict[str, nn.Module]:
        """New vectors of ones for each site."""
        sites, layers = self.places(model), scalable_layers(model)
        return {site.path: IA3Vectors(site, layers[site.path]) for site in sites}

    def places(self, model: nn.Module) -> list[Site]:
        """The sites that `exclude` and `layers` leave."""
        sites = find_sites(model, self.sites, self.heads(model) if self.sites == ALL_LINEAR else ())
        kept = narrow(model, [site.path for site in sites], self.exclude, self.layers)
        return [site for site in sites if site.path in kept]


class IA3Vectors(nn.Module):
    r"""The vectors of one site: y = l ⊙ (W x + b) on side `out`, y = W (l ⊙ x) + b on side `in`.

    Each vector is a parameter under its own name (l_k, l_v, l_ff), kept in at least float32.
    Shapes: a vector (d,), where d is the number of its channels, or for a stack of E experts (E, d);
    source: paper, section 3.3.

    >>> adapter = IA3Vectors(Site("mlp", "out", {"l": None}), nn.Linear(2, 3))
    >>> adapter.scale().tolist()
    [1.0, 1.0, 1.0]
    """

    def __init__(self, site: Site, linear: nn.Module) -> None:
        super().__init__()
        self.side, self.attended = site.side, site.attended
        self.width = features(linear)[1 if site.side == "out" else 0]
        weight = getattr(linear, weight_name(linear))
        options = {"dtype": adapter_dtype(linear), "device": weight.device}
        # Plain attributes, not buffers, which `to_empty` would leave unset.
        self.channels = {name: channels for name, channels in site.channels.items() if channels is not None}
        self.names = tuple(site.channels)
        for name, channels in site.channels.items():
            size = self.width if channels is None else len(channels)
            self.register_parameter(name, nn.Parameter(torch.empty(*weight.shape[:-2], size, **options)))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """All vectors 1: the unchanged model."""
        for vector in self._parameters.values():
            nn.init.ones_(vector)

    def vectors(self) -> dict[str, nn.Parameter]:
        """{name: vector} of this site, also where a parametrization or pruning computes it."""
        return {name: getattr(self, name) for name in self.names}

    def scale(self) -> Tensor:
        """All vectors laid out over the layer's channels (d,); where there is none, as for queries, 1."""
        first = getattr(self, self.names[0])
        if not self.channels:  # the one vector covers them all
            return first
        l = torch.ones(self.width, dtype=first.dtype, device=first.device)
        for name in self.names:
            vector = getattr(self, name)
            channels = self.channels[name]
            if channels.device != vector.device:
                channels = self.moved(name, vector.device)
            l = l.index_copy(0, channels, vector)
        return l

    def moved(self, name: str, device: torch.device) -> Tensor:
        """A vector's channels on its device, where they stay, unless that has no memory."""
        channels = self.channels[name].to(device)
        if device.type != "meta":
            self.channels[name] = channels
        return channels

    def channels_of(self, name: str) -> Tensor | None:
        """The channels that a vector scales, or None for all."""
        return self.channels.get(name)

    def around(self, inner: Function, x: Tensor, l: Tensor | None = None) -> Tensor:
        r"""The layer's function `inner` with this adapter: l ⊙ inner(x), or inner(l ⊙ x) on side `in`.

        `l` is this adapter's own, or one row of scales per row of the batch. The product has the dtype of the
        activation. Where backward will ask for ∂L/∂l, the same product is made so that it keeps less.
        """
        l = self.scale() if l is None else l
        trains = l.requires_grad and torch.is_grad_enabled()
        if self.side == "in":
            return inner(scale_recomputing(x, l) if trains else (l * x).to(x.dtype))
        y = inner(x)
        if not (trains and self.attended):
            return (l * y).to(y.dtype)
        return scale_recovering(y, l, fused=bool(self.channels))  # a fused layer's in another order

    @staticmethod
    def around_rows(adapters: Sequence[IA3Vectors | None], inner: Function, x: Tensor) -> Tensor:
        """The same with one adapter per row of the batch; None stands for ones."""
        for side in ("in", "out"):
            mine = [a if a is not None and a.side == side else None for a in adapters]
            first = next((a for a in mine if a is not None), None)
            if first is not None:
                inner = partial(first.around, inner, l=stack_scales(mine, x.dim()))
        return inner(x)

    def fold(self, weight: Tensor, bias: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """The same on the weights: l ⊙ (W x + b) = (l ⊙ W) x + l ⊙ b, and W (l ⊙ x) = (W ⊙ l^T) x."""
        l = self.scale().detach().to(weight.dtype)
        if self.side == "in":
            return weight * l.unsqueeze(-2), bias
        return l[:, None] * weight, None if bias is None else l * bias


def stack_scales(adapters: Sequence[IA3Vectors | None], n_dims: int) -> Tensor:
    """One scale per row, shape (B, 1, ..., d), ready to multiply an activation of `n_dims` dimensions."""
    scales = [None if adapter is None else adapter.scale() for adapter in adapters]
    first = next(scale for scale in scales if scale is not None)
    stacked = torch.stack([torch.ones_like(first) if scale is None else scale for scale in scales])
    return stacked.view(len(scales), *[1] * (n_dims - 2), -1)
