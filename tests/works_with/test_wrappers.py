"""A model inside a wrapper is that model: its sites, its head, its files, its checkpoints and its loss."""

import copy
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from small_architectures import ARCHITECTURES
from small_models import bert, bloom, randomise, tokens
from torch import nn
from torch.distributed.algorithms._checkpoint.checkpoint_wrapper import checkpoint_wrapper
from torch.optim.swa_utils import AveragedModel
from transformers import BertForMaskedLM

from ia3_teach import (
    IA3,
    LoRA,
    activate,
    attach,
    count,
    detach,
    disabled,
    fit,
    load_adapter,
    merge,
    merged,
    rows,
    save_adapter,
    unmerge,
    vectors,
)
from ia3_teach.training.batches import collate
from ia3_teach.training.loop import labels_loss

EAGER = {"backend": "eager"}


def blocks_of(model: nn.Module) -> nn.ModuleList:
    return model.bert.encoder.layer if hasattr(model, "bert") else model.transformer.h


def in_blocks(wrap: Callable[[nn.Module], nn.Module]) -> Callable[[nn.Module], nn.Module]:
    """Wrap every block instead of the whole model, as regional compiling and activation checkpointing do."""

    def wrapped(model: nn.Module) -> nn.Module:
        blocks = blocks_of(model)
        for i, block in enumerate(blocks):
            blocks[i] = wrap(block)
        return model

    return wrapped


def compiled_head(model: nn.Module) -> nn.Module:
    name = "classifier" if hasattr(model, "classifier") else "lm_head"
    setattr(model, name, torch.compile(getattr(model, name), **EAGER))
    return model


WRAPPERS = {
    "compiled": lambda model: torch.compile(model, **EAGER),
    "data parallel": nn.DataParallel,
    "averaged": AveragedModel,
    "checkpointed blocks": in_blocks(checkpoint_wrapper),
    "compiled blocks": in_blocks(lambda block: torch.compile(block, **EAGER)),
    "a compiled head": compiled_head,
    "several": lambda model: torch.compile(nn.DataParallel(in_blocks(checkpoint_wrapper)(model)), **EAGER),
}
RECIPES = {"ia3": IA3(), "lora": LoRA(r=2)}
each_wrapper = pytest.mark.parametrize("wrap", WRAPPERS.values(), ids=WRAPPERS)
EXACT = {"rtol": 0, "atol": 1e-12}


@pytest.fixture(autouse=True)
def _wrapped_but_not_traced():
    """Names are the question here; test_compile.py traces, which takes minutes for all of these."""
    with torch.compiler.set_stance("force_eager"):
        yield


def logits(model: nn.Module) -> torch.Tensor:
    with torch.no_grad():
        return model(tokens()).logits


@each_wrapper
@pytest.mark.parametrize(("build", "recipe"), [(bert, "ia3"), (bloom, "lora")], ids=["bert", "bloom"])
def test_files_of_a_wrapped_model_are_those_of_the_model(build, wrap, recipe: str, tmp_path: Path) -> None:
    """Attached after wrapping, saved, and loaded on plain and wrapped models: one adapter, byte for byte."""
    plain, wrapped = build(), wrap(build())
    for model in (plain, wrapped):
        torch.manual_seed(0)
        attach(model, RECIPES[recipe])
        randomise(model)
    for model, name in ((plain, "plain"), (wrapped, "wrapped")):
        save_adapter(model, tmp_path / name)
    for file in ("adapter_config.json", "adapter_model.safetensors"):
        assert (tmp_path / "plain" / file).read_bytes() == (tmp_path / "wrapped" / file).read_bytes()
    torch.testing.assert_close(logits(wrapped), logits(plain), **EXACT)
    assert str(count(wrapped)) == str(count(plain))
    for other in (build(), wrap(build())):
        load_adapter(other, tmp_path / "wrapped")
        torch.testing.assert_close(logits(other), logits(plain), **EXACT)


@each_wrapper
def test_a_model_wrapped_after_attaching(wrap, tmp_path: Path) -> None:
    """The state is the inner model's: what one name of it does, the other sees."""
    model = bert()
    attach(model, IA3())
    randomise(model)
    expected, bare = logits(model), logits(bert())
    save_adapter(model, tmp_path / "before")
    wrapped = wrap(model)
    load_adapter(bert(), save_adapter(wrapped, tmp_path / "after"))
    assert vectors(wrapped).keys() == vectors(bert_with_adapter()).keys()
    torch.testing.assert_close(logits(wrapped), expected, **EXACT)
    with disabled(wrapped):
        torch.testing.assert_close(logits(wrapped), bare, **EXACT)
    with rows(wrapped, ["default", None, "default"]):
        torch.testing.assert_close(logits(wrapped)[[0, 2]], expected[[0, 2]], **EXACT)
        torch.testing.assert_close(logits(wrapped)[1], bare[1], **EXACT)
    with merged(wrapped):
        torch.testing.assert_close(logits(wrapped), expected, **EXACT)
    merge(wrapped)
    unmerge(wrapped)
    activate(wrapped, None)
    torch.testing.assert_close(logits(wrapped), bare, **EXACT)
    detach(wrapped)
    torch.testing.assert_close(logits(wrapped), bare, **EXACT)
    assert all(parameter.requires_grad for parameter in wrapped.parameters())


def bert_with_adapter() -> nn.Module:
    model = bert()
    attach(model, IA3())
    return model


def test_attached_by_one_name_and_detached_by_the_other() -> None:
    model = bert()
    compiled = torch.compile(model, **EAGER)
    attach(compiled, IA3())
    detach(model)
    assert not hasattr(model, "_ia3_teach") and not hasattr(compiled, "_ia3_teach")
    attach(model, IA3())
    detach(compiled)
    assert all(parameter.requires_grad for parameter in model.parameters())


@pytest.mark.parametrize("kind", ["masked", "classes", "causal", "written"])
@each_wrapper
def test_the_loss_is_that_of_the_model(wrap, kind: str) -> None:
    """Whether labels are shifted and what the head is, is asked of the model, not of its wrapper."""
    builds = {"masked": lambda: BertForMaskedLM(bert().config).double().eval(), "classes": bert}
    builds |= {"causal": bloom, "written": ARCHITECTURES["t5-gated"]().build}
    if kind == "written" and wrap not in (WRAPPERS["compiled"], WRAPPERS["data parallel"]):
        pytest.skip("T5 keeps its blocks and its head elsewhere")
    if kind == "masked" and wrap is WRAPPERS["a compiled head"]:
        pytest.skip("a masked language model's head is called neither classifier nor lm_head")
    model = builds[kind]()
    ids = [[5, 6, 7], [8, 9, 10, 11]]
    examples = [{"input_ids": row, "labels": 1 if kind == "classes" else row} for row in ids]
    with torch.no_grad():
        expected = labels_loss(model, examples)
        torch.testing.assert_close(labels_loss(wrap(copy.deepcopy(model)), examples), expected, **EXACT)


def test_padding_is_that_of_the_model() -> None:
    model = bert()
    model.config.pad_token_id = 9
    examples = [{"input_ids": [5], "labels": 1}, {"input_ids": [5, 6], "labels": 1}]
    assert collate(examples, nn.DataParallel(model))["input_ids"].tolist() == [[5, 9], [5, 6]]


@each_wrapper
def test_a_run_goes_on_without_the_wrapper(wrap, tmp_path: Path) -> None:
    data = [{"input_ids": [5 + i, 6, 7], "labels": i % 2} for i in range(8)]
    settings = {"steps": 4, "learning_rate": 1e-2, "batch_size": 4, "checkpoint": tmp_path / "run"}
    plain, wrapped = bert_with_adapter(), wrap(bert_with_adapter())
    losses = fit(wrapped, data, **settings).losses
    never = lambda *_: pytest.fail("the run was finished")  # noqa: E731
    assert fit(plain, data, **settings, on_step=never).losses == losses
    torch.testing.assert_close(logits(plain), logits(wrapped), **EXACT)


class Named(nn.Module):
    """A model of one's own that calls its only part `module`: no wrapper."""

    def __init__(self) -> None:
        super().__init__()
        self.module = nn.Sequential(nn.Linear(3, 3))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.module(x)


def test_a_part_called_module_is_a_part(tmp_path: Path) -> None:
    model = Named()
    attach(model, IA3(sites={"module.0": "out"}))
    directory = save_adapter(model, tmp_path)
    assert json.loads((directory / "adapter_config.json").read_text())["target_modules"] == ["module.0"]


@pytest.mark.parametrize("kind", ["DistributedDataParallel", "FullyShardedDataParallel", "DeepSpeedEngine"])
def test_a_model_that_is_split_already_is_refused(kind: str) -> None:
    """New parameters would not be averaged over the processes, and nothing would say so."""

    class Wrapper(nn.Module):
        def __init__(self, module: nn.Module) -> None:
            super().__init__()
            self.module = module

    wrapper = type(kind, (Wrapper,), {})(bert())
    with pytest.raises(ValueError, match=f"wrapped in {kind}.*attach or load the adapter first"):
        attach(wrapper, IA3())
    assert all(parameter.requires_grad for parameter in wrapper.parameters())
