"""Pretraining: repeatable, and the same after an interruption."""

import json
from collections.abc import Callable

import pytest
import torch
from safetensors.torch import load_file
from transformers import BertConfig, BertForPreTraining, BloomConfig, BloomForCausalLM

from ia3_teach.course.making import objectives
from ia3_teach.course.making.objectives import (
    NOT_ASKED,
    bert_loss,
    fast_bfloat16,
    hidden_tokens,
    next_token_loss,
)
from ia3_teach.course.making.pretraining import pretrain, pretrain_one, summary
from ia3_teach.course.making.recipes import SIZES, Size, Stage
from ia3_teach.course.shipped.paths import data_dir
from ia3_teach.course.world.tokens import VOCABULARY, train_tokenizer, with_cls

SMALL = {
    "tiny-bloom": Size(
        (
            Stage("corpus", 5, 2, 24, 1e-3, answer_weight=10.0, packed=True, schedule=6),
            Stage("relatives", 4, 2, 160, 1e-3, share=0.2),
        ),
        16,
        1,
        2,
        150,
    ),
    "tiny-bert": Size((Stage("pairs", 5, 6, 160, 1e-3), Stage("relatives", 4, 6, 160, 1e-3)), 16, 1, 2, 150),
}


@pytest.mark.parametrize("name", list(SIZES))
@pytest.mark.parametrize("stop", [4, 7])
def test_an_interrupted_run_ends_where_an_uninterrupted_one_does(name: str, stop: int, tmp_path) -> None:
    pretrain_one(name, tmp_path / "whole", SMALL[name])
    pretrain_one(name, tmp_path / "parts", SMALL[name], stop_at=stop)
    assert not (tmp_path / "parts" / "models").exists()
    assert (tmp_path / "parts" / "checkpoints" / f"{name}.pt").exists()
    facts = pretrain_one(name, tmp_path / "parts", SMALL[name])
    assert not (tmp_path / "parts" / "checkpoints" / f"{name}.pt").exists()
    whole, parts = (
        load_file(tmp_path / part / "models" / name / "model.safetensors") for part in ("whole", "parts")
    )
    assert whole.keys() == parts.keys()
    assert all(torch.equal(whole[key], parts[key]) for key in whole)
    assert facts["steps"] == 9


def test_the_tokenizer_is_the_same_for_a_seed() -> None:
    texts = [train_tokenizer(seed, 100).backend_tokenizer.to_str() for seed in (0, 0, 1)]
    assert texts[0] == texts[1] != texts[2]


@pytest.mark.slow
def test_the_shipped_tokenizers_are_the_ones_of_the_recipe(tmp_path) -> None:
    tokenizer = train_tokenizer(0)
    assert len(tokenizer) == VOCABULARY
    for name, made in (("tiny-bloom", tokenizer), ("tiny-bert", with_cls(tokenizer))):
        made.save_pretrained(tmp_path / name)
        shipped, again = (root / name / "tokenizer.json" for root in (data_dir() / "models", tmp_path))
        assert json.loads(again.read_text("utf-8")) == json.loads(shipped.read_text("utf-8"))


def test_an_unknown_model_is_refused_before_anything_is_made(tmp_path, monkeypatch) -> None:
    (tmp_path / "world").mkdir()
    monkeypatch.setenv("IA3_TEACH_DATA", str(tmp_path))
    with pytest.raises(ValueError, match="tiny-bloom, tiny-bert"):
        pretrain(["tiny-gpt"])
    assert [path.name for path in tmp_path.iterdir()] == ["world"]


def test_hidden_tokens_are_the_asked_share_of_each_row() -> None:
    ids = torch.randint(7, 100, (200, 64), generator=torch.Generator().manual_seed(0))
    ids[:, 0] = 2
    answers = torch.zeros_like(ids, dtype=torch.bool)
    answers[:, 5] = True
    share = torch.tensor([[0.15]] * 100 + [[0.0]] * 100)
    corrupted, labels = hidden_tokens(ids, answers, share, 0, mask_id=4, vocabulary=100)
    assert (labels[:, 5] != -100).float().mean() > 0.8
    corrupted, labels, ids = (torch.cat([part[:, :5], part[:, 6:]], 1) for part in (corrupted, labels, ids))
    assert (labels[100:] == NOT_ASKED).all()
    corrupted, labels, ids = corrupted[:100], labels[:100], ids[:100]
    asked = labels != NOT_ASKED
    assert 0.14 < asked[:, 1:].float().mean() < 0.16
    assert not asked[:, 0].any() and torch.equal(corrupted[~asked], ids[~asked])
    assert 0.77 < (corrupted[asked] == 4).float().mean() < 0.83
    assert torch.equal(labels[asked], ids[asked])


def tiny_bloom() -> torch.nn.Module:
    """A language model of two layers, eight wide."""
    torch.manual_seed(0)
    return BloomForCausalLM(BloomConfig(vocab_size=20, hidden_size=8, n_layer=2, n_head=2)).eval()


def tiny_bert() -> torch.nn.Module:
    """A BERT of two layers, eight wide, with the heads of pretraining."""
    torch.manual_seed(0)
    sizes = {"hidden_size": 8, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 16}
    return BertForPreTraining(BertConfig(vocab_size=20, **sizes)).eval()


@pytest.fixture(params=[(False, 1e-5), (True, 2e-3)], ids=["float32", "bfloat16"])
def close(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable:
    """Equal to the digits there are, without bfloat16 and with it: that keeps 8 bits of a logit."""
    fast, relative = request.param
    monkeypatch.setattr(objectives, "fast_bfloat16", lambda: fast)
    return lambda number: pytest.approx(number, rel=relative)


@pytest.mark.parametrize("asked", [[1, 1, 1, 1], [0, 0, 1, 0], [0, 0, 0, 0]])
def test_answers_weigh_more_and_only_what_is_asked_counts(asked: list[int], close: Callable) -> None:
    model, ids = tiny_bloom(), torch.tensor([[3, 7, 9, 11]])
    marks = torch.tensor([[False, True, False, False]])
    losses = -model(input_ids=ids).logits.log_softmax(-1)[0, :-1].gather(1, ids[0, 1:, None])[:, 0]
    weights = torch.tensor([10.0, float(asked[2]), float(asked[3])])
    wanted = (losses * weights).sum() / weights.sum()
    found = next_token_loss(model, ids, marks, 10.0, torch.tensor([asked]).bool())
    assert found.item() == close(wanted.item())


def test_the_word_of_a_text_is_read_from_the_mean_of_its_tokens_alone(close: Callable) -> None:
    model = tiny_bert()
    inputs = {"input_ids": torch.tensor([[2, 8, 9, 0]]), "attention_mask": torch.tensor([[1, 1, 1, 0]])}
    nothing = torch.full((1, 4), NOT_ASKED)
    hidden, _ = model.bert(**inputs, return_dict=False)
    wanted = -model.cls.predictions(hidden[:, 1:3].mean(1)).log_softmax(-1)[0, 13]
    loss = bert_loss(model, inputs, nothing, nothing[:, 0], torch.tensor([13]))
    assert loss.item() == close(wanted.item())
    loss.backward()
    assert model.bert.pooler.dense.weight.grad is None


def test_what_is_not_asked_adds_nothing(close: Callable) -> None:
    model, ids = tiny_bert(), torch.tensor([[2, 8, 9, 10]])
    inputs = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
    nothing, labels = torch.full((1,), NOT_ASKED), torch.full((1, 4), NOT_ASKED)
    labels[0, 2] = 9
    hidden, pooled = model.bert(**inputs, return_dict=False)
    word = -model.cls.predictions(hidden).log_softmax(-1)[0, 2, 9]
    order = -model.cls.seq_relationship(pooled).log_softmax(-1)[0, 1]
    assert bert_loss(model, inputs, labels, nothing, nothing).item() == close(word.item())
    both = bert_loss(model, inputs, labels, torch.tensor([1]), nothing).item()
    assert both == close((word + order).item())


@pytest.mark.parametrize("capability, native, fast", [
    ("AVX512", (False, False), False), ("AVX512", (True, False), True), ("AVX512", (False, True), True),
    ("AVX2", (False, False), False),
])  # fmt: skip
def test_bfloat16_that_is_only_imitated_is_not_fast(capability, native, fast, monkeypatch) -> None:
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: capability)
    for name, value in zip(("_is_avx512_bf16_supported", "_is_amx_tile_supported"), native, strict=True):
        monkeypatch.setattr(torch.cpu, name, lambda value=value: value)
    assert fast_bfloat16() is fast


def test_summary_has_the_mean_of_each_fifth() -> None:
    assert summary([5.0, 4.0, 3.0, 2.0, 1.0]) == {
        "first": 5.0, "fifth_1": 5.0, "fifth_2": 4.0, "fifth_3": 3.0, "fifth_4": 2.0, "fifth_5": 1.0,
    }  # fmt: skip
