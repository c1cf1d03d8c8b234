"""Each way asks as the experiments do, and says what it reads, keeps and does beforehand."""

import pytest
import torch

from ia3_teach.course.lesson.evaluate import scores
from ia3_teach.course.lesson.in_context import scores_after
from ia3_teach.course.making import ways
from ia3_teach.course.making.asking import drawn, splits_of
from ia3_teach.course.making.family_costs import TASK, loaded
from ia3_teach.course.making.ways import SHOTS, TRAINED, question, way_of, ways_on
from ia3_teach.course.shipped import real_models

POOL = splits_of(TASK)["pool"]


def test_a_model_that_was_not_fetched_names_the_verb(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(real_models, "folder_of", lambda name: tmp_path)
    with pytest.raises(ValueError, match="python -m ia3_teach get smollm2-135m"):
        way_of("smollm2-135m", "zero_shot", 0)


def test_an_encoder_is_asked_only_trained_and_a_decoder_has_no_head() -> None:
    assert ways_on("tiny-bert") == [(method, SHOTS) for method in TRAINED]
    assert ("head", SHOTS) not in ways_on("tiny-bloom") and ("zero_shot", 0) in ways_on("tiny-bloom")
    assert ("bitfit", SHOTS) not in ways_on("smollm2-135m"), "it has no biases"


def test_the_question_is_of_middling_length() -> None:
    rows, (text,) = splits_of(TASK)["test"], question()["text"]
    shorter = sum(len(other) < len(text) for other in rows["text"])
    longer = sum(len(other) > len(text) for other in rows["text"])
    assert max(shorter, longer) <= len(rows) / 2


def test_a_prediction_is_the_one_that_was_measured() -> None:
    model, tokenizer = loaded("tiny-bloom")
    shots = drawn(POOL, 4, seed=0)
    after = scores_after(model, tokenizer, shots, question())
    assert torch.allclose(way_of("tiny-bloom", "zero_shot", 0).ask(), scores(model, tokenizer, question()))
    for method in ("in_context", "in_context_cached"):
        assert torch.allclose(way_of("tiny-bloom", method, 4).ask(), after, atol=1e-4)
    classifier, words = loaded("tiny-bert")
    assert torch.allclose(way_of("tiny-bert", "ia3", SHOTS).ask(), scores(classifier, words, question()))


def test_examples_are_kept_as_numbers_or_as_keys_and_values() -> None:
    anew, once = (way_of("tiny-bloom", method, 4) for method in ("in_context", "in_context_cached"))
    tokens = anew.tokens - once.tokens
    model, _ = loaded("tiny-bloom")
    layers, width = model.config.n_layer, model.config.hidden_size
    assert (anew.stored, once.stored) == (4 * tokens, 4 * 2 * layers * width * tokens)
    assert (anew.steps, once.steps) == (0, 1)


def test_a_step_trains_and_leaves_the_model_in_the_mode_it_was_in(monkeypatch) -> None:
    way = way_of("tiny-bert", "ia3", SHOTS)
    with torch.no_grad():
        before = way.ask()
        way.step()
        assert torch.equal(before, way.ask()), "the rate is 0, and nothing is dropped when asked"
    assert way.stored == 4 * way.values == 4 * (4608 + 386) and way.steps == 60


@pytest.mark.parametrize("method", TRAINED[1:])
def test_every_trained_way_holds_its_gradients_and_two_averages(method: str) -> None:
    way = ways.way_of("tiny-bloom", method, SHOTS)
    assert way.step_held > 3 * way.stored
