"""A model with adapters goes through transformers.Trainer, torch.compile and state dicts unchanged."""

import io
from pathlib import Path

import pytest
import torch
from small_models import bert, bloom, randomise, tokens
from torch import nn
from transformers import Trainer, TrainingArguments

from ia3_teach import IA3, LoRA, attach, rows, save_adapter


class Examples(torch.utils.data.Dataset):
    def __len__(self) -> int:
        return 8

    def __getitem__(self, i: int) -> dict[str, object]:
        return {"input_ids": tokens()[i % 3], "labels": i % 2}


def test_trainer(tmp_path: Path) -> None:
    model = bert().float()
    attach(model, IA3())
    before = {name: p.clone() for name, p in model.named_parameters()}
    arguments = TrainingArguments(
        output_dir=str(tmp_path),
        max_steps=2,
        learning_rate=1e-2,
        per_device_train_batch_size=4,
        report_to=[],
        save_strategy="no",
        disable_tqdm=True,
        use_cpu=True,
    )
    Trainer(model, arguments, train_dataset=Examples()).train()
    moved = {name for name, p in model.named_parameters() if not torch.equal(p, before[name])}
    assert moved == {name for name, p in model.named_parameters() if p.requires_grad}
    save_adapter(model, tmp_path / "adapter")


@pytest.mark.parametrize("recipe", [IA3(), LoRA(r=2)], ids=["ia3", "lora"])
def test_compiled_as_one_graph(recipe) -> None:
    """With torch's own tracer and no code generation: nothing in a layer breaks the graph."""
    layer = nn.Sequential(nn.Linear(16, 16), nn.GELU(), nn.Linear(16, 16)).double()
    layer.config = None
    sites = {"0": "out", "2": "in"} if isinstance(recipe, IA3) else ["0", "2"]
    attach(layer, type(recipe)(sites=sites))
    randomise(layer)
    compiled = torch.compile(layer, backend="eager", fullgraph=True)
    x = torch.randn(3, 5, 16, dtype=torch.float64)
    torch.testing.assert_close(compiled(x), layer(x), rtol=0, atol=1e-12)
    with rows(layer, ["default", None, "default"]):
        torch.testing.assert_close(compiled(x), layer(x), rtol=0, atol=1e-12)


def test_generation_with_a_cache_equals_one_without() -> None:
    model = bloom()
    attach(model, IA3())
    randomise(model)
    options = {"max_new_tokens": 5, "do_sample": False, "pad_token_id": 3}
    cached, plain = (model.generate(tokens(), use_cache=use, **options) for use in (True, False))
    assert torch.equal(cached, plain) and cached.shape[1] > 7


def test_state_dicts_and_whole_models_are_saved_as_any() -> None:
    model, buffer = bert(), io.BytesIO()
    attach(model, IA3())
    randomise(model)
    torch.save(model.state_dict(), buffer)
    other = bert()
    attach(other, IA3())
    other.load_state_dict(torch.load(io.BytesIO(buffer.getvalue()), weights_only=True))
    assert torch.equal(other(tokens()).logits, model(tokens()).logits)
