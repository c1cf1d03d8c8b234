"""The ways to adapt a model that are compared: this library, PEFT, and two other styles in a few lines each.

Only adapters are trained, no head, so that all of them do the same work.
"""

from collections.abc import Callable

import peft
import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils import parametrize

from ia3_teach import IA3, LoRA, attach
from ia3_teach.sites.find import find_sites

LORA_SITES = {"bert": ("query", "value"), "bloom": ("query_key_value",)}


def ours(recipe: IA3 | LoRA) -> Callable[[nn.Module], nn.Module]:
    """Attach with this library."""

    def put(model: nn.Module) -> nn.Module:
        attach(model, recipe)
        return model

    return put


def with_peft(config: Callable[[], peft.PeftConfig]) -> Callable[[nn.Module], nn.Module]:
    """Attach with PEFT, which writes the model's targets into the config: a new one each time."""
    return lambda model: peft.get_peft_model(model, config())


class Rescaled(nn.Module):
    """minLoRA's style, for IA3: l times the rows or the columns of the weight, or times the bias."""

    def __init__(self, l: nn.Parameter, shape: tuple[int, ...]) -> None:
        super().__init__()
        self.l, self.shape = l, shape

    def forward(self, tensor: torch.Tensor) -> torch.Tensor:
        return tensor * self.l.view(self.shape)


def parametrised_ia3(model: nn.Module) -> nn.Module:
    """The paper's sites; in a fused layer the queries are scaled too, for short."""
    for site in find_sites(model.requires_grad_(False), "paper"):
        linear = model.get_submodule(site.path)
        shape = (1, -1) if site.side == "in" else (-1, 1)
        l = nn.Parameter(torch.ones(linear.weight.shape[1 if site.side == "in" else 0]))
        parametrize.register_parametrization(linear, "weight", Rescaled(l, shape))
        if site.side == "out":
            parametrize.register_parametrization(linear, "bias", Rescaled(l, (-1,)))
    return model


class LowRank(nn.Module):
    """minLoRA's style: W + B A, made anew in every forward pass."""

    def __init__(self, weight: torch.Tensor, r: int = 8) -> None:
        super().__init__()
        self.A = nn.Parameter(torch.randn(r, weight.shape[1]) / weight.shape[1] ** 0.5)
        self.B = nn.Parameter(torch.zeros(weight.shape[0], r))

    def forward(self, weight: torch.Tensor) -> torch.Tensor:
        return weight + self.B @ self.A


def lora_linears(model: nn.Module) -> dict[str, nn.Linear]:
    """The layers that LoRA adapts by default."""
    names = LORA_SITES[model.config.model_type]
    return {path: m for path, m in model.named_modules() if path.rpartition(".")[2] in names}


def parametrised_lora(model: nn.Module) -> nn.Module:
    """LoRA r=8 on the weights of the default layers."""
    for linear in lora_linears(model.requires_grad_(False)).values():
        parametrize.register_parametrization(linear, "weight", LowRank(linear.weight))
    return model


class LoraLinear(nn.Linear):
    """loralib's style: a subclass that stands in the model's own definition."""

    def add_pair(self, r: int = 8) -> None:
        """Turn a Linear that became one of this class into one with A and B."""
        self.A = nn.Parameter(torch.randn(r, self.in_features) / self.in_features**0.5)
        self.B = nn.Parameter(torch.zeros(self.out_features, r))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.linear(x, self.weight, self.bias) + x @ self.A.T @ self.B.T


def subclassed_lora(model: nn.Module) -> nn.Module:
    """LoRA r=8 in the default layers."""
    for linear in lora_linears(model.requires_grad_(False)).values():
        linear.__class__ = LoraLinear
        linear.add_pair()
    return model


def frozen(model: nn.Module) -> nn.Module:
    """The least that any way must do: forward, and backward through the activations of the frozen model."""
    embeddings = model.requires_grad_(False).get_input_embeddings()
    embeddings.register_forward_hook(lambda _module, _inputs, hidden: hidden.requires_grad_())
    return model


LIMIT = "nothing trained (the limit)"
OURS, OURS_PEFT_SITES, OUR_LORA = "IA3", "IA3, PEFT's sites", "LoRA r=8"
PEFT_IA3, PEFT_LORA = "PEFT IA3", "PEFT LoRA r=8"
WAYS = {
    OURS: ours(IA3(modules_to_save=[])),
    OURS_PEFT_SITES: ours(IA3(sites="peft", modules_to_save=[])),
    LIMIT: frozen,
    PEFT_IA3: with_peft(peft.IA3Config),
    "minLoRA style IA3": parametrised_ia3,
    OUR_LORA: ours(LoRA(r=8, modules_to_save=[])),
    PEFT_LORA: with_peft(lambda: peft.LoraConfig(r=8)),
    "minLoRA style LoRA r=8": parametrised_lora,
    "loralib style LoRA r=8": subclassed_lora,
}
PAIRS = [
    (OURS, LIMIT),
    (OURS, PEFT_IA3),
    (OURS_PEFT_SITES, PEFT_IA3),
    (OURS, "minLoRA style IA3"),
    (OURS, PEFT_LORA),
    (OUR_LORA, PEFT_LORA),
    (OUR_LORA, "minLoRA style LoRA r=8"),
    (OUR_LORA, "loralib style LoRA r=8"),
]
