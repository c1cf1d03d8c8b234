"""Every method is of one shape: what each says of itself is tried, on BERT, BLOOM, Llama and T5."""

import copy

import pytest
import torch
from small_architectures import ARCHITECTURES
from small_models import randomise, tokens
from torch import nn
from transformers import BertConfig, BertForSequenceClassification

from ia3_teach import (
    attach,
    count,
    detach,
    disabled,
    family,
    fit,
    load_adapter,
    merge,
    rows,
    save_adapter,
    unmerge,
)
from ia3_teach.layer import wrapped

MODELS = ("bert", "bloom", "llama", "t5")
FORMS = {"scale", "add", "rotate", "prepend", "select"}
EXACT = {"rtol": 0, "atol": 1e-10}
METHODS = {name: getattr(family, name) for name in family.names()}
# What has nothing to train on a model says so in words.
REFUSED = {("BitFit", "t5"): "no biases"}
CASES = [(method, model) for method in METHODS for model in MODELS if (method, model) not in REFUSED]
every_case = pytest.mark.parametrize(("method", "kind"), CASES)


def build(kind: str) -> nn.Module:
    return ARCHITECTURES[kind]().build()


def inputs(kind: str) -> dict[str, torch.Tensor]:
    mask = torch.ones(3, 7, dtype=torch.long)
    mask[1, 5:] = 0
    return {**ARCHITECTURES[kind]().inputs(), "attention_mask": mask}


@torch.no_grad()
def output(model: nn.Module, kind: str) -> torch.Tensor:
    return model(**inputs(kind)).logits


def adapted(method: str, kind: str) -> nn.Module:
    """A model with an adapter whose values are at random."""
    model = build(kind)
    attach(model, METHODS[method].example(model))
    randomise(model)
    return model.eval()


@pytest.mark.parametrize(("method", "kind"), REFUSED)
def test_a_method_with_nothing_to_train_says_so_and_changes_nothing(method: str, kind: str) -> None:
    model = build(kind)
    before = copy.deepcopy(model.state_dict())
    with pytest.raises(ValueError, match=REFUSED[method, kind]):
        attach(model, METHODS[method].example(model))
    assert not wrapped(model) and all(torch.equal(before[k], v) for k, v in model.state_dict().items())


@pytest.mark.parametrize("method", METHODS)
def test_the_example_of_a_method_fits_a_classifier_too(method: str) -> None:
    sizes = {"hidden_size": 8, "num_attention_heads": 2, "intermediate_size": 12, "num_hidden_layers": 2}
    model = BertForSequenceClassification(BertConfig(**sizes, vocab_size=16))
    attach(model, METHODS[method].example(model))
    assert count(model).adapter > 0 and count(model).head > 0


@pytest.mark.parametrize("method", METHODS)
def test_a_method_says_what_it_is(method: str) -> None:
    recipe = METHODS[method]
    assert recipe.form in FORMS
    for fact in ("merges", "adds_latency", "shares_batch", "starts_as_identity"):
        assert isinstance(getattr(recipe, fact), bool)
    assert recipe.adds_latency != recipe.merges  # once merged there is a plain Linear, as the walk sees


@every_case
def test_it_starts_where_it_says(method: str, kind: str) -> None:
    model = build(kind)
    before = output(model, kind)
    attach(model, METHODS[method].example(model))
    difference = (output(model, kind) - before).abs().max().item()
    assert (difference < 1e-12) == METHODS[method].starts_as_identity, difference


@every_case
def test_the_closed_formula_is_the_count(method: str, kind: str) -> None:
    model = build(kind)
    recipe = METHODS[method].example(model)
    attach(model, recipe)
    found = count(model)
    assert found.adapter == found.trainable > 0
    if found.formula is None:  # a Llama whose Linears have biases here and there has no formula
        assert (method, kind) == ("BitFit", "llama")
    else:
        assert found.formula.value == found.adapter
        assert eval(found.formula.text.replace(",", "").replace("x", "*")) == found.adapter


@every_case
def test_every_value_has_a_gradient(method: str, kind: str) -> None:
    model = adapted(method, kind)
    model(**inputs(kind)).logits.square().sum().backward()
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            assert parameter.grad is not None and parameter.grad.abs().sum() > 0, name
        else:
            assert parameter.grad is None


@every_case
def test_detaching_leaves_the_very_model(method: str, kind: str) -> None:
    model = build(kind)
    names, before = list(dict(model.named_modules())), output(model, kind)
    attach(model, METHODS[method].example(model))
    randomise(model)
    with disabled(model):
        assert torch.equal(output(model, kind), before)
    assert not torch.equal(output(model, kind), before)
    detach(model)
    assert list(dict(model.named_modules())) == names and torch.equal(output(model, kind), before)
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in model.modules())


@every_case
def test_what_is_saved_comes_back_exactly(method: str, kind: str, tmp_path) -> None:
    model = adapted(method, kind)
    wanted = output(model, kind)
    save_adapter(model, tmp_path)
    other = build(kind)
    load_adapter(other, tmp_path)
    assert torch.equal(output(other.eval(), kind), wanted)
    assert count(other).trainable == count(model).trainable


@every_case
def test_a_copy_is_a_model_of_its_own(method: str, kind: str) -> None:
    model = adapted(method, kind)
    wanted = output(model, kind)
    other = copy.deepcopy(model)
    randomise(other, seed=5)
    assert torch.equal(output(model, kind), wanted) and not torch.equal(output(other, kind), wanted)


@every_case
def test_it_merges_exactly_or_says_why_not(method: str, kind: str) -> None:
    model = adapted(method, kind)
    wanted = output(model, kind)
    if not METHODS[method].merges:
        with pytest.raises(ValueError, match="cannot be merged: .*; go on unmerged"):
            merge(model)
        assert torch.equal(output(model, kind), wanted)
        return
    merge(model)
    torch.testing.assert_close(output(model, kind), wanted, **EXACT)
    assert not wrapped(model)
    assert torch.equal(output(unmerge(model), kind), wanted)


@every_case
def test_each_row_has_its_own_or_it_is_refused(method: str, kind: str) -> None:
    model = adapted(method, kind)
    attach(model, METHODS[method].example(model), "other")
    randomise(model, seed=7)
    alone = {}
    for name in ("default", "other"):
        with rows(model, [name] * 3):
            alone[name] = output(model, kind)
    torch.testing.assert_close(alone["other"], output(model, kind), **EXACT)
    with rows(model, ["default", "other", "default"]):
        mixed = output(model, kind)
    for row, name in enumerate(("default", "other", "default")):
        torch.testing.assert_close(mixed[row], alone[name][row], **EXACT)


@torch.no_grad()
def loss_of(model: nn.Module, example: dict[str, list[int]]) -> float:
    return model.eval()(**{name: torch.tensor([values]) for name, values in example.items()}).loss.item()


@every_case
def test_fit_trains_it(method: str, kind: str) -> None:
    model = build(kind).float()
    attach(model, METHODS[method].example(model))
    frozen = {n: p.clone() for n, p in model.named_parameters() if not p.requires_grad}
    ids = tokens().tolist()
    labels = {"labels": ids[0][:4]} if kind == "t5" else {"labels": ids[0]}
    example = {"input_ids": ids[0], **labels}
    before = loss_of(model, example)
    fit(model, [example], steps=12, learning_rate=0.03, batch_size=1)
    assert loss_of(model, example) < before
    assert all(torch.equal(p, frozen[n]) for n, p in model.named_parameters() if n in frozen)


@pytest.fixture
def filled_with_nan():
    """Memory that nothing was written to holds NaN."""
    torch.use_deterministic_algorithms(True)
    yield
    torch.use_deterministic_algorithms(False)


@pytest.mark.parametrize("method", METHODS)
def test_memory_that_holds_anything_is_taken(method: str, filled_with_nan: None) -> None:
    model = build("bloom")
    attach(model, METHODS[method].example(model))
    assert model.to("meta").to_empty(device="cpu").lm_head.weight.isnan().all()
    of_the_weight = {"DoRA": {"m"}, "PromptTuning": {"P"}}.get(method, set())
    for layer in wrapped(model).values():
        for adapter in layer.adapters.values():
            for name, values in adapter.named_parameters():
                assert values.isfinite().all() or name in of_the_weight, name


@pytest.mark.parametrize("method", METHODS)
def test_the_trainer_trains_it(method: str, tmp_path) -> None:
    from transformers import Trainer, TrainingArguments

    settings = {"max_steps": 3, "learning_rate": 0.03, "report_to": [], "save_strategy": "no"}
    model = build("bloom").float()
    attach(model, METHODS[method].example(model))
    before = {n: p.detach().clone() for n, p in model.named_parameters()}
    data = [{"input_ids": row, "labels": row} for row in tokens()]
    Trainer(model, TrainingArguments(str(tmp_path), use_cpu=True, **settings), train_dataset=data).train()
    for name, parameter in model.named_parameters():
        assert torch.equal(parameter, before[name]) != parameter.requires_grad, name
