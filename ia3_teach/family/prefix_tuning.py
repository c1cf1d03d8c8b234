r"""Prefix tuning: learned keys and values before those of the input, in every layer.

softmax( Q [P_K; K]^T / sqrt(d_head) ) [P_V; V]
Shapes: P_K (n, d_k), P_V (n, d_v). Count: n (d_k + d_v) per layer.
With `mlp` = h each is made by a network while it is trained, P = U tanh(D e + a) + c from e (n, h).
Start: N(0, 0.02), not the unchanged model: even P = 0 takes a share of the attention. Nothing merges.
Source: Li and Liang 2021, "Prefix-Tuning", sections 4.2 and 4.3; without the network and for any task it is
P-Tuning v2 (Liu et al. 2022, section 3). The official code and PEFT hand P over as a cache of keys and
values, behind rotary positions, where here they are turned like other keys; their network is one for all
layers. Of T5 the encoder and the attention over it have a prefix here, and in PEFT the decoder alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ia3_teach.amounts import whole
from ia3_teach.family.method import Adapter, Function, new
from ia3_teach.family.prepend import Prepending, attended
from ia3_teach.family.roles import block_of
from ia3_teach.formulas import dimensions, stacks
from ia3_teach.layer import features, linear_layers
from ia3_teach.sites.find import Site


@dataclass(frozen=True)
class PrefixTuning(Prepending):
    """The recipe: the `length` n, and the width h of the network that makes the prefix (`mlp`), if any.

    >>> PrefixTuning(length=10).size(d_in=16, d_out=4), PrefixTuning(length=10, mlp=2).size(d_in=16, d_out=4)
    (40, 38)
    """

    mlp: int | None = None

    def __post_init__(self) -> None:
        """Refuse numbers that are no whole ones."""
        super().__post_init__()
        if self.mlp is not None:
            whole("mlp", self.mlp, least=1)

    def carriers(self, model: nn.Module) -> Mapping[str, nn.Module]:
        """The Linears that make keys or values of what is lengthened."""
        return {path: linear_layers(model)[path] for path in attended(model)}

    def plan(self, model: nn.Module) -> dict[str, nn.Module]:
        """A prefix for each layer, on the channels of its keys and values."""
        sites = attended(model)
        return {path: Prefix(layer, sites[path], self) for path, layer in self.places(model).items()}

    def size(self, d_in: int, d_out: int) -> int:
        """n d_out, or n h + h² + h + (h + 1) d_out with a network."""
        n, h = self.length, self.mlp
        return n * d_out if h is None else n * h + h * h + h + (h + 1) * d_out

    def closed_form(self, config: object) -> tuple[str, int] | None:
        """n_layers times that of d_k and of d_v."""
        if self.sites is not None:
            return None
        d, n_layers = dimensions(config), sum(n for n, _ in stacks(config))
        kinds = ("d_kv",) if "query_key_value" in block_of(config).roles else ("d_k", "d_v")
        sizes = [self.size(0, d[kind]) for kind in kinds]
        return f"{n_layers} x ({' + '.join(f'{size:,}' for size in sizes)})", n_layers * sum(sizes)


class Prefix(Adapter):
    """P (n, channels of keys and values), or the network that makes it; `window` is where it stands now."""

    refusal = "a weight cannot add a key"

    def __init__(self, layer: nn.Module, site: Site, recipe: PrefixTuning) -> None:
        super().__init__()
        self.length, self.window, h = recipe.length, None, recipe.mlp
        own = [channels for channels in site.channels.values() if channels is not None]
        self.channels = torch.cat(own) if own else torch.arange(features(layer)[1])
        n, width = self.length, len(self.channels)
        made = {"e": (n, h), "D": (h, h), "a": (h,), "U": (width, h), "c": (width,)}
        for name, shape in ({"P": (n, width)} if h is None else made).items():
            self.register_parameter(name, new(layer, *shape))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """N(0, 0.02)."""
        for parameter in self.parameters():
            nn.init.normal_(parameter, std=0.02)

    def made(self) -> Tensor:
        """P, or what the network makes of e."""
        return self.P if hasattr(self, "P") else torch.tanh(self.e @ self.D.T + self.a) @ self.U.T + self.c

    def around(self, inner: Function, x: Tensor) -> Tensor:
        """The keys and values of x, with P in the window."""
        y = inner(x)
        return y if self.window is None else self.put(y, self.made())

    def put(self, y: Tensor, rows: Tensor) -> Tensor:
        """y with these rows in the window, on the channels of keys and values."""
        rows = rows.to(y.dtype).expand(len(y), -1, -1)
        mine = y[:, self.window].index_copy(-1, self.channels.to(y.device), rows)
        return torch.cat([y[:, : self.window.start], mine, y[:, self.window.stop :]], 1)
