"""A model with an adapter in transformers.Trainer: accumulation, checkpointing, resuming, bfloat16."""

from pathlib import Path

import pytest
import torch
from lively_models import RECIPES, lively
from small_models import tokens
from torch import nn
from torch.nn import functional as F
from transformers import Trainer, TrainerCallback, TrainingArguments

from ia3_teach import IA3, LoRA, attach, detach, load_adapter, save_adapter

EXACT = {"rtol": 0, "atol": 1e-10}


class Examples(torch.utils.data.Dataset):
    """Eight classified rows, or rows whose tokens are their labels."""

    def __init__(self, classified: bool) -> None:
        self.rows = tokens(batch=8)
        self.classified = classified

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, i: int) -> dict[str, object]:
        return {"input_ids": self.rows[i], "labels": i % 2 if self.classified else self.rows[i]}


def train(model: nn.Module, directory: Path, callbacks=(), resume=None, loss=None, **settings) -> Trainer:
    """Four examples per update and four updates, unless said otherwise."""
    options = {"max_steps": 4, "per_device_train_batch_size": 4, "save_strategy": "no", **settings}
    arguments = TrainingArguments(
        output_dir=str(directory),
        learning_rate=1e-2,
        report_to=[],
        disable_tqdm=True,
        use_cpu=True,
        logging_strategy="no",
        **options,
    )
    data = Examples(classified=hasattr(model, "classifier"))
    trainer = Trainer(model, arguments, train_dataset=data, callbacks=list(callbacks), compute_loss_func=loss)
    trainer.train(resume_from_checkpoint=resume)
    return trainer


def values(model: nn.Module) -> dict[str, torch.Tensor]:
    return {name: p.detach().clone() for name, p in model.named_parameters() if p.requires_grad}


def frozen(model: nn.Module) -> dict[str, torch.Tensor]:
    return {name: p.detach().clone() for name, p in model.named_parameters() if not p.requires_grad}


def assert_equal(first: dict, second: dict, **tolerance: float) -> None:
    assert first.keys() == second.keys()
    for name, tensor in first.items():
        torch.testing.assert_close(tensor, second[name], **(tolerance or {"rtol": 0, "atol": 0}), msg=name)


def class_loss(outputs, labels: torch.Tensor, num_items_in_batch: torch.Tensor) -> torch.Tensor:
    """The classification loss for accumulation; transformers' own is a mean, and is added up undivided."""
    return F.cross_entropy(outputs.logits, labels, reduction="sum") / num_items_in_batch


@pytest.mark.parametrize("recipe", RECIPES)
def test_gradients_add_up_over_small_batches(tmp_path: Path, recipe: str) -> None:
    """Two batches of two make the update of one batch of four; everything trainable moves, nothing else."""
    whole, parts = lively("bert", recipe), lively("bert", recipe)
    base, start = frozen(whole), values(whole)
    train(whole, tmp_path, loss=class_loss)
    train(parts, tmp_path, loss=class_loss, per_device_train_batch_size=2, gradient_accumulation_steps=2)
    assert_equal(values(whole), values(parts), **EXACT)
    assert_equal(frozen(whole), base)
    assert all(not torch.equal(start[name], value) for name, value in values(whole).items())


@pytest.mark.parametrize("use_reentrant", [True, False])
@pytest.mark.parametrize("recipe", RECIPES)
def test_gradient_checkpointing_changes_nothing(tmp_path: Path, recipe: str, use_reentrant: bool) -> None:
    """The reentrant kind needs an input with a gradient, which transformers gives the frozen embeddings."""
    plain, lean, calls = lively("bloom", recipe), lively("bloom", recipe), []
    lean.gradient_checkpointing_enable({"use_reentrant": use_reentrant})
    if use_reentrant:
        lean.enable_input_require_grads()
    lean.transformer.h[0].input_layernorm.register_forward_pre_hook(lambda *_: calls.append(1))
    train(plain, tmp_path)
    train(lean, tmp_path)
    assert len(calls) == 2 * 4
    assert_equal(values(plain), values(lean), **EXACT)


class Interrupted(TrainerCallback):
    """Stops after two updates, as a killed run would."""

    def on_step_end(self, args, state, control, **kwargs) -> None:
        control.should_training_stop = state.global_step == 2


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_run_goes_on_from_its_checkpoint(tmp_path: Path, recipe: str) -> None:
    whole, begun, resumed = (lively("bert", recipe) for _ in range(3))
    train(whole, tmp_path / "whole")
    train(begun, tmp_path / "two", [Interrupted()], save_strategy="steps", save_steps=2)
    train(resumed, tmp_path / "two", resume=True)
    assert_equal(values(whole), values(resumed))
    assert_equal(frozen(whole), frozen(resumed))


@pytest.mark.parametrize("recipe", RECIPES)
def test_bfloat16_autocast(tmp_path: Path, recipe: str) -> None:
    """Activations are in bfloat16, the adapter stays in float32, and the model learns."""
    model, seen = lively("bert", recipe).float(), set()
    inner = model.bert.encoder.layer[0].intermediate.dense
    inner.register_forward_hook(lambda module, inputs, output: seen.add(output.dtype))
    losses = [
        train(model, tmp_path, bf16=True, max_steps=steps, per_device_train_batch_size=8).state.log_history[
            -1
        ]["train_loss"]
        for steps in (1, 20, 1)
    ]
    assert seen == {torch.bfloat16}
    assert {value.dtype for value in values(model).values()} == {torch.float32}
    assert losses[2] < 0.9 * losses[0]


def test_what_the_trainer_trained_is_saved_and_loaded(tmp_path: Path) -> None:
    model, other = lively("bert", "ia3"), lively("bert")
    train(model, tmp_path / "run")
    save_adapter(model, tmp_path / "adapter")
    load_adapter(other, tmp_path / "adapter")
    torch.testing.assert_close(other.eval()(tokens()).logits, model.eval()(tokens()).logits)


TIED = {
    "the head trained": IA3(modules_to_save=["lm_head"]),
    "the embeddings trained": IA3(modules_to_save=["transformer.word_embeddings"]),
    "both trained": IA3(modules_to_save=["transformer.word_embeddings", "lm_head"]),
    "a vector on the head": IA3(sites={"lm_head": "out", "mlp.dense_4h_to_h": "in"}),
    "a pair on the head": LoRA(r=2, sites=["lm_head", "query_key_value"]),
}


@pytest.mark.parametrize("case", TIED)
def test_tied_embeddings_are_saved_and_a_run_goes_on(case: str, tmp_path: Path) -> None:
    """BLOOM's output layer is its embeddings; an adapter on either gives one tensor a second name."""
    whole, begun, resumed = (lively("bloom") for _ in range(3))
    for model in (whole, begun, resumed):
        model.tie_weights()
        torch.manual_seed(0)
        attach(model, TIED[case])
    tied = resumed.get_submodule("transformer.word_embeddings")
    train(whole, tmp_path / "whole")
    train(begun, tmp_path / "two", [Interrupted()], save_strategy="steps", save_steps=2)
    train(resumed, tmp_path / "two", resume=True)
    assert_equal(values(whole), values(resumed))
    assert_equal(frozen(whole), frozen(resumed))
    detach(resumed)
    weight = getattr(tied, "base", tied).weight
    assert resumed.lm_head.weight is weight is resumed.transformer.word_embeddings.weight
