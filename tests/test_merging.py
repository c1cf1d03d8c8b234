"""Merging gives plain layers and the same function; unmerging gives back every bit."""

import copy
import math

import pytest
import torch
from small_models import bert, bloom, randomise, tokens
from test_adapters import several, snapshot
from torch import nn

from ia3_teach import (
    IA3,
    LoRA,
    activate,
    attach,
    count,
    detach,
    merge,
    merged,
    save_adapter,
    unmerge,
    vectors,
)

EXACT = {"rtol": 0, "atol": 1e-12}
DTYPES = [torch.float64, torch.float32, torch.bfloat16, torch.float16]


def logits(model: nn.Module) -> torch.Tensor:
    return model(tokens(4)).logits


@pytest.mark.parametrize("build", [bert, bloom])
@pytest.mark.parametrize(
    "active", [["a"], ["b"], ["a", "c"], ["a", "b"], ["b", "a"], ["d", "c", "b"]], ids="".join
)
def test_merged_computes_the_same_with_the_bare_models_layers(build, active: list[str]) -> None:
    model, bare = several(build), build()
    activate(model, active)
    before = logits(model)
    merge(model)
    torch.testing.assert_close(logits(model), before, **EXACT)
    assert model.state_dict().keys() == bare.state_dict().keys()
    assert [type(m) for m in model.modules()] == [type(m) for m in bare.modules()]
    assert unmerge(model) is model
    assert torch.equal(logits(model), before)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("recipe", [IA3(), LoRA(r=3)], ids=["ia3", "lora"])
def test_unmerging_restores_every_bit_for_any_vector(dtype: torch.dtype, recipe) -> None:
    """Zeros, negative and huge values included: nothing is divided."""
    model = bloom().to(dtype)
    attach(model, recipe)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.requires_grad:
                parameter.flatten()[::2] = 0.0
                parameter.flatten()[1::4] = -3.7
                parameter.flatten()[3::8] = 60.0
    before = snapshot_bits(model)
    merge(model)
    assert next(iter(model.parameters())).dtype == dtype
    unmerge(model)
    assert snapshot_bits(model) == before


def snapshot_bits(model: nn.Module) -> dict[str, bytes]:
    return {key: t.contiguous().view(torch.uint8).numpy().tobytes() for key, t in model.state_dict().items()}


def test_merged_weights_are_computed_in_float32_and_rounded_once() -> None:
    model = nn.Sequential(nn.Linear(8, 8)).to(torch.bfloat16)
    attach(model, IA3(sites={"0": "out"}))
    randomise(model)
    base, l = model[0].base, model[0].adapters["default"].l
    weight, bias = base.weight.float() * l[:, None], base.bias.float() * l
    merge(model)
    assert torch.equal(model[0].weight, weight.bfloat16()) and torch.equal(model[0].bias, bias.bfloat16())


@pytest.mark.parametrize("poison", [math.inf, -math.inf, math.nan, 3e38])
def test_one_layer_that_would_not_be_finite_stops_it_all(poison: float) -> None:
    model = bert().float()
    attach(model, IA3())
    with torch.no_grad():
        model.bert.encoder.layer[1].output.dense.base.weight[3] = 30.0
        model.bert.encoder.layer[1].output.dense.adapters["default"].l_ff[3] = poison
    before = snapshot(model)
    with pytest.raises(ValueError, match="layer.1.output.dense would give a weight that is not finite"):
        merge(model)
    assert snapshot(model) == before and not model._ia3_teach.merged


def test_the_context_restores_whatever_happens() -> None:
    model = several(names="ab")
    before = snapshot(model)
    with pytest.raises(KeyError), merged(model) as inside:
        assert type(inside.bert.encoder.layer[0].attention.self.query) is nn.Linear
        raise KeyError
    assert snapshot(model) == before
    with merged(model):
        unmerge(model)
    assert snapshot(model) == before


def test_what_a_merged_model_refuses(tmp_path) -> None:
    model = merge(several(names="ab"))
    for refused in (merge, detach, vectors, lambda model: save_adapter(model, tmp_path / "x")):
        with pytest.raises(ValueError, match="the model is merged; call unmerge"):
            refused(model)
    assert not (tmp_path / "x").exists()
    assert count(model).total == count(bert()).total


def test_merging_or_unmerging_nothing_is_refused() -> None:
    model = several(names="ab")
    with pytest.raises(ValueError, match="not merged"):
        unmerge(model)
    activate(model, None)
    with pytest.raises(ValueError, match="no active adapter"):
        merge(model)
    with pytest.raises(ValueError, match="no active adapter"):
        merge(bert())


def test_a_copy_of_a_merged_model_is_independent() -> None:
    model = merge(several(names="ab"))
    expected = logits(model)
    twin = copy.deepcopy(model)
    unmerge(twin)
    detach(twin)
    assert torch.equal(logits(twin), logits(bert())) and torch.equal(logits(model), expected)
    assert model._ia3_teach.merged and unmerge(model)


def test_a_merged_layer_is_frozen_and_shares_no_memory() -> None:
    model = several(names="a")
    before = snapshot(model)
    merge(model)
    layer = model.bert.encoder.layer[0].attention.self.key
    assert not layer.weight.requires_grad and not layer.bias.requires_grad
    with torch.no_grad():
        for parameter in model.bert.encoder.layer[0].attention.self.key.parameters():
            parameter.zero_()
    unmerge(model)
    assert snapshot(model) == before


def test_the_mode_and_the_dtype_that_a_merged_model_was_given_are_kept() -> None:
    model = merge(several(names="a"))
    unmerge(model.train().float())
    assert all(module.training for module in model.modules())
    key = model.bert.encoder.layer[0].attention.self.key
    assert key.base.weight.dtype == torch.float32 and logits(model).isfinite().all()


def test_unmerging_by_division_would_not_do() -> None:
    """PEFT divides by l + 1e-8: a zero in l destroys that row of the weight. Here the original is kept."""
    import peft

    l = torch.tensor([1.0, 0.0, 2.0])
    theirs = peft.get_peft_model(
        nn.Sequential(nn.Linear(2, 3)), peft.IA3Config(target_modules=["0"], feedforward_modules=[])
    )
    ours = nn.Sequential(copy.deepcopy(theirs.base_model.model[0].base_layer))
    attach(ours, IA3(sites={"0": "out"}))
    original = ours[0].base.weight.clone()
    with torch.no_grad():
        theirs.base_model.model[0].ia3_l["default"].copy_(l[:, None])
        ours[0].adapters["default"].l.copy_(l)
    theirs.merge_adapter()
    with pytest.warns(UserWarning, match="inaccurate"):
        theirs.unmerge_adapter()
    assert (theirs.base_model.model[0].base_layer.weight[1] == 0).all()
    assert torch.equal(unmerge(merge(ours))[0].base.weight, original)


def test_every_part_keeps_its_own_mode_while_merged() -> None:
    model = bert()
    attach(model, LoRA(dropout=0.5))
    model.train()
    place = model.bert.encoder.layer[0].attention.self.query
    place.adapters["default"].eval()
    before = [(name, module.training) for name, module in model.named_modules()]
    unmerge(merge(model))
    assert [(name, module.training) for name, module in model.named_modules()] == before
