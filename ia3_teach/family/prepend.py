"""What the methods of this form share: the recipe's length, and hooks that come and go with the adapters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from torch import nn

from ia3_teach.amounts import whole
from ia3_teach.family.lengthening import Lengthening
from ia3_teach.family.method import Method
from ia3_teach.family.roles import block_of
from ia3_teach.layer import Adapted, wrapped
from ia3_teach.sites.find import Site, paper_sites


@dataclass(frozen=True)
class Prepending(Method):
    """What the recipes of this form share: the `length` n, the number of rows."""

    form = "prepend"
    merges = starts_as_identity = False
    adds_latency = shares_batch = True
    length: int = 10

    def __post_init__(self) -> None:
        """Refuse a length that is no whole number."""
        super().__post_init__()
        whole("length", self.length, least=1)

    def paths(self, model: nn.Module) -> list[str]:
        """All that can carry rows, unless the caller named some."""
        return list(self.carriers(model)) if self.sites is None else super().paths(model)

    def attached(self, model: nn.Module) -> None:
        """Have the input lengthened."""
        install(model)

    def detached(self, model: nn.Module) -> None:
        """Leave the input as it is again."""
        remove(model)


def stack_of(model: nn.Module) -> tuple[str, nn.Module]:
    """(path, the stack of blocks that reads token ids): the encoder, the base, or the model itself."""
    if getattr(getattr(model, "config", None), "is_encoder_decoder", False):
        return "encoder", model.encoder
    base = getattr(model, "base_model_prefix", "")
    return (base, getattr(model, base)) if base in dict(model.named_children()) else ("", model)


def hooked(model: nn.Module) -> Iterator[tuple[nn.Module, dict[int, Any]]]:
    """(module, its hooks) wherever a lengthening's hooks can be."""
    for module in (stack_of(model)[1], getattr(model, "decoder", None)):
        if module is not None:
            yield module, module._forward_pre_hooks
            yield module, module._forward_hooks


def is_ours(hook: Any) -> bool:
    """Whether this hook was put on by `install`."""
    return isinstance(getattr(hook, "__self__", None), Lengthening)


def install(model: nn.Module) -> None:
    """Put the hooks on, once, however many adapters need them."""
    if any(is_ours(hook) for _, hooks in hooked(model) for hook in hooks.values()):
        return
    path, stack = stack_of(model)
    hook = Lengthening(at=1 if block_of(model.config).reads_first else 0)
    stack.register_forward_pre_hook(hook.before, with_kwargs=True)
    if path == "encoder":  # the decoder may look at the rows, and its mask tells where they are
        model.decoder.register_forward_pre_hook(hook.before_decoder, with_kwargs=True)
    else:
        stack.register_forward_hook(hook.after, with_kwargs=True)


def remove(model: nn.Module) -> None:
    """Take the hooks off where no adapter needs them any more."""
    places = wrapped(model, Adapted).values()
    if any(hasattr(adapter, "window") for place in places for adapter in place.adapters.values()):
        return
    for module, hooks in hooked(model):
        for number in [number for number, hook in hooks.items() if is_ours(hook)]:
            del hooks[number]
            module._forward_pre_hooks_with_kwargs.pop(number, None)
            module._forward_hooks_with_kwargs.pop(number, None)


def attended(model: nn.Module) -> dict[str, Site]:
    """The paper's sites of keys and values, of a T5's decoder those over the encoder alone."""
    found = {site.path: site for site in paper_sites(model) if site.attended}
    return {path: found[path] for path in found if not path.startswith("decoder.") or ".EncDec" in path}
