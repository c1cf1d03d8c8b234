"""`count` on the meta device against published counts; published_counts.py has their sources."""

from functools import lru_cache

import pytest
import torch
from golden_models import MODELS, UNTIED
from published_counts import DEFAULT_AND_PAPER, IA3_ROWS, LORA_ROWS, Row, every_linear
from torch import nn

from ia3_teach import IA3, LoRA, attach, count, detach
from ia3_teach.counting import Count
from ia3_teach.formulas import formula_of, ia3_formula

ROWS = sorted([*IA3_ROWS, *LORA_ROWS], key=lambda row: row.model)


@lru_cache(maxsize=1)
def golden_model(name: str) -> nn.Module:
    """The bare model; the last one is kept, since the rows come model by model."""
    with torch.device("meta"):
        model = MODELS[name]()
    model.tie_weights()
    return untied(model) if name in UNTIED else model


def untied(model: nn.Module) -> nn.Module:
    """Give the output embedding its own matrix, as in the released files of T5 1.1, mT5, mT0, flan-T5 and T0.

    transformers 5 ties it in every model that it builds from a config.
    """
    model.lm_head = nn.Linear(*reversed(model.lm_head.weight.shape), bias=False, device="meta")
    return model


def counted(name: str, recipe: IA3 | LoRA) -> Count:
    model = golden_model(name)
    attach(model, recipe)
    try:
        assert all(parameter.is_meta for parameter in model.parameters())
        assert all(buffer.is_meta for buffer in model.buffers())
        return count(model)
    finally:
        detach(model)


@pytest.mark.parametrize(
    "row", ROWS, ids=lambda row: f"{row.model}-{type(row.recipe).__name__}-{row.trainable}"
)
def test_published(row: Row) -> None:
    found = counted(row.model, row.recipe)
    assert found.trainable == found.adapter + found.head
    assert found.trainable + row.trainable_more == row.trainable, row.why
    if row.all is not None:
        assert found.total + (row.heads - 1) * found.head + row.all_more == row.all, row.why
    formula = formula_of(golden_model(row.model).config, row.recipe)
    assert formula is None or formula.value == found.adapter


@pytest.mark.parametrize("name", DEFAULT_AND_PAPER)
def test_default_targets_and_paper_sites(name: str) -> None:
    trainable, everything, paper = DEFAULT_AND_PAPER[name]
    by_default, faithful = counted(name, IA3(sites="peft")), counted(name, IA3())
    config = golden_model(name).config
    assert by_default.adapter == ia3_formula(config, "peft").value == trainable
    assert faithful.adapter == ia3_formula(config).value == paper
    if everything is not None:
        assert by_default.total + by_default.head == everything


def test_bloom_1b4_zh_in_percent() -> None:
    assert f"{counted('bloom-1b4-zh', IA3(sites='peft')).percent:.4f}" == "0.0264"


def test_t0_11b_is_the_papers_hundredth_of_a_percent() -> None:
    found = counted("T0-11B", IA3())
    assert found.total - found.adapter == 11_135_332_352 and f"{found.percent:.4f}" == "0.0097"
    assert 4 * found.adapter == 4_325_376  # bytes; the published 4.2 MB is this with the file's overhead


def test_2275332_is_172032_and_two_heads() -> None:
    """PEFT's notebook prints 2,275,332: 172,032 values of vectors, and the classifier's 1,051,650 twice."""
    found = counted("roberta-large", IA3(sites="peft"))
    assert (found.adapter, found.head) == (172_032, 1_051_650)
    assert found.adapter + 2 * found.head == 2_275_332
    assert found.trainable == 1_223_682  # what PEFT 0.21.2 prints
    assert f"{100 * 2_275_332 / (found.total + found.head):.3f}" == "0.638"


@pytest.mark.parametrize(
    ("name", "recipe", "printed", "measured"),
    [
        ("Llama-2-7B", IA3(sites=every_linear("gate_proj", "up_proj", "down_proj")),
         (614_400, 7_000_614_400), (1_138_688, 6_739_554_304)),
        ("gpt2", LoRA(r=8, sites=["c_attn", "c_proj"]), (294_912, 117_489_664), (811_008, 125_250_816)),
    ],
)  # fmt: skip
def test_printed_outputs_that_no_run_can_have_given(
    name: str, recipe: IA3 | LoRA, printed: tuple[int, int], measured: tuple[int, int]
) -> None:
    """Two lesson texts show counts that do not belong to the settings beside them."""
    found = counted(name, recipe)
    assert (found.trainable, found.total) == measured != printed


def test_an_embedding_is_refused() -> None:
    model: nn.Module = golden_model("Mistral-7B+27")
    with pytest.raises(
        ValueError, match="'embed_tokens' matches model.embed_tokens, a module of type Embedding"
    ):
        attach(model, LoRA(sites=["embed_tokens", "lm_head"]))
