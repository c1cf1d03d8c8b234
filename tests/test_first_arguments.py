"""What is given in the wrong place is named in words, whichever verb it is given to."""

from pathlib import Path

import pytest
from small_models import bert
from torch import nn

from ia3_teach import (
    IA3,
    LoRA,
    accuracy,
    attach,
    count,
    detach,
    encode,
    fit,
    load_adapter,
    load_model,
    load_task,
    merge,
    save_adapter,
    vectors,
)
from ia3_teach.course.shipped.adapters import vectors_directory
from ia3_teach.course.shipped.instructions import load_instructions
from ia3_teach.course.shipped.tasks import few_shot

NO_MODELS = [None, "tiny-bloom", (bert(), "tokenizer"), IA3(), 3, {}]
VERBS = {
    "attach": lambda it: attach(it, IA3()),
    "detach": detach,
    "count": count,
    "vectors": vectors,
    "merge": merge,
    "save": lambda it: save_adapter(it, "x"),
    "load": lambda it: load_adapter(it, "x"),
    "fit": lambda it: fit(it, [{"input_ids": [1], "labels": 1}], steps=1, learning_rate=1e-3),
}


@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)
@pytest.mark.parametrize("it", NO_MODELS, ids=lambda it: type(it).__name__)
def test_what_is_no_model(verb, it) -> None:
    with pytest.raises(ValueError, match="needed is a model .*model, tokenizer = load_model"):
        verb(it)


@pytest.mark.parametrize("recipe", [None, "IA3", IA3, nn.Linear(2, 2), {"r": 8}], ids=str)
def test_what_is_no_recipe(recipe) -> None:
    """Most often the brackets are missing: attach(model, IA3)."""
    model = bert()
    with pytest.raises(ValueError, match="the recipe is an object of a method, such as IA3()"):
        attach(model, recipe)
    assert not hasattr(model, "_ia3_teach")


def rows_that_are_none() -> list[object]:
    task = load_task("sentiment")
    return [None, task, task["pool"][:4], list(task["pool"].select(range(2))), "sentiment"]


def test_what_is_no_split_of_a_task() -> None:
    model, tokenizer = load_model("tiny-bloom")
    for rows in rows_that_are_none():
        for use in (encode, accuracy):
            with pytest.raises(ValueError, match=r"the rows are one split of a task.*rows.select"):
                use(model, tokenizer, rows)


@pytest.mark.parametrize(
    "data",
    [None, 3, "text", b"text", {}, {"input_ids": [[1]], "labels": [1]}, ["text"], [3], [[1, 2]]],
    ids=str,
)
def test_what_is_no_list_of_examples(data) -> None:
    model = bert()
    attach(model, IA3())
    with pytest.raises(ValueError, match="data is a list of examples|example 0 is .*each is a dict"):
        fit(model, data, steps=1, learning_rate=1e-3)


NUMBERS = [None, "1", [], {}, b"1", 10**400, float("nan"), float("inf")]


@pytest.mark.parametrize("number", NUMBERS, ids=lambda it: repr(it)[:9])
def test_what_is_no_number(number) -> None:
    model, data = bert(), [{"input_ids": [1, 2], "labels": 1}]
    attach(model, IA3())
    for settings in ({"learning_rate": number}, {"learning_rate": 1e-3, "weight_decay": number}):
        with pytest.raises(ValueError, match="is a finite number"):
            fit(model, data, steps=1, **settings)
    with pytest.raises(ValueError, match="dropout is a finite number"):
        LoRA(dropout=number)
    if not isinstance(number, int):
        with pytest.raises(ValueError, match="a whole number of at least 2"):
            few_shot(load_task("sentiment")["pool"], number)


@pytest.mark.parametrize("setting", ["exclude", "layers", "modules_to_save"])
@pytest.mark.parametrize("method", [IA3, LoRA])
def test_one_thing_where_a_list_belongs(method, setting: str) -> None:
    with pytest.raises(ValueError, match=rf"{setting} is a list; write \[3\]"):
        method(**{setting: 3})


LONG = "x" * 5000
READERS = {
    "model": load_model,
    "task": load_task,
    "instructions": load_instructions,
    "vectors": vectors_directory,
    "adapter": lambda name: load_adapter(bert(), name),
    "deeper": lambda name: load_adapter(bert(), Path("a") / name),
    "saved": lambda name: save_adapter(adapted(), name),
}


def adapted() -> nn.Module:
    model = bert()
    attach(model, IA3())
    return model


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
@pytest.mark.parametrize("name", [LONG, f"{LONG}/{LONG}", "x/" * 3000], ids=["name", "two", "path"])
def test_a_name_that_no_disk_takes_is_refused_in_few_words(read, name: str) -> None:
    with pytest.raises(ValueError) as caught:
        read(name)
    assert len(str(caught.value)) < 600
