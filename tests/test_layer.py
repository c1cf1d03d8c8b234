"""What the verbs ask of a model's modules: each lists them a few times, and never once per site."""

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
import torch
from small_models import bert
from torch import nn
from transformers import BertConfig, BertForSequenceClassification

from ia3_teach import IA3, LoRA, activate, attach, detach, disabled, load_adapter, merged, rows, save_adapter
from ia3_teach.layer import Adapted, Head, outer_modules, unwrapped

Act = Callable[[], object]


def test_modules_stand_in_the_models_own_order_and_adapters_hide_what_is_inside() -> None:
    model = bert()
    bare = list(outer_modules(model))
    assert bare == [name for name, _ in model.named_modules()][1:]
    attach(model, IA3())
    found = outer_modules(model)
    assert list(found) == bare and {Adapted, Head} <= set(map(type, found.values()))


def test_a_wrapper_is_looked_through_wherever_it_is_and_however_often() -> None:
    class DataParallel(nn.Module):
        def __init__(self, module: nn.Module) -> None:
            super().__init__()
            self.module = module

    class Derived(DataParallel):
        """A class that another library derives from it."""

    inner = nn.Sequential(nn.Linear(2, 2))
    assert unwrapped(Derived(DataParallel(inner))) is inner
    assert list(outer_modules(nn.Sequential(DataParallel(inner)))) == ["0", "0.0"]


def test_an_ordinary_part_that_is_called_module_is_no_wrapper() -> None:
    model = nn.Sequential()
    model.add_module("module", nn.Linear(2, 2))
    assert unwrapped(model) is model and list(outer_modules(model)) == ["module"]


def deep(layers: int) -> nn.Module:
    torch.manual_seed(0)
    sizes = {"hidden_size": 8, "intermediate_size": 16, "num_attention_heads": 2, "vocab_size": 20}
    return BertForSequenceClassification(BertConfig(**sizes, num_hidden_layers=layers))


def inside(context: AbstractContextManager) -> None:
    with context:
        pass


def acts(model: nn.Module, recipe: IA3 | LoRA, directory: Path) -> Iterator[tuple[str, int, Act]]:
    """Each verb, in an order in which they can follow, and how often it may list the model's modules."""
    yield "attach", 6, lambda: attach(model, recipe)
    yield "save", 1, lambda: save_adapter(model, directory)
    yield "load", 14, lambda: load_adapter(model, directory, "again")
    yield "activate", 1, lambda: activate(model, "default")
    yield "disabled", 2, lambda: inside(disabled(model))
    yield "rows", 2, lambda: inside(rows(model, ["default", None]))
    yield "merged", 1, lambda: inside(merged(model))
    yield "detach", 2, lambda: detach(model)


def listings(act: Act) -> int:
    """How often an act lists the modules of a model."""
    number = 0

    def note(frame, event, _) -> None:
        nonlocal number
        number += event == "call" and frame.f_code is outer_modules.__code__

    sys.setprofile(note)
    try:
        act()
    finally:
        sys.setprofile(None)
    return number


@pytest.mark.parametrize("layers", [1, 5])
@pytest.mark.parametrize("recipe", [IA3(), LoRA(r=2)], ids=["IA3", "LoRA"])
def test_a_verb_lists_the_modules_a_few_times_however_deep_the_model(
    recipe: IA3 | LoRA, layers: int, tmp_path: Path
) -> None:
    for name, most, act in acts(deep(layers), recipe, tmp_path):
        assert listings(act) <= most, name
