"""Patterns, "all-linear", exclude and layers: the same layers as PEFT's."""

import re
from collections.abc import Callable

import peft
import pytest
from sites.test_architectures import ours, theirs
from small_architectures import ARCHITECTURES
from small_models import bert, twins
from torch import nn

from ia3_teach import IA3, LoRA, attach, detach
from ia3_teach.layer import wrapped

EXPRESSION = r".*\.1\..*(query|intermediate\.dense)"


def bert_lm() -> nn.Module:
    return ARCHITECTURES["bert"]().build()


def t5() -> nn.Module:
    return ARCHITECTURES["t5"]().build()


@pytest.mark.parametrize(
    ("build", "recipe", "config"),
    [
        (bert_lm, LoRA(sites=[re.compile(EXPRESSION)]), {"target_modules": EXPRESSION}),
        (bert_lm, LoRA(exclude=["0.attention.self.query"]), {"exclude_modules": ["0.attention.self.query"]}),
        (bert_lm, LoRA(exclude=[re.compile(r".*\.0\..*")]), {"exclude_modules": r".*\.0\..*"}),
        (bert_lm, LoRA(sites="all-linear", exclude=["dense"]),
         {"target_modules": "all-linear", "exclude_modules": ["dense"]}),
        (bert_lm, LoRA(layers=[1]), {"layers_to_transform": [1]}),
        (t5, LoRA(layers=[1, 2]), {"layers_to_transform": [1, 2]}),
        (t5, LoRA(sites=["SelfAttention.q", "wo"], layers=[0]),
         {"target_modules": ["SelfAttention.q", "wo"], "layers_to_transform": [0]}),
    ],
    ids=["regex", "exclude", "exclude-regex", "all-but", "layers", "t5-layers", "t5-both"],
)  # fmt: skip
def test_lora_takes_pefts_layers(build: Callable, recipe: LoRA, config: dict) -> None:
    mine, other = twins(build)
    found = ours(mine, recipe)
    assert found and found == theirs(other, peft.LoraConfig(**config))


@pytest.mark.parametrize(
    ("recipe", "config"),
    [
        (
            IA3(sites={re.compile(EXPRESSION): "out", re.compile(r".*layer\.\d\.output\.dense"): "in"}),
            {
                "target_modules": rf"{EXPRESSION}|.*layer\.\d\.output\.dense",
                "feedforward_modules": r".*layer\.\d\.output\.dense",
            },
        ),
        (
            IA3(sites="peft", exclude=["attention.output.dense"]),
            {"exclude_modules": ["attention.output.dense"]},
        ),
    ],
    ids=["regex", "exclude"],
)
def test_ia3_takes_pefts_modules_and_sides(recipe: IA3, config: dict) -> None:
    mine, other = twins(bert_lm)
    found = ours(mine, recipe)
    assert found and found == theirs(other, peft.IA3Config(**config))


def test_peft_sites_without_the_redundant_one_are_the_papers() -> None:
    mine, other = twins(bert_lm)
    assert ours(mine, IA3(sites="peft", exclude=["attention.output.dense"])) == ours(other, IA3())


def test_ia3_in_some_blocks_only() -> None:
    """PEFT's IA3Config has no such field; here it is the paper's sites of these blocks."""
    some, whole = (ours(ARCHITECTURES["llama"]().build(), IA3(layers=layers)) for layers in ([1], None))
    assert some == {path: found for path, found in whole.items() if ".layers.1." in path} and len(some) == 3


@pytest.mark.parametrize("recipe", [LoRA(sites="all-linear"), IA3(sites="all-linear")], ids=["lora", "ia3"])
def test_all_linear_leaves_a_new_head_to_itself(recipe: LoRA | IA3) -> None:
    """As PEFT does with task_type SEQ_CLS; the pooler before it is adapted by both."""
    mine, other = twins(bert)
    kind = peft.LoraConfig if isinstance(recipe, LoRA) else peft.IA3Config
    more = {} if isinstance(recipe, LoRA) else {"feedforward_modules": []}
    found = ours(mine, recipe)
    assert found == theirs(other, kind(target_modules="all-linear", task_type="SEQ_CLS", **more))
    assert "classifier" not in found and "bert.pooler.dense" in found


def test_patterns_see_an_adapted_model_as_the_bare_one() -> None:
    model = bert_lm()
    attach(model, LoRA(sites="all-linear"), name="first")
    paths = set(wrapped(model))
    attach(model, LoRA(sites="all-linear"), name="second")
    assert set(wrapped(model)) == paths
    detach(model)
    assert not wrapped(model)
