"""The lean products: the gradients of plain multiplication, and fewer bytes kept than PEFT or LoRA keep.

What autograd can be asked beside one backward is in test_transforms.py, what happens to tensors meanwhile in
test_meanwhile.py.
"""

import copy

import pytest
import torch
from bench.ways import frozen
from hypothesis import given, settings
from hypothesis import strategies as st
from peft import IA3Config, LoraConfig, get_peft_model
from small_models import bert, bloom, randomise, tokens
from torch.utils.checkpoint import checkpoint
from transformers import BertConfig, BertForSequenceClassification, BloomConfig, BloomForCausalLM

from ia3_teach import IA3, attach, rows
from ia3_teach.course.lesson.memory import kept_for_backward
from ia3_teach.lean.scaling import scale_recomputing, scale_recovering

IDS = torch.randint(5, 900, (8, 64), generator=torch.Generator().manual_seed(0))


def plain(y: torch.Tensor, l: torch.Tensor) -> torch.Tensor:
    return (y * l).to(y.dtype)


def gradients(product, y: torch.Tensor, l: torch.Tensor) -> tuple[torch.Tensor, ...]:
    y, l = y.clone().requires_grad_(), l.clone().requires_grad_()
    z = product(y, l)
    weights = torch.arange(1.0, z.numel() + 1, dtype=z.dtype).view_as(z)
    return (z.detach(), *torch.autograd.grad((z * weights).sum(), (y, l)))


@pytest.mark.parametrize("fused", [False, True])
@given(st.integers(1, 3), st.integers(1, 4), st.lists(st.floats(-3, 3, width=32), min_size=1, max_size=5))
@settings(deadline=None, max_examples=30)
def test_recovering_gives_the_gradients_of_the_plain_product(fused, b, t, values) -> None:
    l = torch.tensor(values, dtype=torch.float64)
    y = torch.randn(b, t, len(l), generator=torch.Generator().manual_seed(b + t), dtype=torch.float64)
    for mine, expected in zip(
        gradients(lambda y, l: scale_recovering(y, l, fused), y, l), gradients(plain, y, l), strict=True
    ):
        torch.testing.assert_close(mine, expected, rtol=1e-10, atol=1e-10)


def test_zeros_and_nearly_zeros_lose_nothing() -> None:
    y, l = torch.randn(2, 3, 4).double(), torch.tensor([0.0, -0.0, 1e-300, 1e-8], dtype=torch.float64)
    for mine, expected in zip(gradients(scale_recovering, y, l), gradients(plain, y, l), strict=True):
        torch.testing.assert_close(mine, expected, rtol=1e-12, atol=0)


def test_one_scale_per_row_of_the_batch() -> None:
    y, l = torch.randn(2, 3, 4).double(), torch.rand(2, 1, 4).double() + 0.5
    for mine, expected in zip(gradients(scale_recovering, y, l), gradients(plain, y, l), strict=True):
        torch.testing.assert_close(mine, expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(
    "activation", [torch.nn.GELU(), torch.nn.GELU("tanh"), torch.nn.ReLU(), torch.nn.SiLU()]
)
def test_recomputing_gives_the_gradients_of_the_plain_product(activation) -> None:
    u, l = torch.randn(2, 3, 4).double(), torch.tensor([0.0, -1.0, 0.5, 2.0], dtype=torch.float64)
    expected = gradients(lambda u, l: plain(activation(u), l), u, l)
    found = gradients(lambda u, l: scale_recomputing(activation(u), l), u, l)
    for mine, other in zip(found, expected, strict=True):
        torch.testing.assert_close(mine, other, rtol=1e-12, atol=1e-12)


def test_what_went_through_dropout_is_not_computed_again() -> None:
    activation, dropout = torch.nn.GELU(), torch.nn.Dropout(0.5)
    l = torch.ones(4, requires_grad=True)
    y = dropout(activation(torch.randn(2, 4)))
    assert type(scale_recomputing(y, l).grad_fn).__name__ == "MulBackward0"


@pytest.mark.parametrize("build", [bert, bloom])
def test_gradient_checkpointing_changes_no_gradient(build) -> None:
    model = build().train()
    attach(model, IA3())
    randomise(model)
    found = []
    for checkpointing in (False, True):
        if checkpointing:
            model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
        model.zero_grad()
        torch.manual_seed(0)  # the same dropout
        model(tokens()).logits.pow(2).mean().backward()
        found.append([p.grad.clone() for p in model.parameters() if p.requires_grad])
    for one, other in zip(*found, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-12, atol=1e-14)


def test_a_checkpointed_product_is_right() -> None:
    y, l = torch.randn(2, 3, 4).double(), torch.rand(4).double() + 0.5
    again = gradients(lambda y, l: checkpoint(scale_recovering, y, l, use_reentrant=False), y, l)
    for mine, expected in zip(again, gradients(plain, y, l), strict=True):
        torch.testing.assert_close(mine, expected)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float32])
@pytest.mark.parametrize("size", [1e-4, 0.003, 0.02, 0.06, 0.07, 0.3, 1.0, 3.0])
def test_small_vectors_have_gradients_as_exact_as_pefts(dtype, size) -> None:
    """Beside those of float64; numbers of 16 bits have few bits, and float16 ends at 0.00006."""
    torch.manual_seed(0)
    linear, generator = torch.nn.Linear(24, 32).to(dtype), torch.Generator().manual_seed(0)
    x = torch.randn(64, 24, generator=generator)
    theirs = get_peft_model(
        torch.nn.Sequential(copy.deepcopy(linear)), IA3Config(target_modules=["0"], feedforward_modules=[])
    )
    l = torch.linspace(0.9, 1.1, 32) * size
    y = linear(x.to(dtype)).detach()
    weights = torch.randn(64, 32, generator=generator)
    exact = (linear.double()(x.to(dtype).double()) * weights).sum(0)
    parameter = next(p for p in theirs.parameters() if p.requires_grad)
    parameter.data.copy_(l[:, None])
    (theirs(x.to(dtype)).float() * weights).sum().backward()
    mine = l.clone().requires_grad_()
    (scale_recovering(y, mine).float() * weights).sum().backward()
    error, of_peft = ((g.double() - exact).norm() for g in (mine.grad, parameter.grad.flatten()))
    assert error <= 2 * of_peft + 1e-7 * exact.norm()


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_the_product_keeps_the_dtype_of_the_activation(dtype) -> None:
    y, l = torch.randn(2, 3, 4).to(dtype), torch.rand(4) + 0.5
    z, grad_y, grad_l = gradients(scale_recovering, y, l)
    assert (z.dtype, grad_y.dtype, grad_l.dtype) == (dtype, dtype, torch.float32)
    torch.testing.assert_close(grad_l, gradients(plain, y, l)[2], rtol=0.05, atol=0.05)  # z is rounded


def test_rows_train_through_the_lean_products_too() -> None:
    model = bloom()
    for name in "ab":
        attach(model, IA3(), name)
        randomise(model, seed=ord(name))
    with rows(model, ["a", "b", None]):
        model(tokens()).logits.pow(2).sum().backward()
    assert all(p.grad is not None for n, p in model.named_parameters() if ".adapters." in n)


def wide_bert() -> torch.nn.Module:
    config = BertConfig(num_hidden_layers=4, hidden_dropout_prob=0, attention_probs_dropout_prob=0)
    return BertForSequenceClassification(config).train()


def wide_bloom() -> torch.nn.Module:
    config = BloomConfig(
        vocab_size=1000, hidden_size=768, n_layer=4, n_head=12, hidden_dropout=0, attention_dropout=0
    )
    config.use_cache = False  # as the Trainer sets it
    return BloomForCausalLM(config).train()


def forward(model: torch.nn.Module) -> torch.Tensor:
    return model(input_ids=IDS, attention_mask=torch.ones_like(IDS)).logits.pow(2).mean()


@pytest.mark.parametrize("build, task", [(wide_bert, "SEQ_CLS"), (wide_bloom, "CAUSAL_LM")])
def test_less_is_kept_for_backward_than_with_peft_or_lora(build, task) -> None:
    model = build()
    attach(model, IA3())
    ours = kept_for_backward(model, forward)[1]
    peft_ia3 = kept_for_backward(get_peft_model(build(), IA3Config(task_type=task)), forward)[1]
    lora = kept_for_backward(get_peft_model(build(), LoraConfig(task_type=task, r=8)), forward)[1]
    assert ours <= 0.65 * peft_ia3
    assert ours < lora


@pytest.mark.parametrize("build", [wide_bert, wide_bloom])
def test_no_more_is_kept_than_the_frozen_model_keeps_for_itself(build) -> None:
    model = build()
    least = kept_for_backward(frozen(copy.deepcopy(model)), forward)[1]
    attach(model, IA3())
    assert kept_for_backward(model, forward)[1] <= least
