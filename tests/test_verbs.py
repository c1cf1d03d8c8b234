"""Every verb's own body runs once for real, on small work: no stand-in hides a name that is not there."""

import shutil
from pathlib import Path

import pytest
from notebook_files import lesson
from test_command_line import VERBS, call
from typer.testing import CliRunner

import ia3_teach.__main__ as command_line
from ia3_teach.course.making import make_vectors, pretraining
from ia3_teach.course.making.recipes import Size, Stage
from ia3_teach.course.progress import record
from ia3_teach.course.shipped import manifest
from ia3_teach.course.shipped.paths import data_dir
from ia3_teach.grading import exercises

TRIED = ["verify", "run", "execute", "index", "build learner", "build class", "vectors", "pretrain"]
TRIED += ["experiments", "lab", "grade", "new-method", "progress"]


def invoke(*words: object) -> str:
    """A verb in this process; what it printed."""
    done = CliRunner().invoke(command_line.app, [str(word) for word in words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the data directory, which may be written to."""
    shutil.copytree(data_dir(), tmp_path / "data")
    monkeypatch.setenv("IA3_TEACH_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def test_every_verb_is_tried() -> None:
    assert sorted(TRIED) == sorted(VERBS)


def test_verify_says_that_all_is_well() -> None:
    assert "as its manifest says" in invoke("verify")


def test_run_and_execute_take_a_lesson(tmp_path: Path) -> None:
    lesson(tmp_path, "00_start", "6 * 7")
    assert "1 lesson " in invoke("run", "--notebooks", tmp_path)
    assert "00_start: executed" in invoke("execute", "--notebooks", tmp_path)


def test_index_finds_its_own_pages_up_to_date() -> None:
    assert invoke("index") == ""


def test_build_learner_lays_the_lessons_out(tmp_path: Path) -> None:
    invoke("build", "learner", tmp_path / "mine")
    assert (tmp_path / "mine" / "README.md").is_file()


def test_build_class_makes_a_release(tmp_path: Path) -> None:
    pytest.importorskip("nbgrader", reason="a class release needs nbgrader (the extra `teach`)")
    invoke("build", "class", tmp_path / "class")
    assert list((tmp_path / "class").rglob("*.ipynb"))


def test_grade_fills_a_gradebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("nbgrader", reason="grading needs nbgrader (the extra `teach`)")
    import small_exercises
    from grading_course import hand_in

    for name in ("load_record", "write_cases"):
        monkeypatch.setattr(exercises, name, getattr(small_exercises, name))
    monkeypatch.setattr(exercises, "known", lambda: small_exercises.EXERCISES)
    monkeypatch.setattr(exercises, "READER", "small_probes:read_cases")
    small_exercises.write_set(tmp_path / "source" / "ps1")
    hand_in(tmp_path, ["perfect"])
    said = invoke("grade", "ps1", "--course", tmp_path, "--without-box-submissions-run-as-you")
    assert "ps1: 1 submission graded" in said and (tmp_path / "gradebook.db").is_file()


def test_a_method_is_not_begun_under_a_name_that_is_taken() -> None:
    """What is begun is tried in tests/family; here the way to it, up to a name that there is."""
    done = call("new-method", "VeRA")
    assert done.returncode == 2 and "already; choose another name" in done.stderr


def test_lab_serves_a_folder_only(tmp_path: Path) -> None:
    """The server itself is tried in tests/course/lab; here the way to it, up to a folder that is a file."""
    (tmp_path / "file").write_text("")
    done = call("lab", tmp_path / "file", "--no-browser")
    assert done.returncode == 2 and "Traceback" not in done.stderr


def test_progress_shows_what_was_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept, and when, is tried in tests/course/progress; here the way to it, over real lessons."""
    monkeypatch.setattr(record, "folder", lambda: tmp_path / "progress")
    record.keep("lesson_02.fold")
    said = invoke("progress", "--page", tmp_path / "record.html")
    assert "passed  2.3 Fold the vector into the weights" in said and "Next: " in said
    assert (tmp_path / "record.html").is_file()


def test_vectors_are_trained_saved_and_listed(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"STEPS": 1, "SHOTS": 4, "BATCH": 2, "task_names": lambda: ["sentiment"]}.items():
        monkeypatch.setattr(make_vectors, name, value)
    monkeypatch.setattr(make_vectors, "accuracy", lambda *_: 0.5)
    invoke("vectors")
    kept = manifest.read_manifest(data)
    assert kept["vectors of tiny-bloom"]["test_accuracy"] == {"sentiment": 0.5}
    assert kept["vectors of tiny-bert"]["test_accuracy"] == {"bert-sentiment": 0.5}
    manifest.verify(data)


def test_vectors_of_an_unknown_model_are_refused_before_any_are_made(data: Path) -> None:
    before = sorted(path.stat().st_mtime_ns for path in data.rglob("*"))
    with pytest.raises(ValueError, match="no vectors of 'bert-base' are shipped.*smollm2-135m"):
        make_vectors.write_all_vectors(data, ["tiny-bert", "bert-base"])
    assert sorted(path.stat().st_mtime_ns for path in data.rglob("*")) == before


def test_vectors_of_the_real_model_are_made_when_asked_for(data: Path, monkeypatch) -> None:
    monkeypatch.setattr(make_vectors, "write_real_vectors", lambda directory: {"of": directory.name})
    invoke("vectors", "--model", "smollm2-135m")
    assert manifest.read_manifest(data)["vectors of smollm2-135m"] == {"of": data.name}


def test_pretrain_makes_a_model_and_its_vectors(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small = Size((Stage("pairs", 2, 6, 160, 1e-3),), 16, 1, 2, 150)
    monkeypatch.setitem(pretraining.SIZES, "tiny-bert", small)
    monkeypatch.setattr(pretraining, "write_vectors", lambda directory, name: {"of": name})
    invoke("pretrain", "--model", "tiny-bert")
    assert manifest.read_manifest(data)["vectors of tiny-bert"] == {"of": "tiny-bert"}


def test_experiments_that_are_all_done_only_tidy_up(data: Path) -> None:
    before = (data / "results" / "summary.csv").read_bytes()
    invoke("experiments", "--task", "sentiment")
    assert (data / "results" / "summary.csv").read_bytes() == before
