r"""Experts: a feed-forward layer of which each token meets a few of E copies, each with a vector of its own.

expert_e(x) = W_2e (l_ff,e ⊙ γ(W_1e x)),   y = Σ_{e chosen for x} p_e expert_e(x)
The site is the paper's (section 3.3), once per expert: l_ff has the shape (E, d_ff). transformers 5 stacks
the weights of all experts in two parameters, `gate_up_proj` and `down_proj`, so that no Linear is there.
"""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ia3_teach.hooks import is_acted_on
from ia3_teach.layer import Adapted
from ia3_teach.mixed import check_thread
from ia3_teach.wording import short


class AdaptedExperts(Adapted):
    """A frozen stack of experts with named adapters around the second layer of each.

    Without an active adapter the model's own code runs, whichever it chose; with one, expert after expert.
    Shapes: x (N, d_model), chosen (N, top_k) numbers of experts, shares (N, top_k) -> (N, d_model).
    """

    def forward(self, x: Tensor, chosen: Tensor, shares: Tensor) -> Tensor:
        """Send each token through its experts; numbers beyond the last one stand for experts elsewhere."""
        adapters = [(adapter, adapter.scale()) for adapter in self.active_adapters()]
        if self.owner is not None:  # inside `disabled`
            check_thread(self.owner)
        if not adapters:
            return self.base(x, chosen, shares)
        refuse_acted_on("a stack of experts", self.base)
        y = torch.zeros_like(x)
        for e in (e for e in chosen.unique().tolist() if e < len(self.base.down_proj)):
            tokens, choice = torch.where(chosen == e)
            function = partial(F.linear, weight=self.base.down_proj[e])
            for adapter, l in adapters:
                function = partial(adapter.around, function, l=l[e])
            inner = self.base._apply_gate(F.linear(x[tokens], self.base.gate_up_proj[e]))
            y = y.index_add(0, tokens, (shares[tokens, choice, None] * function(inner)).to(y.dtype))
        return y

    def inputs(self, x: Tensor) -> tuple[Tensor, ...]:
        """Each of the activations x (..., d_model) to all experts, in equal shares."""
        flat, n = x.flatten(0, -2), len(self.base.down_proj)
        chosen = torch.arange(n, device=x.device).expand(len(flat), n)
        return flat, chosen, flat.new_full(chosen.shape, 1 / n)


def refuse_acted_on(path: str, stack: nn.Module) -> None:
    """Refuse a stack with hooks or a patch of its own, which are not met while a vector is active."""
    if is_acted_on(stack):
        raise ValueError(
            f"{short(path)} has hooks or a `forward` of its own; with a vector its experts are computed one "
            "by one, without calling it, so these would not act; take them off, or put them on the module "
            "around it"
        )
