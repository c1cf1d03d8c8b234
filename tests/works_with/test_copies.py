"""copy.deepcopy, state dicts, and whole models in one file."""

import copy
import io

import pytest
import torch
from lively_models import RECIPES, lively
from small_models import randomise, tokens
from torch import nn

from ia3_teach import attach, detach, merge, unmerge


def adapted(kind: str, recipe: str) -> nn.Module:
    model = lively(kind, recipe)
    randomise(model)
    return model


def gradients(model: nn.Module) -> list[torch.Tensor]:
    trainable = [p for p in model.parameters() if p.requires_grad]
    return list(torch.autograd.grad(model(tokens()).logits.square().sum(), trainable))


def through_a_file(value: object, weights_only: bool) -> object:
    buffer = io.BytesIO()
    torch.save(value, buffer)
    return torch.load(io.BytesIO(buffer.getvalue()), weights_only=weights_only)


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("kind", ["bert", "bloom"])
@pytest.mark.parametrize("copied", [copy.deepcopy, lambda model: through_a_file(model, weights_only=False)])
def test_a_copy_is_equal_and_apart(kind: str, recipe: str, copied) -> None:
    model = adapted(kind, recipe)
    other, before = copied(model), model(tokens()).logits
    assert torch.equal(other(tokens()).logits, before)
    torch.testing.assert_close(gradients(other), gradients(model), rtol=0, atol=0)
    randomise(other, seed=7)
    detach(other)
    attach(other, RECIPES[recipe], name="new")
    assert torch.equal(model(tokens()).logits, before)
    detach(model)
    assert torch.equal(other(tokens()).logits, model(tokens()).logits)


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_copy_of_a_merged_model_has_originals_of_its_own(recipe: str) -> None:
    model = adapted("bloom", recipe)
    apart = model(tokens()).logits
    merge(model)
    other, folded = copy.deepcopy(model), model(tokens()).logits
    unmerge(other)
    assert torch.equal(other(tokens()).logits, apart)
    assert torch.equal(model(tokens()).logits, folded)


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("kind", ["bert", "bloom", "t5"])
def test_a_state_dict_goes_through_a_file(kind: str, recipe: str) -> None:
    model, other = adapted(kind, recipe), lively(kind, recipe)
    assert other.load_state_dict(through_a_file(model.state_dict(), weights_only=True)).missing_keys == []
    inputs = {"decoder_input_ids": tokens(length=3)} if kind == "t5" else {}
    assert torch.equal(other(tokens(), **inputs).logits, model(tokens(), **inputs).logits)
    with pytest.raises(RuntimeError, match="Unexpected key"):
        lively(kind).load_state_dict(model.state_dict())
