"""The vectors of the real decoder are those of one run of the table, which its line tells of."""

from pathlib import Path

import pytest

from ia3_teach import accuracy, load_adapter, load_model, load_task
from ia3_teach.course.making.asking import frozen
from ia3_teach.course.making.make_real_vectors import NAME, RUN, recipe, write_real_vectors
from ia3_teach.course.shipped import real_models
from ia3_teach.course.shipped.adapters import vectors_directory
from ia3_teach.course.shipped.manifest import read_manifest
from ia3_teach.course.shipped.paths import data_dir
from ia3_teach.course.shipped.results import read_runs, used
from ia3_teach.storage.stored import read_stored

(LINE,) = (run for run in used(read_runs(data_dir() / "results" / "real_runs.csv")) if run.key == RUN.key)
FEWER_ROWS = 60


def test_without_the_model_its_verb_is_named_and_nothing_is_written(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(real_models, "folder_of", lambda name: tmp_path / "nowhere")
    frozen.cache_clear()
    with pytest.raises(ValueError, match="python -m ia3_teach get smollm2-135m"):
        write_real_vectors(tmp_path)
    assert not (tmp_path / "vectors").exists()


def test_the_manifest_names_task_rows_rate_and_seed_and_the_accuracy_of_the_line() -> None:
    said = read_manifest()["vectors of smollm2-135m"]
    assert said["recipe"] == recipe()
    assert said["test_accuracy"] == {NAME: pytest.approx(LINE.test, abs=0.01)}


def test_the_file_holds_all_vectors_of_the_model_and_no_path_of_a_machine() -> None:
    stored = read_stored(vectors_directory(NAME))
    assert sum(l.numel() for site in stored.sites.values() for l in site.values()) == 57_600
    assert stored.config["base_model_name_or_path"] == RUN.model


@pytest.mark.real
@pytest.mark.slow
def test_on_the_model_they_answer_as_they_did() -> None:
    try:
        model, tokenizer = load_model(RUN.model)
    except ValueError as there_is_none:
        pytest.skip(str(there_is_none))
    rows = load_task(RUN.task)["test"].select(range(FEWER_ROWS))
    before = accuracy(model, tokenizer, rows)
    load_adapter(model, vectors_directory(NAME))
    assert accuracy(model, tokenizer, rows) > before + 0.1
