"""Merging where something beside the Linear's own forward computes: the same output, or a refusal."""

import copy
import functools

import pytest
import torch
from accelerate.hooks import attach_execution_device_hook
from small_models import bert, randomise, tokens
from test_adapters import snapshot
from torch import nn
from torch.nn.utils import parametrizations, parametrize, prune

from ia3_teach import IA3, LoRA, attach, merge, unmerge


class Halved(nn.Linear):
    """A subclass that computes something of its own."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return super().forward(x) / 2


class Tripled(nn.Module):
    def forward(self, weight: torch.Tensor) -> torch.Tensor:
        return 3 * weight


def patch(layer: nn.Linear, forward) -> None:
    layer.forward = forward


def stale(layer: nn.Linear) -> None:
    weight = layer.weight
    layer.forward = lambda x: x @ weight.T


def raising(module: nn.Module, inputs: tuple) -> None:
    raise KeyError("only for the master's inputs")


MEDDLE = {
    "nothing": lambda layer: None,
    "accelerate": lambda layer: attach_execution_device_hook(layer, "cpu"),
    "the same by a function": lambda layer: patch(layer, functools.partial(nn.Linear.forward, layer)),
    "twice by a function": lambda layer: patch(layer, lambda x, old=layer.forward: 2 * old(x)),
    "one more by a function": lambda layer: patch(layer, lambda x, old=layer.forward: old(x) + 1),
    "the old weight by a function": stale,
    "a watching hook": lambda layer: layer.register_forward_hook(lambda m, x, y: None),
    "a halving hook": lambda layer: layer.register_forward_hook(lambda m, x, y: y / 2),
    "an adding hook": lambda layer: layer.register_forward_hook(lambda m, x, y: y + 1),
    "a bending hook": lambda layer: layer.register_forward_hook(lambda m, x, y: y.tanh()),
    "a cutting hook": lambda layer: layer.register_forward_pre_hook(lambda m, x: (x[0].clamp(-40, 40),)),
    "a watching hook before": lambda layer: layer.register_forward_pre_hook(lambda m, x: None),
    "a halving hook before": lambda layer: layer.register_forward_pre_hook(lambda m, x: (x[0] / 2,)),
    "an adding hook before": lambda layer: layer.register_forward_pre_hook(lambda m, x: (x[0] + 1,)),
    "a raising hook": lambda layer: layer.register_forward_pre_hook(raising),
    "a parametrization": lambda layer: parametrize.register_parametrization(layer, "weight", Tripled()),
    "weight norm": lambda layer: parametrizations.weight_norm(layer),
    "pruning": lambda layer: prune.random_unstructured(layer, "weight", 0.5),
    "a subclass": lambda layer: setattr(layer, "__class__", Halved),
}
SITES = {"out": IA3(sites={"0": "out"}), "in": IA3(sites={"0": "in"}), "lora": LoRA(r=2, sites=["0"])}


def one_layer() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 6).double())


def outcome(model: nn.Module) -> str:
    """Merge, compare and take back; what the error said, or nothing."""
    x = torch.randn(5, 2, 4, dtype=torch.float64)
    try:
        expected = model(x)
    except KeyError:
        expected = None
    before = snapshot(model)
    try:
        merge(model)
    except ValueError as error:
        assert snapshot(model) == before and len(str(error)) < 600
        return str(error)
    torch.testing.assert_close(model(x), expected, rtol=1e-12, atol=1e-12)
    unmerge(model)
    assert snapshot(model) == before and torch.equal(model(x), expected)
    return ""


REFUSED = {
    "a parametrization": "computed anew",
    "weight norm": "computed anew",
    "pruning": "computed anew",
    "the old weight by a function": "something else",
    "a raising hook": "only for the master's inputs",
}


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("meddle", MEDDLE)
def test_merged_gives_what_adapted_gives_or_is_refused(meddle: str, site: str, when: str) -> None:
    model = one_layer()
    if when == "before":
        MEDDLE[meddle](model[0])
    attach(model, SITES[site])
    randomise(model)
    if when == "after":
        MEDDLE[meddle](model[0].base)
    said = outcome(model)
    if meddle in ("nothing", "accelerate", "a watching hook", "a watching hook before"):
        assert not said
    assert REFUSED.get(meddle, "") in said
    if meddle == "a cutting hook":
        assert bool(said) == (site != "out")


@pytest.mark.parametrize("meddle", [name for name in MEDDLE if "hook" in name])
def test_hooks_on_the_adapted_layer_itself(meddle: str) -> None:
    model = one_layer()
    attach(model, SITES["out"])
    randomise(model)
    MEDDLE[meddle](model[0])
    said = outcome(model)
    assert bool(said) == ("watching" not in meddle)


def test_hooks_on_all_modules() -> None:
    model = one_layer()
    attach(model, SITES["out"])
    randomise(model)
    hook = nn.modules.module.register_module_forward_hook(
        lambda m, x, y: y + 1 if isinstance(m, nn.Linear) else y
    )
    try:
        assert "something else" in outcome(model)
    finally:
        hook.remove()


def test_one_patched_layer_of_many_stops_it_all() -> None:
    model = bert()
    model.bert.encoder.layer[1].attention.self.value.register_forward_hook(lambda m, x, y: y + 1)
    attach(model, IA3())
    randomise(model)
    before = snapshot(model)
    with pytest.raises(ValueError, match=r"layer\.1\.attention\.self\.value .*something else"):
        merge(model)
    assert snapshot(model) == before


def test_a_model_without_memory_is_refused_in_words() -> None:
    model = one_layer().to("meta")
    attach(model, SITES["out"])
    with pytest.raises(ValueError, match="not in memory"):
        merge(model)


def test_a_head_whose_copy_would_compute_with_the_original_is_refused() -> None:
    model = bert()
    patch(model.classifier, lambda x, old=model.classifier.forward: old(x))
    before = snapshot(model)
    with pytest.raises(ValueError, match="classifier was replaced by a function"):
        attach(model, IA3())
    assert snapshot(model) == before


def test_a_head_with_accelerates_hook_is_copied_whole() -> None:
    model, bare = bert(), bert()
    attach_execution_device_hook(model, "cpu")
    for each in (model, bare):
        attach(each, IA3())
        randomise(each)
    assert torch.equal(model(tokens()).logits, bare(tokens()).logits)
    assert torch.equal(merge(model)(tokens()).logits, merge(bare)(tokens()).logits)
    assert torch.equal(copy.deepcopy(model)(tokens()).logits, model(tokens()).logits)


def test_a_head_that_was_hooked_after_attaching_is_not_merged_away() -> None:
    model = bert()
    attach(model, IA3())
    model.classifier.register_forward_hook(lambda m, x, y: y + 1)
    with pytest.raises(ValueError, match="classifier has hooks"):
        merge(model)
