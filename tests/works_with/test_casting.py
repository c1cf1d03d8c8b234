"""A model that is cast, moved or given memory after attaching keeps the vectors' promises."""

import copy

import pytest
import torch
from small_models import bert, bloom, randomise, tokens
from torch import nn

from ia3_teach import IA3, LoRA, attach, fit, merge, rows, unmerge, vectors
from ia3_teach.layer import wrapped

CASTS = {
    "to": lambda model: model.to(torch.bfloat16),
    "to like": lambda model: model.to(torch.empty(0, dtype=torch.float16)),
    "half": lambda model: model.half(),
    "bfloat16": lambda model: model.bfloat16(),
    "type": lambda model: model.type(torch.float16),
    "a part": lambda model: model.get_submodule("transformer.h").half() and model,
    "twice": lambda model: model.half().bfloat16(),
    "merged": lambda model: unmerge(merge(model).bfloat16()),
    "a copy": lambda model: copy.deepcopy(model).bfloat16(),
}
RECIPES = [IA3(), LoRA(r=2)]


def trained(model: nn.Module) -> list[nn.Parameter]:
    return [p for place in wrapped(model).values() for p in place.adapters.parameters()]


@pytest.mark.parametrize("cast", CASTS)
@pytest.mark.parametrize("recipe", RECIPES, ids=["ia3", "lora"])
def test_no_cast_leaves_an_adapter_with_fewer_than_32_bits(cast: str, recipe) -> None:
    model = bloom().float()
    attach(model, recipe)
    randomise(model)
    before = [p.clone() for p in trained(model)]
    model = CASTS[cast](model)
    torch.testing.assert_close(trained(model), before, rtol=0, atol=0)
    linear = next(place.base for place in wrapped(model).values())
    assert linear.weight.itemsize == 2


def test_a_step_of_a_thousandth_moves_every_entry_after_a_cast() -> None:
    model = bloom()
    attach(model, IA3())
    model.to(torch.bfloat16).train()
    model(tokens()).logits.float().square().sum().backward()
    torch.optim.AdamW(trained(model), lr=1e-3, weight_decay=0).step()
    moved = [(p - 1).abs() for p in trained(model)]
    assert all(((change > 5e-4) & (change < 2e-3)).float().mean() > 0.9 for change in moved)


def test_a_gradient_is_cast_with_its_vector() -> None:
    model = bert().float()
    attach(model, IA3(modules_to_save=[]))
    model(tokens()).logits.sum().backward()
    model.half()
    assert all(p.grad.dtype == p.dtype == torch.float32 for p in trained(model))


def test_more_bits_are_taken_and_given_back() -> None:
    model = bloom()
    attach(model, IA3())
    assert {p.dtype for p in trained(model)} == {torch.float64}
    assert {p.dtype for p in trained(model.float())} == {torch.float32}
    assert {p.dtype for p in trained(model.double())} == {torch.float64}
    assert {p.dtype for p in trained(model.half())} == {torch.float32}


def test_fit_refuses_vectors_that_were_robbed_of_their_bits_by_hand() -> None:
    model = bloom().float()
    attach(model, IA3())
    trained(model)[0].data = trained(model)[0].data.bfloat16()
    with pytest.raises(ValueError, match=r"l_[kv] .*bfloat16.* steps are lost"):
        fit(model, [{"input_ids": [5, 6], "labels": [5, 6]}], steps=1, learning_rate=1e-3)


@pytest.mark.parametrize("recipe", RECIPES, ids=["ia3", "lora"])
@pytest.mark.parametrize("build", [bert, bloom])
def test_a_model_without_memory_gets_adapters_that_change_nothing(build, recipe) -> None:
    bare = build()
    model = copy.deepcopy(bare).to("meta")
    with torch.device("meta"):
        attach(model, recipe)
    assert model(tokens().to("meta")).logits.is_meta
    model.to_empty(device="cpu")
    state = bare.state_dict()
    for name, tensor in model.state_dict().items():
        original = name.replace(".base", "").replace(".adapters.default", "")
        if original in state:
            tensor.copy_(state[original])
    for name, buffer in bare.named_buffers():
        model.get_buffer(name).copy_(buffer)
    torch.testing.assert_close(model(tokens()).logits, bare(tokens()).logits, rtol=0, atol=0)


def test_fused_vectors_scale_the_same_channels_however_the_model_got_its_memory() -> None:
    right = bloom()
    attach(right, IA3())
    randomise(right)
    for given in ("to_empty", "assigned"):
        model = bloom().to("meta")
        attach(model, IA3())
        if given == "to_empty":
            model.to_empty(device="cpu")
        model.load_state_dict(right.state_dict(), assign=True)
        for name, learned in vectors(right).items():
            assert torch.equal(vectors(model)[name], learned)
        for path, place in wrapped(right).items():
            scales = [m.get_submodule(path).adapters["default"].scale() for m in (right, model)]
            assert torch.equal(*scales), place
    with rows(model, ["default", None, None]):
        assert model(tokens()).logits.isfinite().all()
