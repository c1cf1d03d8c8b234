"""The ablation of T-Few's losses: which terms a loss has, where the vectors start, and a run of each kind."""

import pytest
import torch

from ia3_teach import IA3, attach, few_shot, load_model, load_task, t_few_loss, vectors
from ia3_teach.course.making import few_shot as ablation
from ia3_teach.course.making.experiments import run
from ia3_teach.course.making.few_shot import EVERY, PRETRAINED, TERMS, adding, with_choices
from ia3_teach.course.making.parts import FEW_SHOT_RUNS
from ia3_teach.course.shipped.results import Run, read_runs
from ia3_teach.t_few.losses import t_few_terms


@pytest.fixture(scope="module")
def model():
    return load_model("tiny-bloom")


@pytest.fixture
def examples(model):
    return with_choices(*model, few_shot(load_task("sentiment")["pool"], 4, 0))


def test_a_term_that_there_is_not_is_refused(model, examples) -> None:
    with pytest.raises(AttributeError, match="likelihood"):
        adding(["likelihood"])(model[0], examples)


def test_vectors_of_other_places_are_refused(monkeypatch) -> None:
    monkeypatch.setattr(ablation, "pretrained", lambda task: {})
    run, rows = Run("plan", "tiny-bloom", PRETRAINED, 32, 0, 1e-6), load_task("plan")["pool"]
    with pytest.raises(ValueError, match="the adapter's vectors have the shapes .*; found {}"):
        ablation.train(*load_model("tiny-bloom"), few_shot(rows, 8, 0), run, steps=1)


@pytest.mark.parametrize("method", TERMS)
def test_a_loss_is_the_sum_of_its_terms(method: str, model, examples) -> None:
    terms = t_few_terms(model[0], examples)._asdict()
    wanted = sum(terms[name] for name in TERMS[method])
    torch.testing.assert_close(adding(TERMS[method])(model[0], examples), wanted)
    if TERMS[method] == EVERY:
        torch.testing.assert_close(wanted, t_few_loss(model[0], examples))


def test_a_pretrained_run_starts_where_the_other_tasks_left_the_vectors(monkeypatch) -> None:
    asked = []

    def halves(task: str) -> dict[str, torch.Tensor]:
        asked.append(task)
        other, _ = load_model("tiny-bloom")
        attach(other, IA3())
        return {name: torch.full_like(l, 0.5) for name, l in vectors(other).items()}

    monkeypatch.setattr(ablation, "pretrained", halves)
    trained, tokenizer = load_model("tiny-bloom")
    rows = few_shot(load_task("plan")["pool"], 8, 0)
    ablation.train(trained, tokenizer, rows, Run("plan", "tiny-bloom", PRETRAINED, 32, 0, 1e-6), steps=1)
    found = torch.cat([each.flatten() for each in trained.parameters() if each.requires_grad])
    assert asked == ["plan"] and (found - 0.5).abs().max() < 1e-5


def test_the_vectors_are_pretrained_on_all_tasks_but_the_one_that_is_tested(monkeypatch) -> None:
    loaded = []
    monkeypatch.setattr(ablation, "load_task", lambda name: loaded.append(name) or load_task(name))
    monkeypatch.setattr(ablation, "PRETRAINING", ablation.PRETRAINING | {"rows_of_each_task": 4, "steps": 1})
    vectors = ablation.pretrained.__wrapped__("plan")
    assert "plan" not in loaded and len(loaded) == 5
    assert vectors and not any(vector.requires_grad for vector in vectors.values())


def test_the_table_of_the_losses_is_a_file_of_its_own(monkeypatch, tmp_path) -> None:
    from ia3_teach.course.making import measuring

    monkeypatch.setattr(measuring, "measured", lambda run, **how: run.with_results(0.9, 0.8, 1.0))
    run(tmp_path, table=FEW_SHOT_RUNS, task=["plan"], method=["LM", "LM+UL"])
    assert [path.name for path in (tmp_path / "results").glob("*.csv")] == ["few_shot_runs.csv"]
    assert {each.method for each in read_runs(tmp_path / "results" / "few_shot_runs.csv")} == {"LM", "LM+UL"}


def test_long_answers_take_the_place_of_the_tasks_own_in_their_methods_alone() -> None:
    splits = load_task("formality")
    for method, names in (("LM", ["casual", "formal"]), ("LM long", ["casual", "very formal and polite"])):
        found = ablation.answered(splits, Run("formality", "tiny-bloom", method, 32, 0, 0.1))
        assert found["test"].features["label"].names == names
        assert list(found["test"]["label"]) == list(splits["test"]["label"])
