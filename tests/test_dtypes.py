"""Half-precision models keep vectors in float32; activations keep the model's dtype."""

import pytest
import torch
from small_models import bert, bloom, randomise, tokens

from ia3_teach import IA3, LoRA, activate, attach, rows


@pytest.mark.parametrize(
    ("model_dtype", "adapter_dtype"),
    [
        (torch.float64, torch.float64),
        (torch.float32, torch.float32),
        (torch.bfloat16, torch.float32),
        (torch.float16, torch.float32),
    ],
    ids=str,
)
@pytest.mark.parametrize("recipe", [IA3(), LoRA(r=2)], ids=["ia3", "lora"])
def test_dtypes_of_adapters_and_outputs(model_dtype, adapter_dtype, recipe) -> None:
    model = bloom().to(model_dtype)
    attach(model, recipe)
    randomise(model)
    assert {p.dtype for p in model.parameters() if p.requires_grad} == {adapter_dtype}
    out = model(tokens()).logits
    assert out.dtype == model_dtype and out.isfinite().all()
    with rows(model, ["default", None, "default"]):
        assert model(tokens()).logits.dtype == model_dtype


@pytest.mark.parametrize("recipe", [IA3(), LoRA(r=2)], ids=["ia3", "lora"])
def test_autocast(recipe) -> None:
    model = bert().float()
    attach(model, recipe)
    randomise(model)
    expected = model(tokens()).logits
    with torch.autocast("cpu", dtype=torch.bfloat16):
        out = model(tokens()).logits
        out.float().square().sum().backward()
    assert out.dtype == torch.bfloat16
    torch.testing.assert_close(out.float(), expected, rtol=0.1, atol=0.3)
    trained = [p for p in model.parameters() if p.requires_grad]
    assert all(p.grad.dtype == torch.float32 and p.grad.isfinite().all() for p in trained)


def test_a_small_step_is_not_lost_in_a_bfloat16_model() -> None:
    """In bfloat16 itself 1 + 0.003 would round back to 1."""
    model = bloom().to(torch.bfloat16)
    attach(model, IA3())
    vector = next(p for p in model.parameters() if p.requires_grad)
    with torch.no_grad():
        vector += 0.003
    assert (vector != 1).all() and (vector.bfloat16() == 1).all()


def test_whole_numbers_cannot_carry_an_adapter() -> None:
    model = torch.nn.Sequential(torch.nn.Linear(2, 2))
    model[0].weight = torch.nn.Parameter(torch.ones(2, 2, dtype=torch.int8), requires_grad=False)
    with pytest.raises(ValueError, match="quantised"):
        attach(model, IA3(sites={"0": "out"}))
    with pytest.raises(ValueError, match="this model has: none"):
        activate(model, "default")
