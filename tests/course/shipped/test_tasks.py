"""The held-out tasks as `datasets`."""

import json
import re
from collections import Counter

import pytest

from ia3_teach import few_shot, load_task
from ia3_teach.course.making.make_tasks import write_tasks
from ia3_teach.course.shipped.paths import data_dir
from ia3_teach.course.shipped.tasks import in_context_prompt, task_names, with_examples


@pytest.mark.parametrize("name", task_names())
def test_each_task_has_its_splits(name: str) -> None:
    splits = load_task(name)
    assert len(splits["pool"]) >= 1000 and len(splits["validation"]) >= 200 and len(splits["test"]) >= 500
    for rows in splits.values():
        assert rows.column_names == ["text", "label", "prompt", "kind"]
        assert len(set(Counter(rows["label"]).values())) == 1, "labels are balanced"
    row = splits["test"][0]
    assert row["prompt"].startswith(row["text"] + "\n") and row["prompt"].endswith("Answer:")


def test_there_are_at_least_five_tasks() -> None:
    assert len(task_names()) >= 5


def test_tasks_are_the_same_byte_for_byte_when_made_again(tmp_path) -> None:
    write_tasks(tmp_path)
    for path in sorted((data_dir() / "tasks").rglob("*.*")):
        assert (tmp_path / path.relative_to(data_dir())).read_bytes() == path.read_bytes(), path.name


@pytest.mark.parametrize("name", task_names())
def test_every_split_has_rows_of_every_kind(name: str) -> None:
    counted = {split: Counter(rows["kind"]) for split, rows in load_task(name).items()}
    assert len(counted["pool"]) >= 2 and "" not in counted["pool"]
    assert all(kinds.keys() == counted["pool"].keys() for kinds in counted.values())
    assert min(counted["test"].values()) >= 20, "an accuracy of a kind needs rows"


@pytest.mark.parametrize("name, kind, hint", [
    ("formality", "quoted", '"'),
    ("plan", "negated", "not|yet to"),
    ("who_liked", "negated", r"\bnot|nothing"),
    ("sentiment", "negated", r"\bno(t|body)|neither|anything but"),
    ("price_complaint", "negated", r"\bno(t|body)\b|no rip-off|anything but"),
    ("sentiment", "concession", "although|even|but|yet"),
])  # fmt: skip
def test_the_text_shows_its_kind(name: str, kind: str, hint: str) -> None:
    rows = load_task(name)["test"]
    texts = [text for text, found in zip(rows["text"], rows["kind"], strict=True) if found == kind]
    assert texts and all(re.search(hint, text, re.IGNORECASE) for text in texts)


def test_few_shot_is_balanced_and_depends_on_the_seed_alone() -> None:
    pool = load_task("sentiment")["pool"]
    rows = few_shot(pool, 32, seed=3)
    assert Counter(rows["label"]) == {0: 16, 1: 16}
    assert rows["text"] == few_shot(pool, 32, seed=3)["text"]
    assert rows["text"] != few_shot(pool, 32, seed=4)["text"]
    assert len(set(rows["text"])) == 32


@pytest.mark.parametrize("n, message", [(1, "at least 2"), (10_000, "5000 rows of label")])
def test_few_shot_refuses_impossible_numbers(n: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        few_shot(load_task("sentiment")["pool"], n)


def test_examples_in_context_come_with_their_answers() -> None:
    splits = load_task("who_liked")
    shots = few_shot(splits["pool"], 2)
    row = splits["test"][0]
    prompt = in_context_prompt(shots, row)
    names = shots.features["label"].names
    assert prompt.endswith(row["prompt"])
    for shot in shots:
        assert f"{shot['prompt']} {names[shot['label']]}\n" in prompt
    assert with_examples(splits["test"].select([0]), shots)[0]["prompt"] == prompt


def test_an_unknown_task_lists_the_known_ones() -> None:
    with pytest.raises(ValueError, match="there are .*sentiment"):
        load_task("irony")


def test_a_directory_is_a_task_too(tmp_path) -> None:
    facts = {"labels": ["no", "yes"], "question": "Is it dry?"}
    (tmp_path / "task.json").write_text(json.dumps(facts))
    for split in ("pool", "validation", "test"):
        (tmp_path / f"{split}.jsonl").write_text('{"text": "It rained.", "label": 0}\n')
    rows = load_task(str(tmp_path))["pool"]
    assert rows["kind"] == [""], "no kind is known of rows of one's own"
    assert rows[0]["prompt"] == "It rained.\nQuestion: Is it dry?\nAnswer:"
    assert rows.features["label"].names == ["no", "yes"]
