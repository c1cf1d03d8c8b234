"""The instruction data: what is shipped, and what is read from other directories."""

import json
from collections import Counter

import pytest

from ia3_teach import load_model, load_task
from ia3_teach.course.lesson.prompting import prompt_of
from ia3_teach.course.making.make_instructions import EACH, write_instructions
from ia3_teach.course.shipped.instructions import FIELDS, load_instructions
from ia3_teach.course.shipped.paths import data_dir
from ia3_teach.course.shipped.tasks import task_names
from ia3_teach.course.world.grammar import sentences, side_of
from ia3_teach.course.world.instructions import KINDS

ROW = {"instruction": "Say hello to Anna.", "input": "", "output": "Hi Anna!"}
CHINESE = {"instruction": "把句子改成问句。", "input": "汤很好喝。", "output": "汤好喝吗？"}


def write(directory, name: str, rows: list, lines: bool = True) -> str:
    text = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows) if lines else json.dumps(rows)
    (directory / name).write_text(text, encoding="utf-8")
    return str(directory)


def test_there_are_enough_pairs_of_many_kinds() -> None:
    data = load_instructions("instructions")
    assert len(data["train"]) == len(KINDS) * EACH["train"] >= 500 and len(KINDS) >= 12
    assert len(data["test"]) == len(KINDS) * EACH["test"] >= 100
    for rows in data.values():
        assert rows.column_names == list(FIELDS)
        assert all(row["instruction"] and row["output"] for row in rows)
        assert any(not row["input"] for row in rows), "some instructions stand alone"


def test_the_shipped_files_are_what_the_generator_makes(tmp_path) -> None:
    write_instructions(tmp_path)
    for split in ("train", "test"):
        name = f"instructions/{split}.jsonl"
        assert (tmp_path / name).read_bytes() == (data_dir() / name).read_bytes()


def test_another_seed_makes_other_rows(tmp_path) -> None:
    write_instructions(tmp_path, seed=1)
    name = "instructions/test.jsonl"
    assert (tmp_path / name).read_bytes() != (data_dir() / name).read_bytes()


def test_no_row_is_twice_and_no_input_is_in_both_splits() -> None:
    data = load_instructions("instructions")
    prompts = Counter(prompt_of(row) for rows in data.values() for row in rows)
    assert prompts.most_common(1)[0][1] == 1
    said = [{part for row in rows for part in sentences(row["input"])} for rows in data.values()]
    assert not said[0] & said[1]


def test_sentences_are_of_the_train_side_and_in_no_test_of_a_task() -> None:
    ours = {
        said
        for rows in load_instructions("instructions").values()
        for row in rows
        for text in (row["input"], row["output"])
        for said in sentences(text)
        if said[-1] in ".!?"
    }
    assert all(side_of(said) == "train" for said in ours)
    for name in task_names():
        theirs = {said for text in load_task(name)["test"]["text"] for said in sentences(text)}
        assert not ours & theirs


def test_the_tokenizer_knows_the_words() -> None:
    _, tokenizer = load_model("tiny-bloom")
    texts = [
        f" {text}" for row in load_instructions("instructions")["train"] for text in row.values() if text
    ]
    n_tokens = sum(len(ids) for ids in tokenizer(texts)["input_ids"])
    assert n_tokens < 1.9 * sum(len(text.split()) for text in texts)  # full stops and commas count too


@pytest.mark.parametrize("lines", [True, False])
def test_a_directory_of_either_form_is_read_chinese_included(tmp_path, lines: bool) -> None:
    name = "rows.jsonl" if lines else "rows.json"
    directory = write(tmp_path, name, [ROW, CHINESE | {"source": "me"}] * 30, lines)
    data = load_instructions(directory)
    assert (len(data["train"]), len(data["test"])) == (54, 6), "the last tenth is kept for the test"
    assert data["train"][1] == CHINESE


def test_a_file_for_the_test_is_the_test(tmp_path) -> None:
    write(tmp_path, "a.jsonl", [ROW] * 3)
    write(tmp_path, "b.json", [ROW] * 4, lines=False)
    data = load_instructions(write(tmp_path, "test_rows.jsonl", [CHINESE]))
    assert (len(data["train"]), data["test"][0]) == (7, CHINESE)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([ROW, {"instruction": "x", "output": "y"}], "row 2 needs .*; found instruction, output"),
        ([ROW, "text"], "row 2 needs the fields .*; found str"),
        ([ROW | {"input": None}], r"row 1: input is None, which is no text"),
        ([ROW | {"output": 3}], "row 1: output is 3, which is no text"),
        ([ROW | {"output": " "}], "row 1: output is empty"),
        ([ROW], "one row to learn from and one to test on"),
        ([], "holds no rows"),
    ],
)  # fmt: skip
def test_rows_that_cannot_be_used_are_named(tmp_path, rows: list, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        load_instructions(write(tmp_path, "train.jsonl", rows))


def test_what_is_no_data_is_refused(tmp_path) -> None:
    with pytest.raises(ValueError, match="neither 'instructions' nor a directory"):
        load_instructions("alpaca")
    with pytest.raises(ValueError, match=r"holds no \.json or \.jsonl file"):
        load_instructions(tmp_path)
    (tmp_path / "a.json").write_bytes('[{"instruction": "汤"}]'.encode("gbk"))
    with pytest.raises(ValueError, match=r"a\.json cannot be read as a text in UTF-8"):
        load_instructions(tmp_path)
    (tmp_path / "a.json").write_text('{"instruction": "x"}')
    with pytest.raises(ValueError, match="holds no rows; a .json file is a list"):
        load_instructions(tmp_path)
