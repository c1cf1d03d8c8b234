"""One reader for all rows: what is read, in which split it is, and where what cannot be read stands."""

import json
from pathlib import Path

import pytest
from datasets import Dataset

from ia3_teach import load_task
from ia3_teach.course.lesson.own_texts import own_rows
from ia3_teach.course.shipped.instructions import load_instructions
from ia3_teach.course.shipped.rows import read_rows, row_files, split_of
from ia3_teach.course.shipped.tasks import SPLITS, in_context_prompt

PAIR = {"instruction": "Name the month.", "input": "", "output": "May"}
TEXT = {"text": "It rained.", "label": 0}
FACTS = {"labels": ["no", "yes"], "question": "Is it dry?"}
LONG = "x" * 100_000


def as_lines(rows: list) -> str:
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)


def task(directory: Path, content: str | bytes, split: str = "test.jsonl", facts: object = FACTS) -> str:
    (directory / "task.json").write_text(json.dumps(facts))
    for name in SPLITS:
        (directory / f"{name}.jsonl").write_text(as_lines([TEXT]))
    (directory / f"{split.partition('.')[0].lower()}.jsonl").unlink()
    (directory / split).write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(directory)


def pairs(directory: Path, content: str | bytes, name: str = "a.jsonl") -> Path:
    (directory / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return directory


# Each way to write the same rows; both readers take all of them.
FORMS = {
    "lines": ("test.jsonl", lambda rows: as_lines(rows)),
    "no end of the last line": ("test.jsonl", lambda rows: as_lines(rows).rstrip()),
    "blank lines": ("test.jsonl", lambda rows: "\n\n" + as_lines(rows).replace("\n", "\n\n") + "\n"),
    "a mark of byte order": ("test.jsonl", lambda rows: b"\xef\xbb\xbf" + as_lines(rows).encode()),
    "Windows": ("test.jsonl", lambda rows: as_lines(rows).replace("\n", "\r\n")),
    "old Mac": ("test.jsonl", lambda rows: as_lines(rows).replace("\n", "\r")),
    "a list": ("test.json", lambda rows: json.dumps(rows)),
    "a list over lines": ("test.json", lambda rows: json.dumps(rows, indent=1)),
    "lines called json": ("test.json", lambda rows: as_lines(rows)),
    "capitals": ("TEST.JSONL", lambda rows: as_lines(rows)),
}
BREAKS = [f"one{mark}two" for mark in "\u2028\u2029\x85\x0b\x0c\x1c\x1d\x1e"]


@pytest.mark.parametrize("form", FORMS)
def test_both_readers_take_every_form_and_keep_what_only_python_calls_a_line_break(
    form: str, tmp_path
) -> None:
    name, write = FORMS[form]
    texts = ["plain", "汤 😀", *BREAKS]
    (tmp_path / "task").mkdir()
    splits = load_task(task(tmp_path / "task", write([{"text": text, "label": 1} for text in texts]), name))
    assert list(splits["test"]["text"]) == texts
    pairs(tmp_path, as_lines([PAIR]), "train.jsonl")
    found = load_instructions(pairs(tmp_path, write([{**PAIR, "output": text} for text in texts]), name))
    assert list(found["test"]["output"]) == texts and len(found["train"]) == 1


def row(value: object) -> str:
    """A line that both readers would take, but for this value in each text."""
    return json.dumps({"instruction": value, "input": "", "output": "y", "text": value, "label": 0})


BROKEN = {
    "no JSON": ("{", r"line 2 cannot be read as JSON .*found '\{'"),
    "half an emoji": (row("fine \ud83d"), "line 2, row 2: .* holds half an emoji, .*ud83d' at letter"),
    "a number": ("3", "line 2, row 2 needs the fields .*; found int"),
    "a missing field": ('{"other": 1}', "line 2, row 2 needs the fields .*; found other"),
    "no text": (row(3), "line 2, row 2: .* is 3, which is no text"),
    "much of it": (json.dumps(LONG), "line 2, row 2 needs the fields"),
    "a long field": (json.dumps({LONG: 1}), "line 2, row 2 needs the fields"),
    "a long value": (row([LONG]), "line 2, row 2: .*which is no text"),
    "deep": ("[" * 100_000, "line 2 cannot be read as JSON"),
    "a long number": ("9" * 100_000, "line 2 cannot be read as JSON"),
}  # fmt: skip


@pytest.mark.parametrize("fault", BROKEN)
@pytest.mark.parametrize("reader", ["task", "instructions"])
def test_both_readers_name_file_and_line(fault: str, reader: str, tmp_path) -> None:
    line, message = BROKEN[fault]
    fine = json.dumps(TEXT if reader == "task" else PAIR)
    content = f"{fine}\n{line}\n{fine}\n"
    with pytest.raises(ValueError, match=rf"test\.jsonl, {message}") as error:
        if reader == "task":
            load_task(task(tmp_path, content))
        else:
            load_instructions(pairs(tmp_path, content, "test.jsonl"))
    assert len(str(error.value)) < 600


@pytest.mark.parametrize("content", ["汤".encode("gbk"), "soup".encode("utf-16"), b"\xff\xfe\x00"])
def test_both_readers_name_a_file_in_another_encoding(content: bytes, tmp_path) -> None:
    (tmp_path / "task").mkdir()
    directory = task(tmp_path / "task", content)
    pairs(tmp_path, content, "test.jsonl")
    for read in (lambda: load_task(directory), lambda: load_instructions(tmp_path)):
        with pytest.raises(
            ValueError, match=r"test\.jsonl cannot be read as a text in UTF-8.*save it as UTF-8"
        ):
            read()


@pytest.mark.parametrize("content", ["", "\n \n"])
def test_a_split_without_rows_is_refused(content: str, tmp_path) -> None:
    with pytest.raises(ValueError, match=r"test\.jsonl holds no rows"):
        load_task(task(tmp_path, content))


@pytest.mark.parametrize(
    ("name", "split"),
    [
        *[
            ("test.jsonl", "test"),
            ("Test.jsonl", "test"),
            ("my_TEST.json", "test"),
            ("rows.test.jsonl", "test"),
        ],
        *[("testimonials.jsonl", None), ("latest.json", None), ("contest.json", None), ("a.json", None)],
        *[("dev.jsonl", "validation"), ("Validation-1.jsonl", "validation"), ("devices.json", None)],
        *[("train.json", "train"), ("pool.jsonl", "train"), ("constrain.json", None)],
    ],
)
def test_a_split_is_a_whole_word_of_the_name(name: str, split: str | None) -> None:
    assert split_of(Path(name)) == split


def test_what_is_kept_for_validation_is_not_learned_from(tmp_path) -> None:
    pairs(tmp_path, as_lines([PAIR] * 9), "train.jsonl")
    pairs(tmp_path, as_lines([{**PAIR, "output": "June"}] * 2), "dev.jsonl")
    for splits in (
        load_instructions(tmp_path),
        load_instructions(pairs(tmp_path, as_lines([PAIR]), "test.jsonl")),
    ):
        assert set(splits["train"]["output"]) == {"May"} and len(splits["train"]) == 9
    (tmp_path / "test.jsonl").unlink()
    assert set(load_instructions(tmp_path)["test"]["output"]) == {"June"}


def test_hidden_files_and_folders_are_left_alone(tmp_path) -> None:
    pairs(tmp_path, b"\x00\x05\x16\x07", "._a.json")
    (tmp_path / "b.json").mkdir()
    assert row_files(pairs(tmp_path, as_lines([PAIR]))) == [tmp_path / "a.jsonl"]


@pytest.mark.parametrize("n", [8, 20, 39])
def test_twenty_rows_of_one_s_own_are_enough_for_a_look_at_four(n: int, tmp_path) -> None:
    splits = load_instructions(pairs(tmp_path, as_lines([PAIR] * n)), least=4)
    assert (len(splits["train"]), len(splits["test"])) == (n - 4, 4)


def test_too_few_rows_are_refused_in_numbers(tmp_path) -> None:
    with pytest.raises(ValueError, match="here 4 each; found 6 and 1, which are too few rows"):
        load_instructions(pairs(tmp_path, as_lines([PAIR] * 7)), least=4)
    with pytest.raises(ValueError, match="here 1 each; found 0 and 1"):
        load_instructions(pairs(tmp_path, as_lines([PAIR])))


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ([], "needs the fields labels, question; found list"),
        ({"labels": ["no", "yes"]}, "needs the fields labels, question; found labels"),
        ({"labels": "no", "question": "?"}, "labels is 'no'; needed is a list"),
        ({"labels": ["no"], "question": "?"}, "two answer words or more"),
        ({"labels": ["no", "no "], "question": "?"}, "one is empty or stands twice"),
        ({"labels": ["no", ""], "question": "?"}, "one is empty or stands twice"),
        ({"labels": ["no", 1], "question": "?"}, "a label is 1, which is no text"),
        ({"labels": ["no", "yes"], "question": None}, "question is None, which is no text"),
        ({"labels": [LONG], "question": "?"}, "two answer words or more"),
    ],
)
def test_facts_of_a_task_that_cannot_be_used_are_named(facts, message: str, tmp_path) -> None:
    with pytest.raises(ValueError, match=rf"task\.json.*{message}") as error:
        load_task(task(tmp_path, as_lines([TEXT]), facts=facts))
    assert len(str(error.value)) < 600


@pytest.mark.parametrize("label", [2, -2, 0.0, True, "perhaps", [0], LONG])
def test_a_label_that_is_none_of_the_task_is_refused(label, tmp_path) -> None:
    with pytest.raises(
        ValueError, match=r"test\.jsonl, line 1, row 1: label is .*0 to 1, one of no, yes"
    ) as error:
        load_task(task(tmp_path, as_lines([{**TEXT, "label": label}])))
    assert len(str(error.value)) < 600


@pytest.mark.parametrize(("label", "number"), [(1, 1), ("yes", 1), (-1, -1), (None, -1)])
def test_a_label_is_a_number_a_word_or_none(label, number: int, tmp_path) -> None:
    assert load_task(task(tmp_path, as_lines([{**TEXT, "label": label}])))["test"]["label"] == [number]


def test_a_missing_split_is_named(tmp_path) -> None:
    task(tmp_path, as_lines([TEXT]))
    (tmp_path / "pool.jsonl").unlink()
    with pytest.raises(ValueError, match=r"needs one file pool\.jsonl; found none"):
        load_task(str(tmp_path))


def test_rows_come_with_their_places(tmp_path) -> None:
    found = list(read_rows(pairs(tmp_path, "\n" + as_lines([{"a": 1}])) / "a.jsonl"))
    assert [(where.rpartition("/")[2], row) for where, row in found] == [("a.jsonl, line 2, row 1", {"a": 1})]


def test_one_s_own_text_takes_the_place_of_the_text_alone() -> None:
    """Not of every such word: the question may hold it as well."""
    rows = load_task("sentiment")["test"].select([0])
    question = "good\nQuestion: Is it good?\nAnswer:"
    rows = rows.remove_columns("kind")
    like = Dataset.from_dict({"text": ["good"], "label": [0], "prompt": [question]}, rows.features)
    answer = rows.features["label"].names[0]
    assert own_rows(like, {"bad": answer})["prompt"] == ["bad\nQuestion: Is it good?\nAnswer:"]
    shown = Dataset.from_dict(
        {"text": ["good"], "label": [0], "prompt": [in_context_prompt(like, like[0])]}, rows.features
    )
    assert own_rows(shown, {"bad": answer})[0]["prompt"].count("bad") == 1
    for answers, message in (({"\ud83d": answer}, "half an emoji"), ({3: answer}, "no text")):
        with pytest.raises(ValueError, match=message):
            own_rows(like, answers)
    with pytest.raises(ValueError, match="no rows to take the question from"):
        own_rows(like.select([]), {"bad": answer})


NAMED = {
    "test": (
        "tests.jsonl",
        "test2.json",
        "testSet.jsonl",
        "TESTDATA.jsonl",
        "my-tests-v3.json",
        "evals.jsonl",
    ),
    "validation": ("devset.json", "valid_1.jsonl", "validationData.json", "dev2.jsonl"),
    "train": ("trainset.json", "pool3.jsonl", "TrainingRows.json"),
    None: ("attestation.json", "devout.jsonl", "trainer.json", "evaluators.json", "poolside.jsonl", "s.json"),
}


@pytest.mark.parametrize(("split", "name"), [(split, name) for split, all_ in NAMED.items() for name in all_])
def test_a_split_is_also_said_in_the_plural_or_with_a_number(split: str | None, name: str) -> None:
    assert split_of(Path(name)) == split


@pytest.mark.parametrize("name", ["train_test.jsonl", "dev-and-test.json", "trainTests.json"])
def test_a_name_that_says_two_splits_is_refused(name: str, tmp_path) -> None:
    with pytest.raises(ValueError, match="says .* and .*; give it the name of one split"):
        load_instructions(pairs(tmp_path, as_lines([PAIR] * 9), name))


@pytest.mark.parametrize(
    "name", ["test.jsonl.gz", "TEST.JSON.XZ", "more.jsonl.zip", "a.b.json.zst", "a.jsonl.bz2"]
)
def test_packed_rows_are_refused_and_not_passed_over(name: str, tmp_path) -> None:
    pairs(tmp_path, as_lines([PAIR] * 9), "train.jsonl")
    with pytest.raises(ValueError, match="is packed; unpack it"):
        load_instructions(pairs(tmp_path, b"\x1f\x8b", name))


def test_a_task_takes_the_names_that_instructions_take(tmp_path) -> None:
    task(tmp_path, as_lines([TEXT]))
    for old, new in (("pool", "train"), ("validation", "devSet"), ("test", "Tests2")):
        (tmp_path / f"{old}.jsonl").rename(tmp_path / f"{new}.jsonl")
    assert [len(rows) for rows in load_task(str(tmp_path)).values()] == [1, 1, 1]
    (tmp_path / "pool.json").write_text(as_lines([TEXT]))
    with pytest.raises(ValueError, match="needs one file pool.jsonl; found pool.json, train.jsonl"):
        load_task(str(tmp_path))
