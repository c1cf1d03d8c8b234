"""Whoever reads a file looks first at what it is and how large it is, and all read a text alike."""

import ast
import gzip
import json
import os
import shutil
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from small_models import bert

import ia3_teach
from ia3_teach import IA3, attach, detach, load_adapter, load_model, load_task, save_adapter
from ia3_teach.check.probing.recorded import Record
from ia3_teach.course.builds.laying import lay
from ia3_teach.course.builds.source import read_lessons
from ia3_teach.course.classroom.sheet import read_sheet
from ia3_teach.course.lab.kernel import read_notebook
from ia3_teach.course.progress.exercises import cells
from ia3_teach.course.recall.questions import questions_to
from ia3_teach.course.shipped.instructions import load_instructions
from ia3_teach.course.shipped.manifest import read_manifest
from ia3_teach.course.shipped.paths import data_dir
from ia3_teach.course.shipped.real_models import read_sums
from ia3_teach.course.shipped.results import read_runs
from ia3_teach.storage.plain_files import check_file, parsed, read_bytes, read_json, read_text
from ia3_teach.t_few.checkpoint import read_t_few
from ia3_teach.training.checkpoint import read_checkpoint

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a system with pipes")
PATIENCE = 60  # seconds; a reader that waits for a pipe would wait for ever


@pytest.fixture(autouse=True)
def patience() -> Iterator[None]:
    def give_up(*_: object) -> None:
        raise TimeoutError("the reader waits for the file")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(PATIENCE)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def adapter(folder: Path, name: str) -> Callable[[], object]:
    model = bert()
    attach(model, IA3())
    save_adapter(model, folder)
    detach(model)
    (folder / name).unlink()
    return lambda: load_adapter(model, folder)


def model_of(folder: Path, name: str) -> Callable[[], object]:
    shutil.copytree(data_dir() / "models" / "tiny-bert", folder, dirs_exist_ok=True)
    (folder / name).unlink()
    return lambda: load_model(str(folder))


def task(folder: Path, name: str) -> Callable[[], object]:
    shutil.copytree(data_dir() / "tasks" / "sentiment", folder, dirs_exist_ok=True)
    (folder / name).unlink()
    return lambda: load_task(str(folder))


def questions(folder: Path) -> Callable[[], object]:
    (folder / "questions").mkdir()
    return lambda: questions_to("02_one", folder)


SETTINGS, TENSORS = "adapter_config.json", "adapter_model.safetensors"
READERS = {
    "settings of an adapter": (SETTINGS, lambda f: adapter(f, SETTINGS)),
    "tensors of an adapter": (TENSORS, lambda f: adapter(f, TENSORS)),
    "settings of a model": ("config.json", lambda f: model_of(f, "config.json")),
    "tokens of a model": ("tokenizer.json", lambda f: model_of(f, "tokenizer.json")),
    "facts of a task": ("task.json", lambda f: task(f, "task.json")),
    "rows of a task": ("test.jsonl", lambda f: task(f, "test.jsonl")),
    "instructions": ("a.jsonl", lambda f: lambda: load_instructions(f)),
    "vectors of T-Few": ("a.pt", lambda f: lambda: read_t_few(f / "a.pt")),
    "a checkpoint": ("a", lambda f: lambda: read_checkpoint(f / "a")),
    "results": ("runs.csv", lambda f: lambda: read_runs(f / "runs.csv")),
    "grades": ("a.csv", lambda f: lambda: read_sheet(f / "a.csv")),
    "questions": ("questions/02.json", questions),
    "a notebook's exercises": ("a.ipynb", lambda f: lambda: cells(f / "a.ipynb")),
    "a notebook": ("a.ipynb", lambda f: lambda: read_notebook(f / "a.ipynb")),
    "lessons": ("a.ipynb", lambda f: lambda: read_lessons(f)),
    "a learner's notebook": ("a.ipynb", lambda f: lambda: lay({"a.ipynb": b"{}"}, f)),
    "the record of a build": (".build.json", lambda f: lambda: lay({"a.ipynb": b"{}"}, f)),
    "a manifest": ("MANIFEST.json", lambda f: lambda: read_manifest(f)),
    "sums": ("sha256.json", lambda f: lambda: read_sums(f / "sha256.json")),
    "a probe's record": ("a", lambda f: lambda: Record.load(f / "a")),
}


def huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(8 * 2**30)


def heard(path: Path) -> None:
    """A socket, by a short way: the names of sockets have 100 characters at most."""
    here = os.getcwd()
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as one:
            one.bind(path.name)
    finally:
        os.chdir(here)


NO_FILE = {
    "a pipe": os.mkfifo,
    "a link to an endless device": lambda path: path.symlink_to("/dev/zero"),
    "a socket": heard,
    "a folder": Path.mkdir,
    "eight gigabytes of nothing": huge,
}


@pytest.mark.parametrize("kind", NO_FILE)
@pytest.mark.parametrize("reader", READERS)
def test_what_is_no_ordinary_file_is_refused_at_once(reader: str, kind: str, tmp_path) -> None:
    name, made = READERS[reader]
    read = made(tmp_path)
    NO_FILE[kind](tmp_path / name)
    with pytest.raises(ValueError) as error:
        read()
    assert 20 < len(str(error.value)) < 600


NO_JSON = {
    "deeper than Python goes": b"[" * 200_000,
    "an object in an object, 100,000 times": b'{"a":' * 100_000,
    "nothing": b"",
    "zeros": bytes(100),
    "Latin": '{"a": "é"}'.encode("latin-1"),
    "UTF-16": '{"a": "é"}'.encode("utf-16"),
    "packed": gzip.compress(b"{}"),
    "a number of 10,000 digits": b'{"a": ' + b"1" * 10_000 + b"}",
    "no number": b'{"cells": [], "files": {}, "config.json": "", "a": NaN}',
    "without an end": b'{"cells": [], "files": {}, "config.json": "", "a": -Infinity}',
    "a key twice": b'{"cells": [], "files": {}, "files": {}, "config.json": "", "cells": []}',
}
OTHERS = (
    "a learner's notebook",
    "a notebook",
    "lessons",
)  # nbformat reads these, and takes what Python takes
TEXTS = [
    name
    for name, (file, _) in READERS.items()
    if file.endswith((".json", ".ipynb", ".jsonl")) and not name.endswith("of a model") and name not in OTHERS
]


@pytest.mark.parametrize("kind", NO_JSON)
@pytest.mark.parametrize("reader", TEXTS)
def test_what_is_no_json_is_refused_by_all_alike(reader: str, kind: str, tmp_path) -> None:
    name, made = READERS[reader]
    read = made(tmp_path)
    (tmp_path / name).write_bytes(NO_JSON[kind])
    with pytest.raises(ValueError) as error:
        read()
    assert 20 < len(str(error.value)) < 600


@pytest.mark.parametrize("kind", list(NO_JSON)[:8])
@pytest.mark.parametrize("reader", OTHERS)
def test_a_notebook_that_is_none_is_refused_and_a_learners_is_kept(reader: str, kind: str, tmp_path) -> None:
    name, made = READERS[reader]
    read = made(tmp_path)
    (tmp_path / name).write_bytes(NO_JSON[kind])
    if reader == "a learner's notebook":
        assert read() and (tmp_path / name).read_bytes() == NO_JSON[kind]  # the newer one lies beside it
        return
    with pytest.raises(ValueError) as error:
        read()
    assert 20 < len(str(error.value)) < 600


FORMS = {
    "plain": b'{"a":\n1}',
    "a mark of byte order": b'\xef\xbb\xbf{"a":\n1}',
    "Windows": b'{"a":\r\n1}\r\n',
    "old Mac": b'{"a":\r1}\r',
    "spaces behind": b'{"a":\n1}  \t\n\n',
}


@pytest.mark.parametrize("form", FORMS)
def test_a_text_is_read_alike_whichever_system_wrote_it(form: str, tmp_path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(FORMS[form])
    assert read_text(path).strip() == '{"a":\n1}' and read_json(path) == {"a": 1}


def test_what_is_longer_than_it_said_is_refused() -> None:
    """The system's own files say that they are empty."""
    path = Path("/proc/self/maps")
    if not path.exists():
        pytest.skip("needs a system that shows processes as files")
    assert path.stat().st_size == 0
    with pytest.raises(ValueError, match="more than 10 bytes"):
        read_bytes(path, 10)


def test_a_file_at_its_limit_is_read_and_one_byte_more_is_not(tmp_path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    assert read_bytes(tmp_path / "a", 5) == b"12345"
    check_file(tmp_path / "a", 5)
    for look in (read_bytes, check_file):
        with pytest.raises(ValueError, match="has 5 bytes; 4 are the most"):
            look(tmp_path / "a", 4)


@pytest.mark.parametrize("name", ["missing", "a\0b", "x" * 5000, "a/b/c"], ids=range(4))
@pytest.mark.parametrize("look", [read_bytes, read_text, read_json, lambda path: check_file(path, 1)])
def test_a_file_that_cannot_be_had_is_refused_in_words(look: Callable, name: str, tmp_path) -> None:
    with pytest.raises(ValueError, match="cannot be read: ") as error:
        look(tmp_path / name)
    assert len(str(error.value)) < 400


def test_a_key_that_stands_twice_is_named() -> None:
    with pytest.raises(ValueError, match="here cannot be read as JSON .*the key 'r' stands there twice"):
        parsed('{"a": {"r": 1, "r": 2}}', "here")


# What reads JSON by itself, and why.
BY_ITSELF = {
    "check/probing/recorded.py": "a tree inside a file of tensors, which may hold NaN; its size is bounded",
    "course/builds/laying.py": "compares notebooks that may be torn, whose size was looked at before",
    "course/lab/recording.py": "the times of the repository's own lessons",
    "course/shipped/manifest.py": "writes: what is there is taken over",
    "course/shipped/published_numbers.py": "lies beside the code",
    "course/world/lexicon.py": "lies in the data, where every byte is summed",
    "files.py": "a header that was written a line before",
    "grading/inside/frames.py": "a line from a pipe, its length bounded",
    "grading/inside/reading.py": "runs in a box, on what a student sent",
    "grading/inside/running.py": "a job that the grader has just laid there",
    "grading/keeping.py": "what this program kept; a damaged file counts as none",
    "storage/plain_files.py": "the reader itself",
    "views/live_model.py": "what a tokenizer says of itself",
}


def test_whoever_reads_json_by_itself_has_a_reason() -> None:
    package, found = Path(ia3_teach.__file__).parent, set()
    for path in package.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        calls = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
        if calls & {"json.load", "json.loads", "nbformat.read"}:
            found.add(path.relative_to(package).as_posix())
    assert found == set(BY_ITSELF), json.dumps(sorted(found ^ set(BY_ITSELF)))
