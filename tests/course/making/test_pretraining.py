"""Pretraining: repeatable, and the same after an interruption."""

import json

import pytest
import torch
from safetensors.torch import load_file

from ia3_teach.course.making.objectives import hidden_tokens, next_token_loss, rows_of_step
from ia3_teach.course.making.pretraining import pretrain, pretrain_one, summary
from ia3_teach.course.making.recipes import SIZES, Size, Stage
from ia3_teach.course.shipped.paths import data_dir
from ia3_teach.course.world.tokens import VOCABULARY, train_tokenizer, with_cls

SMALL = {
    "tiny-bloom": Size(
        (Stage("corpus", 5, 2, 1e-3, 10.0, schedule=6), Stage("drill", 4, 2, 1e-3)), 24, 16, 1, 2, 150
    ),
    "tiny-bert": Size((Stage("pairs", 5, 6, 1e-3), Stage("opinions", 4, 6, 1e-3)), 24, 16, 1, 2, 150),
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


def test_each_epoch_uses_every_row_once() -> None:
    first = torch.cat([rows_of_step(8, 2, step, seed=0) for step in range(4)])
    second = torch.cat([rows_of_step(8, 2, step, seed=0) for step in range(4, 8)])
    assert sorted(first.tolist()) == sorted(second.tolist()) == list(range(8))
    assert first.tolist() != second.tolist()


def test_hidden_tokens_are_fifteen_in_a_hundred() -> None:
    ids = torch.randint(7, 100, (200, 64), generator=torch.Generator().manual_seed(0))
    ids[:, 0] = 2
    answers = torch.zeros_like(ids, dtype=torch.bool)
    answers[:, 5] = True
    corrupted, labels = hidden_tokens(ids, answers, 0, mask_id=4, vocabulary=100)
    assert (labels[:, 5] != -100).float().mean() > 0.8
    corrupted, labels, ids = (torch.cat([part[:, :5], part[:, 6:]], 1) for part in (corrupted, labels, ids))
    asked = labels != -100
    assert 0.14 < asked[:, 1:].float().mean() < 0.16
    assert not asked[:, 0].any() and torch.equal(corrupted[~asked], ids[~asked])
    assert 0.77 < (corrupted[asked] == 4).float().mean() < 0.83
    assert torch.equal(labels[asked], ids[asked])


def test_answers_weigh_more() -> None:
    class Fixed(torch.nn.Module):
        def forward(self, input_ids):
            logits = torch.zeros(1, 3, 5)
            logits[0, 0, 1] = 2.0
            return type("Output", (), {"logits": logits})

    ids, marks = torch.tensor([[0, 1, 2]]), torch.tensor([[False, True, False]])
    answer, plain = -torch.tensor([2.0, 0, 0, 0, 0]).log_softmax(0)[0], torch.log(torch.tensor(5.0))
    wanted = (10 * answer + plain) / 11
    assert next_token_loss(Fixed(), ids, marks, 10.0).item() == pytest.approx(wanted.item())


def test_summary_has_the_mean_of_each_fifth() -> None:
    assert summary([5.0, 4.0, 3.0, 2.0, 1.0]) == {
        "first": 5.0, "fifth_1": 5.0, "fifth_2": 4.0, "fifth_3": 3.0, "fifth_4": 2.0, "fifth_5": 1.0,
    }  # fmt: skip
