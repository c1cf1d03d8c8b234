"""The closed formulas, from configs alone, equal what is counted, in every architecture."""

import re

import pytest
from small_architectures import ARCHITECTURES, PROBED
from torch import nn

from ia3_teach import IA3, LoRA, attach, count, detach
from ia3_teach.formulas import ia3_formula, lora_formula
from ia3_teach.sites.architectures import ARCHITECTURES as TABLE

RECIPES = {"paper": IA3(), "peft": IA3(sites="peft"), "lora": LoRA(r=3)}


ALL = {**ARCHITECTURES, **PROBED}


def has_default(name: str, kind: str) -> bool:
    """Whether there is a default of PEFT to count; the paper's sites are there for all."""
    row = TABLE.get(ALL[name]().config.model_type)
    return kind == "paper" or row is not None and bool(row.peft if kind == "peft" else row.lora)


CASES = [(name, kind) for name in ALL for kind in RECIPES if has_default(name, kind)]


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_formula_is_the_measured_number(name: str, kind: str) -> None:
    small = ALL[name]()
    model = small.model(small.config)
    attach(model, RECIPES[kind])
    found = count(model)
    assert found.formula.value == found.adapter == found.trainable - found.head
    text = found.formula.text.replace(",", "").replace("x", "*").replace("[", "(").replace("]", ")")
    assert re.fullmatch(r"[0-9+*() ]+", text) and eval(text) == found.adapter


@pytest.mark.parametrize("name", ["bert", "gpt2"])
@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_cross_attention_counts_twice(name: str, recipe: IA3 | LoRA) -> None:
    small = ARCHITECTURES[name]()
    small.config.update({"is_decoder": True, "add_cross_attention": True})
    model = small.model(small.config)
    attach(model, recipe)
    assert count(model).formula.value == count(model).adapter


def test_the_table_shows_the_formula_beside_the_number() -> None:
    model = ARCHITECTURES["bloom"]().build()
    attach(model, IA3())
    lines = str(count(model)).splitlines()
    assert [line.split()[0] for line in lines] == "adapter head base trainable total percent".split()
    assert lines[0].endswith("192   2 x (16 + 16 + 64) = 192")
    assert count(model).base == sum(p.numel() for p in ARCHITECTURES["bloom"]().build().parameters())


@pytest.mark.parametrize(
    "recipe",
    [IA3(exclude=["dense_4h_to_h"]), IA3(layers=[0]), LoRA(sites="all-linear"), IA3(sites={"dense": "in"})],
    ids=["exclude", "layers", "all-linear", "explicit"],
)
def test_sites_of_the_callers_choice_have_no_formula(recipe: IA3 | LoRA) -> None:
    model = ARCHITECTURES["bloom"]().build()
    attach(model, recipe)
    assert count(model).formula is None and "=" not in str(count(model))


def test_no_formula_without_an_adapter_or_a_known_config() -> None:
    model = nn.Sequential(nn.Linear(2, 2))
    assert count(model).formula is None
    attach(model, IA3(sites={"0": "out"}))
    assert count(model).formula is None
    detach(model)


def test_unknown_architectures_are_refused() -> None:
    config = ARCHITECTURES["bert"]().config
    config.model_type = "something"
    for formula in (ia3_formula, lambda config: lora_formula(config, 8)):
        with pytest.raises(ValueError, match="no formula for 'something'; known: albert, bart"):
            formula(config)
