"""The place of an adapter: a Linear in its frozen state with named adapters around it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, partial
from typing import ClassVar

import torch
from torch import Tensor, nn

from ia3_teach.mixed import Rows, check_thread
from ia3_teach.precision import Adapters
from ia3_teach.wording import brief, short

# Where wrappers keep the module that they wrap: torch.compile, FSDP, activation checkpointing.
WRAPPED = ("_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module")
# These keep it under a name that an ordinary model may use as well; the first three split up training.
SPLIT = {"DistributedDataParallel", "FullyShardedDataParallel", "DeepSpeedEngine"}
PARALLEL = {*SPLIT, "DataParallel", "AveragedModel"}
Modules = Mapping[str, nn.Module]  # by path


class Place(nn.Module):
    """A module in its original state, its named adapters, and which of them are chosen now."""

    # a tensor that two names share is saved under one; transformers asks each module which to leave out
    _tied_weights_keys: ClassVar[dict[str, str]] = {"base": "base", "adapters": "adapters"}
    kind_of_adapters: ClassVar[type[nn.ModuleDict]] = nn.ModuleDict

    def __init__(self, base: nn.Module) -> None:
        super().__init__()
        self.base = base
        self.adapters = self.kind_of_adapters()
        self.active: tuple[str, ...] = ()
        self.rows: Rows | None = None
        self.owner: int | None = None


class Adapted(Place):
    r"""A frozen Linear with named adapters, each of which wraps the layer's function.

    With adapters a_1 ... a_n active, in that order, the layer computes
    f_n where f_0(x) = W x + b and f_i = a_i.around(f_{i-1}).
    `rows` instead gives each row of the batch its own adapter, or None for the bare layer.

    Shapes: x (B, ..., d_in) -> (B, ..., d_out).
    """

    kind_of_adapters = Adapters

    def __init__(self, base: nn.Module) -> None:
        super().__init__(base)
        self.originals: dict[str, nn.Parameter] = {}  # while merged: the base's own

    @property
    def weight(self) -> Tensor:
        """The frozen weight; models such as T5 look at its dtype."""
        return self.base.weight

    @property
    def bias(self) -> Tensor | None:
        """The frozen bias, or None."""
        return self.base.bias

    def forward(self, x: Tensor) -> Tensor:
        """Apply the active adapters, or each row's own."""
        function = self.base
        if self.owner is not None:  # inside `disabled` or `rows`
            check_thread(self.owner)
        if self.rows is None:
            for adapter in self.active_adapters():
                function = partial(adapter.around, function)
            return function(x)
        mine = list(map(self.adapters._modules.get, self.rows.names))
        for kind in dict.fromkeys(type(adapter) for adapter in mine if adapter is not None):
            of_kind = [adapter if type(adapter) is kind else None for adapter in mine]
            function = partial(kind.around_rows, of_kind, function)
        return self.rows.apart(function, x)

    def inputs(self, x: Tensor) -> tuple[Tensor, ...]:
        """What a call takes to compute the activations x; more than x where tokens are routed."""
        return (x,)

    def active_adapters(self) -> list[nn.Module]:
        """The active adapters that have a part at this layer, in the order of activation."""
        return [self.adapters[name] for name in self.active if name in self.adapters]


class Head(Place):
    """A new module, such as a classifier, of which every adapter trains its own copy."""

    @property
    def weight(self) -> Tensor:
        """The weight of the copy in use; models look at its dtype."""
        return self.chosen(self.active).weight

    @property
    def bias(self) -> Tensor | None:
        """The bias of the copy in use, or None."""
        return self.chosen(self.active).bias

    def forward(self, x: Tensor) -> Tensor:
        """The last active adapter's copy, or each row's own."""
        if self.owner is not None:
            check_thread(self.owner)
        if self.rows is None:
            return self.chosen(self.active)(x)
        return self.rows.apart(self.each, x)

    def each(self, x: Tensor) -> Tensor:
        """Part i of the batch through the copy of the adapter of row i."""
        parts = zip(x.split(len(x) // len(self.rows.names)), self.rows.names, strict=True)
        return torch.cat([self.chosen((name,))(part) for part, name in parts])

    def chosen(self, names: tuple[str | None, ...]) -> nn.Module:
        """The copy of the last of these adapters that has one; the original otherwise."""
        mine = [self.adapters[name] for name in names if name in self.adapters]
        return mine[-1] if mine else self.base


Places = Mapping[str, Place]  # by path


def is_linear(module: nn.Module) -> bool:
    """Whether this is a Linear: torch's, or GPT-2's transposed Conv1D."""
    return isinstance(module, nn.Linear) or type(module).__name__ == "Conv1D"


def is_stack(module: nn.Module) -> bool:
    """Whether this holds the gated feed-forward layers of many experts in two parameters (E, d_out, d_in)."""
    if "gate_up_proj" not in module._parameters:  # as in nearly all modules
        return False
    parts = {name: part for name, part in module._parameters.items() if part is not None}
    gated = parts.keys() == {"gate_up_proj", "down_proj"} and hasattr(module, "_apply_gate")
    others = ("is_transposed", "has_post_expert_norm")
    return gated and not any(getattr(module, other, False) for other in others)


def weight_name(module: nn.Module) -> str:
    """The parameter that adapters scale or add to; of a stack of experts that of their second layers.

    >>> weight_name(nn.Linear(2, 3))
    'weight'
    """
    return "down_proj" if is_stack(module) else "weight"


def scalable_layers(model: nn.Module) -> dict[str, nn.Module]:
    """{path: what can carry a vector}, in model order: frozen Linears, and stacks of experts."""
    return scalable_among(outer_modules(model))


def scalable_among(modules: Modules) -> dict[str, nn.Module]:
    """The same, of modules that were listed already."""
    frozen = {path: original(module) for path, module in modules.items()}
    return {path: module for path, module in frozen.items() if is_linear(module) or is_stack(module)}


def linear_layers(model: nn.Module) -> dict[str, nn.Module]:
    """{path: frozen Linear} in model order; an adapted layer counts under its own path.

    >>> list(linear_layers(nn.Sequential(nn.Linear(2, 2), nn.ReLU())))
    ['0']
    """
    return linears_among(outer_modules(model))


def linears_among(modules: Modules) -> dict[str, nn.Module]:
    """The same, of modules that were listed already."""
    frozen = {path: original(module) for path, module in modules.items()}
    return {path: module for path, module in frozen.items() if is_linear(module)}


def original(module: nn.Module) -> nn.Module:
    """What stood at a place before adapters came."""
    return module.base if isinstance(module, Place) else module


def outer_modules(model: nn.Module) -> dict[str, nn.Module]:
    """{path: module} as they were before adapters came: what is inside Adapted and Head is left out.

    Parents come first. A verb lists a model once, and hands on what it found: large models have thousands.

    >>> list(outer_modules(nn.Sequential(nn.Sequential(nn.Tanh()), nn.ReLU())))
    ['0', '0.0', '1']
    """
    found: dict[str, nn.Module] = {}
    collect(unwrapped(model), "", found)
    return found


def collect(module: nn.Module, prefix: str, found: dict[str, nn.Module]) -> None:
    """Add what lies inside a module to what was found."""
    for name, child in module.named_children():
        path, child = f"{prefix}{name}", unwrapped(child)
        found[path] = child
        if child._modules and not isinstance(child, Place):
            collect(child, f"{path}.", found)


def wrapped(model: nn.Module, kind: type | tuple[type, ...] = (Adapted, Head)) -> dict[str, Adapted | Head]:
    """{path: module} of all adapted layers and heads, in model order."""
    return {path: module for path, module in outer_modules(model).items() if isinstance(module, kind)}


def features(linear: nn.Module) -> tuple[int, int]:
    """(d_in, d_out) of a Linear or Conv1D; of a stack of experts those of each second layer.

    >>> features(nn.Linear(2, 3))
    (2, 3)
    """
    if isinstance(linear, nn.Linear):
        return linear.in_features, linear.out_features
    if is_stack(linear):
        return linear.down_proj.shape[2], linear.down_proj.shape[1]
    return tuple(linear.weight.shape)


def adapter_dtype(linear: nn.Module) -> torch.dtype:
    """The dtype of new adapters: the weight's, but at least float32 (in bfloat16, 1 + 0.003 is 1).

    Raises ValueError for a weight that is not stored as floating-point numbers of 16 bits or more.
    """
    weight = getattr(linear, weight_name(linear))
    if not weight.is_floating_point() or weight.itemsize < 2:
        raise ValueError(f"the weight is stored as {weight.dtype}: quantised layers cannot carry an adapter")
    return torch.promote_types(weight.dtype, torch.float32)


def check_bits(model: nn.Module) -> None:
    """Refuse to train an adapter whose numbers were given fewer than 32 bits."""
    for path, place in wrapped(model, Adapted).items():
        for name, parameter in place.adapters.named_parameters():
            if parameter.requires_grad and parameter.itemsize < 4:
                raise ValueError(
                    f"{short(path)}.adapters.{short(name)} is stored as {parameter.dtype}, in which small "
                    "steps are lost (1 + 0.003 is 1); assign its .data a float32 tensor before training"
                )


def replace_module(model: nn.Module, path: str, module: nn.Module) -> None:
    """Put `module` at `path`."""
    parent, _, name = path.rpartition(".")
    setattr(module_at(model, parent), name, module)


def module_at(model: nn.Module, path: str) -> nn.Module:
    """The module that `outer_modules` shows at `path`; the model itself at "".

    >>> module_at(nn.Sequential(nn.Sequential(nn.Tanh())), "0.0")
    Tanh()
    """
    module = unwrapped(model)
    for name in path.split(".") if path else ():
        module = unwrapped(getattr(module, name))
    return module


def unwrapped(module: nn.Module) -> nn.Module:
    """What torch.compile, DistributedDataParallel and the like were given; other modules as they are.

    Raises ValueError for what is no module, such as the pair that `load_model` returns.
    """
    if not hasattr(module, "named_modules"):
        raise ValueError(
            f"needed is a model (a torch.nn.Module); found {brief(type(module).__name__)}. load_model gives "
            "two things: model, tokenizer = load_model(name)"
        )
    parts = vars(module).get("_modules")  # what only behaves like a model has none
    if not parts:
        return module
    for name in wrapping_names(type(module)):
        if parts.get(name) is not None:
            return unwrapped(parts[name])
    return module


@cache
def wrapping_names(kind: type[nn.Module]) -> tuple[str, ...]:
    """Under which names a module of this class may keep another one that it wraps."""
    splits = any(base.__name__ in PARALLEL for base in kind.__mro__)
    return (*WRAPPED, "module") if splits else WRAPPED


def plain_name(name: str) -> str:
    """The name of a parameter without the parts that wrappers put into it.

    >>> plain_name("h.0._orig_mod.mlp.weight")
    'h.0.mlp.weight'
    """
    return ".".join(part for part in name.split(".") if part not in WRAPPED)
