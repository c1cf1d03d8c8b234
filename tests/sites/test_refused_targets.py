"""Patterns and settings that fit nothing, layers without a place for an adapter: refused with near names."""

import re

import pytest
import torch
from small_architectures import ARCHITECTURES
from torch import nn

from ia3_teach import IA3, LoRA, attach
from ia3_teach.layer import wrapped


def bert_lm() -> nn.Module:
    return ARCHITECTURES["bert"]().build()


class Mixed(nn.Module):
    """One of each kind of layer that carries no adapter, beside one that does."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(3, 4)
        self.proj = nn.Linear(4, 4)
        self.conv = nn.Conv1d(4, 4, 1)
        self.attention = nn.MultiheadAttention(4, 2)
        self.encoder = nn.TransformerEncoderLayer(4, 2, 8)
        self.branch = nn.ModuleDict({"proj": nn.Conv1d(4, 4, 1), "gate": nn.Linear(4, 4)})
        self.small = nn.Linear(4, 4)
        self.small.weight = nn.Parameter(torch.zeros(4, 4, dtype=torch.int8), requires_grad=False)
        self.tiny = nn.Linear(4, 4).to(torch.float8_e4m3fn)


REFUSED = {
    "typo": (["gaet"], "'gaet' matches no Linear layer of this model; near misses: .*gate"),
    "one typo of two": (["gate", "smal"], "'smal' matches no Linear layer .*near misses: small"),
    "part of a word": (["roj"], "'roj' matches no Linear"),
    "Embedding": (
        ["embedding"],
        "'embedding' matches embedding, a module of type Embedding: only Linear and",
    ),
    "Conv1d": (["conv"], "a module of type Conv1d"),
    "container": (["branch"], "'branch' matches branch, a module of type ModuleDict"),
    "Linear and Conv1d": (["proj"], "'proj' matches branch.proj, a module of type Conv1d"),
    "regex over all": ([re.compile(".*")], r"'\.\*' matches embedding, a module of type Embedding"),
    "regex is a full match": ([re.compile("gate")], "'gate' matches no Linear"),
    "out_proj": (["attention.out_proj"], "attention.out_proj lies in a MultiheadAttention.*would do nothing"),
    "fast path": (["linear2"], "encoder.linear2 lies in a TransformerEncoderLayer.*would do nothing"),
    "int8": (["small"], "torch.int8: quantised"),
    "float8": (["tiny"], "torch.float8_e4m3fn: quantised"),
    "ambiguous": (["gate", "branch.gate"], "branch.gate is matched by 2 patterns: gate, branch.gate"),
}


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.parametrize("method", ["ia3", "lora"])
def test_refused(method: str, case: str) -> None:
    patterns, words = REFUSED[case]
    model = Mixed()
    before = dict(model.named_modules())
    recipe = LoRA(sites=patterns) if method == "lora" else IA3(sites=dict.fromkeys(patterns, "out"))
    with pytest.raises(ValueError, match=words):
        attach(model, recipe)
    assert dict(model.named_modules()) == before and not wrapped(model)


@pytest.mark.parametrize("method", ["ia3", "lora"])
def test_all_linear_refuses_what_it_cannot_reach_until_it_is_excluded(method: str) -> None:
    """PEFT takes the output projection of a MultiheadAttention too, where IA3 then has no effect."""
    recipe, exclude = LoRA if method == "lora" else IA3, ["small", "tiny"]
    for name in ("attention.out_proj", "encoder.self_attn.out_proj", "encoder.linear1", "encoder.linear2"):
        model = Mixed()
        with pytest.raises(ValueError, match=rf"{name} lies in a .*would do nothing.*exclude=\['{name}'\]"):
            attach(model, recipe(sites="all-linear", exclude=exclude))
        assert not wrapped(model)
        exclude.append(name)
    attach(model, recipe(sites="all-linear", exclude=exclude))
    assert set(wrapped(model)) == {"proj", "branch.gate"}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"exclude": ["qurey"]}, "exclude='qurey' matches no site; near misses: .*query"),
        ({"exclude": "query"}, r"exclude is a list of patterns, such as \['query'\]"),
        ({"exclude": ["query", "value"]}, "nothing is left to adapt"),
        ({"layers": [0, 7]}, r"no site lies in block \[7\]; there are \[0, 1\]"),
        ({"layers": []}, "nothing is left to adapt"),
        ({"sites": "query"}, 'sites is "all-linear" or a list'),
        ({"sites": []}, "list of patterns"),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_settings_that_fit_nothing_are_refused(fields: dict, words: str) -> None:
    model = bert_lm()
    with pytest.raises(ValueError, match=words):
        attach(model, LoRA(**fields))
    assert not wrapped(model)


@pytest.mark.parametrize("sites", ["Paper", "all_linear", {}, {"query": "left"}], ids=str)
def test_unknown_words_for_sites_are_refused(sites: object) -> None:
    with pytest.raises(ValueError, match='"paper", "peft", "all-linear"|a side is "in" or "out"'):
        attach(bert_lm(), IA3(sites=sites))
