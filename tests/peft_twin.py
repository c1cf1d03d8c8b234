"""The same adapter on the same model, once with this library and once with PEFT."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import peft
import torch
from small_models import bert, bloom, bloom_classifier, randomise, twins
from torch import nn

from ia3_teach import IA3, LoRA, attach
from ia3_teach.layer import wrapped

EXACT = {"rtol": 0, "atol": 1e-12}
BUILD = {"bert": bert, "bloom": bloom, "bloom_classifier": bloom_classifier}
TASK = {"bert": "SEQ_CLS", "bloom": "CAUSAL_LM", "bloom_classifier": "SEQ_CLS"}
PAPER = {
    "bert": {
        "target_modules": r".*(self\.key|self\.value|layer\.\d+\.output\.dense)",
        "feedforward_modules": r".*layer\.\d+\.output\.dense",
    },
    "bloom": {
        "target_modules": ["query_key_value", "dense_4h_to_h"],
        "feedforward_modules": ["dense_4h_to_h"],
    },
}
PAPER["bloom_classifier"] = PAPER["bloom"]
EXPLICIT = {
    "bert": {"intermediate.dense": "out", "self.query": "in"},
    "bloom": {"self_attention.dense": "in", "dense_h_to_4h": "out"},
}
EXPLICIT["bloom_classifier"] = EXPLICIT["bloom"]
LORA_SITES = {"bert": ("query", "intermediate.dense"), "bloom": ("query_key_value", "dense_4h_to_h")}
LORA_SITES["bloom_classifier"] = LORA_SITES["bloom"]


def recipe(kind: str, family: str) -> IA3 | LoRA:
    """Our recipe of a kind."""
    if kind == "lora":
        return LoRA(r=4, alpha=6, sites=LORA_SITES[family])
    if kind == "lora_default":
        return LoRA(r=4, alpha=6)
    return IA3(sites=EXPLICIT[family] if kind == "explicit" else kind)


def config(kind: str, family: str) -> peft.PeftConfig:
    """PEFT's words for the same."""
    task = {"task_type": TASK[family]}
    if kind == "lora":
        return peft.LoraConfig(r=4, lora_alpha=6, target_modules=list(LORA_SITES[family]), **task)
    if kind == "lora_default":
        return peft.LoraConfig(r=4, lora_alpha=6, **task)
    if kind == "explicit":
        sides = EXPLICIT[family]
        inputs = [pattern for pattern, side in sides.items() if side == "in"]
        return peft.IA3Config(target_modules=list(sides), feedforward_modules=inputs, **task)
    return peft.IA3Config(**task, **(PAPER[family] if kind == "paper" else {}))


@dataclass
class Pair:
    """Two models that should be the same function of the same values."""

    family: str
    ours: nn.Module
    theirs: peft.PeftModel

    def parameters(self) -> Iterator[tuple[str, Callable, torch.Tensor]]:
        """(name, how to lay our tensors out as PEFT does, PEFT's parameter) for all that is trained."""
        places = wrapped(self.ours)
        for name, parameter in self.theirs.named_parameters():
            path, _, rest = name.removeprefix("base_model.model.").partition(".default")
            if not parameter.requires_grad:
                continue
            if ".ia3_l" in path:
                adapter = places[path.removesuffix(".ia3_l")].adapters["default"]
                yield name, ia3_layout(self.ours, adapter, parameter), parameter
            elif ".lora_" in path:
                path, letter = path.split(".lora_")
                yield name, plain(getattr(places[path].adapters["default"], letter)), parameter
            else:
                head = places[path.removesuffix(".modules_to_save")].adapters["default"]
                yield name, plain(head.get_parameter(rest.lstrip("."))), parameter


def plain(mine: torch.Tensor) -> Callable:
    return lambda read: read(mine)


def ia3_layout(model: nn.Module, adapter: nn.Module, like: torch.Tensor) -> Callable:
    """PEFT's ia3_l written out by hand from our vectors, BLOOM's [head, 3, d_head] included."""
    vectors = dict(adapter.named_parameters())

    def layout(read: Callable) -> torch.Tensor:
        if len(vectors) == 1:
            return read(next(iter(vectors.values()))).view_as(like)
        n_head = model.config.n_head
        k, v = (read(vectors[name]).view(n_head, 1, -1) for name in ("l_k", "l_v"))
        q = torch.full_like(k, 1.0 if read is value else float("nan"))
        return torch.cat([q, k, v], dim=1).reshape_as(like)

    return layout


def value(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.detach()


def gradient(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.grad


@contextmanager
def no_warnings() -> Iterator[None]:
    """Any warning is an error here."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def pair(family: str, kind: str) -> Pair:
    """Both models with equal random adapters and heads."""
    mine, other = twins(BUILD[family])
    attach(mine, recipe(kind, family))
    randomise(mine)
    found = Pair(family, mine, peft.get_peft_model(other, config(kind, family)).double().eval())
    with torch.no_grad():
        for _, layout, parameter in found.parameters():
            parameter.copy_(layout(value))
    return found
