r"""AdapterFusion: trained adapters stay as they are, and each position learns how much to take from which.

y = Σ_n s_n V z_n with z_n = h + U_n relu(D_n h + a_n) + c_n, s = softmax_n( (Q h) · (K z_n) ), h = W x + b.
Shapes: Q, K, V (d, d); the N adapters' D, a, U, c frozen. Count: 3 d² per place.
Start: Q = 0 and V = 1, the even mixture of the adapters, not the unchanged model. The softmax is why nothing
merges.
Source: Pfeiffer et al. 2021, "AdapterFusion", section 3.3 (equation 4). The official code has biases in Q and
K, Q at random, V with a penalty towards 1, and reads the query before the adapters' own residual.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import nn

from ia3_teach.adapters import attach
from ia3_teach.family.fusing import Mixture
from ia3_teach.family.method import Method, Parts, Settings
from ia3_teach.family.serial_adapter import Bottleneck, SerialAdapter
from ia3_teach.layer import Adapted, wrapped
from ia3_teach.state import check_known, state_of
from ia3_teach.wording import listed

NAMES = ("D", "a", "U", "c")


@dataclass(frozen=True)
class AdapterFusion(Method):
    """The recipe, which `AdapterFusion.of` makes of adapters that the model has.

    >>> AdapterFusion().size(d_in=8, d_out=4)
    48
    """

    form = "add"
    merges = starts_as_identity = False
    adds_latency = shares_batch = True
    experts: Mapping[str, Parts] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, model: nn.Module, names: Sequence[str]) -> AdapterFusion:
        """Of these serial adapters, copied as they are now. Raises ValueError for others."""
        check_known(state_of(model), names)
        found = {}
        for path, place in wrapped(model).items():
            mine = [place.adapters[name] for name in names if name in place.adapters]
            mine = [adapter for adapter in mine if type(adapter) is Bottleneck]
            if mine and len(mine) == len(names) and len({adapter.D.shape for adapter in mine}) == 1:
                parts = {each: torch.stack([getattr(a, each).detach() for a in mine]) for each in NAMES}
                found[path] = parts
        if not found:
            raise ValueError(
                f"{listed(names)} are no serial adapters of one size at one place; attach such first"
            )
        return cls(sites=tuple(found), experts=found)

    def plan(self, model: nn.Module) -> dict[str, nn.Module]:
        """A mixture at each place. Raises ValueError for a recipe that was made without adapters."""
        if not self.experts:
            raise ValueError(
                "there are no adapters to mix; make the recipe by AdapterFusion.of(model, names)"
            )
        return {path: Mixture(layer, self.experts[path]) for path, layer in self.places(model).items()}

    def size(self, d_in: int, d_out: int) -> int:
        """3 d², with d = d_out."""
        return 3 * d_out * d_out

    def closed_form(self, config: object) -> tuple[str, int] | None:
        """3 d² for each place."""
        sizes = [self.size(0, parts["D"].shape[-1]) for parts in self.experts.values()]
        return " + ".join(f"{size:,}" for size in sizes), sum(sizes)

    def file_fields(self) -> Settings:
        """Without settings; the experts are in the tensors."""
        return {"method": "AdapterFusion", "settings": {}}

    @classmethod
    def from_file(cls, settings: Settings, sites: Mapping[str, Parts], heads: Sequence[str]) -> AdapterFusion:
        """With experts of the right shapes; loading fills in the file's."""
        experts = {p: {n: torch.zeros(parts[n].shape) for n in NAMES} for p, parts in sites.items()}
        return cls(sites=tuple(sites), modules_to_save=heads, experts=experts)

    @classmethod
    def example(cls, model: nn.Module) -> AdapterFusion:
        """Of two new adapters, as if they had learned something."""
        for name in {"first", "second"} - state_of(model).recipes.keys():
            attach(model, SerialAdapter(bottleneck=2, placement="pfeiffer"), name)
            for place in wrapped(model, Adapted).values():
                nn.init.normal_(place.adapters[name].U)
        return cls.of(model, ["first", "second"])
