"""The bill of a training step counts what is there, and counting changes nothing."""

import pytest
import torch
from small_models import bert, randomise

from ia3_teach import IA3, attach, vectors
from ia3_teach.course.lesson.memory import kept_for_backward, memory_of
from ia3_teach.training.losses import loss_of

BYTES = 8  # the small models are in float64
BATCH = {
    "input_ids": torch.tensor([[1, 2, 3], [3, 2, 1]]),
    "attention_mask": torch.ones(2, 3, dtype=torch.long),
    "labels": torch.tensor([0, 1]),
}


def test_everything_trained_has_a_gradient_and_two_averages() -> None:
    model = bert()
    bill = memory_of(model, BATCH)
    assert bill["weights"] == BYTES * sum(p.numel() for p in model.parameters())
    assert bill["gradients"] == bill["weights"]
    steps = 4 * sum(1 for _ in model.parameters())  # AdamW also counts its steps, in float32
    assert bill["AdamW's averages"] == 2 * bill["weights"] + steps


def test_frozen_parts_have_no_gradient_but_are_passed_through() -> None:
    model, full = bert(), memory_of(bert(), BATCH)
    attach(model, IA3())
    trained = sum(p.numel() for p in model.parameters() if p.requires_grad)
    bill = memory_of(model, BATCH)
    assert bill["gradients"] == BYTES * trained
    assert 0 < bill["kept for backward"] < full["kept for backward"]


def test_the_model_stays_as_it_was() -> None:
    model = bert().eval()
    attach(model, IA3())
    randomise(model)
    before, random = vectors(model), torch.get_rng_state()
    memory_of(model, BATCH)
    assert all(torch.equal(l, before[name]) for name, l in vectors(model).items())
    assert all(p.grad is None for p in model.parameters())
    assert not model.training
    assert torch.equal(torch.get_rng_state(), random)


def test_a_tensor_that_two_derivatives_need_counts_once() -> None:
    class Square(torch.nn.Linear):
        def forward(self, input_ids, attention_mask):
            y = super().forward(input_ids.float())
            return type("Out", (), {"logits": y * y})

    _, kept = kept_for_backward(Square(3, 2), lambda model: loss_of(model, BATCH))
    inputs, product, logits, labels, weight_of_mean = 2 * 3 * 4, 2 * 2 * 4, 2 * 2 * 4, 2 * 8, 4
    assert kept == inputs + product + logits + labels + weight_of_mean


def test_nothing_to_train_is_refused() -> None:
    with pytest.raises(ValueError, match="no trainable parameters"):
        memory_of(bert().requires_grad_(False), BATCH)
