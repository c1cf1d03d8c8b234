"""Probes of functions that look at a whole model: what it holds, and what of it is trained."""

from typing import Any

import torch
from torch import nn

from ia3_teach.check.probing.calls import Case, each
from ia3_teach.check.probing.recorded import Record

KINDS = {
    "Linear": lambda d_in, d_out: nn.Linear(d_in, d_out),
    "Linear without bias": lambda d_in, d_out: nn.Linear(d_in, d_out, bias=False),
    "Embedding": nn.Embedding,
    "BatchNorm1d": nn.BatchNorm1d,
    "LayerNorm": nn.LayerNorm,
    "Conv1d": nn.Conv1d,
    "Parameter": lambda *shape: nn.Parameter(torch.full(shape, 0.75)),
    "of 16 bits": lambda *shape: nn.Parameter(torch.ones(shape, dtype=torch.bfloat16)),
    "of whole numbers": lambda *shape: nn.Parameter(torch.ones(shape, dtype=torch.int8), requires_grad=False),
}


class Holder(nn.Module):
    """A module that holds what it is given, under dotted names."""

    def hold(self, name: str, part: nn.Module | nn.Parameter) -> None:
        """Put `part` at this name, with holders on the way."""
        *path, last = name.split(".")
        place: nn.Module = self
        for step in path:
            if not hasattr(place, step):
                place.add_module(step, Holder())
            place = getattr(place, step)
        if isinstance(part, nn.Parameter):
            place.register_parameter(last, part)
        else:
            place.add_module(last, part)


def model_of(recipe: dict[str, Any]) -> Holder:
    """The model of a recipe: parts, ties, the beginnings of the names that are trained, device, mode."""
    model = Holder()
    with torch.device("meta" if recipe["meta"] else "cpu"):
        for name, kind, *sizes in recipe["parts"]:
            model.hold(name, KINDS[kind](*sizes))
    for name, other in recipe["ties"]:
        model.get_submodule(name).weight = model.get_submodule(other).weight
    for name, parameter in model.named_parameters():
        if parameter.is_floating_point():
            parameter.requires_grad_(any(name.startswith(begin) for begin in recipe["trained"]))
            parameter.grad = None if recipe["meta"] else torch.ones_like(parameter)
    return model.train(recipe["training"])


def _mode_kept(model: Holder, recipe: dict[str, Any]) -> bool:
    return all(module.training == recipe["training"] for module in model.modules())


def counted_models(answer: Any, cases: dict[str, Case]) -> Record:
    """Call the answer on a model, and look at the model afterwards."""
    return each(answer, cases, _counted)


def _counted(answer: Any, one: Case, notes: dict[str, Any]) -> Any:
    recipe = one["arguments"][0]
    model = model_of(recipe)
    value = answer(model)
    floats = [parameter for parameter in model.parameters() if parameter.is_floating_point()]
    kept = recipe["meta"] or all(parameter.grad is not None for parameter in floats)
    notes["gradients kept"] = kept and _mode_kept(model, recipe)
    notes["flags"] = [parameter.requires_grad for parameter in model.parameters()]
    return value


def chosen_parameters(answer: Any, cases: dict[str, Case]) -> Record:
    """Call the answer on a model; note which parameters require a gradient, and which came back."""
    return each(answer, cases, _chosen)


def _chosen(answer: Any, one: Case, notes: dict[str, Any]) -> Any:
    model = model_of(one["arguments"][0])
    before = [parameter.detach().clone() for parameter in model.parameters()]
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    value = answer(model)
    notes["kind"] = type(value).__name__[:40]
    notes["trained"] = [name for name, parameter in model.named_parameters() if parameter.requires_grad]
    notes["kept"] = all(map(torch.equal, model.parameters(), before))
    notes["mode kept"] = _mode_kept(model, one["arguments"][0])
    notes["returned"] = [names.get(id(item), type(item).__name__[:40]) for item in value]
    return True
