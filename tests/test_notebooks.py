"""The audit of the lessons, and a bad notebook for every rule of it."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import notebook_audit as audit
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from notebook_audit.look import Rule
from notebook_audit.reader import explained

from ia3_teach.check import EXERCISES

LESSONS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
SETS = sorted((Path(__file__).parents[1] / "notebooks" / "assignments").glob("*.ipynb"))
ALT = "One row of two squares, orange and blue."
IMAGE = f'<img alt="{ALT}" src="data:image/png;base64,iVBOR/home/x">'
HEAD = """# 02 · One vector by hand

**Objectives.** After this lesson you can
- double a number (exercise 2.1).

**Prerequisites.** Lesson 00.
**Time.** 30 minutes to read, 20 seconds to run on 2 cores."""
CARD = """### Exercise 2.1 · Double
**Difficulty** 1 of 5 · **Minutes** 5

Double it.

<details><summary>Hint 1: the symptom</summary>

Too small?

</details>

<details><summary>Hint 2: the formula</summary>

2x

</details>"""
SOLVED = "def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION"


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_lesson_keeps_the_rules(path: Path) -> None:
    assert audit.problems(nbformat.read(path, as_version=4)) == []


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_shows_as_many_properties_as_its_checks_have(path: Path) -> None:
    code = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    called = [(re.search(r"^check\.(\w+)\(\w+\)$", cell.source, re.MULTILINE), cell) for cell in code]
    for name, cell in ((found[1], cell) for found, cell in called if found):
        number = len(EXERCISES[f"lesson_{path.name[:2]}.{name}"].properties)
        said = [out.text for out in cell.outputs if out.output_type == "stream"]
        assert f"check passed: {number} of {number} properties\n" in said, name


@pytest.mark.parametrize("path", SETS, ids=lambda path: path.stem)
def test_the_sentences_of_a_problem_set_are_short_too(path: Path) -> None:
    assert list(audit.short_sentences(nbformat.read(path, as_version=4))) == []


def test_an_item_a_formula_and_a_table_make_no_sentence_longer() -> None:
    text = "Take $a + b$ words" + " word" * 26 + ":\n- " + "word " * 30 + "\n\n| " + "cell " * 40 + "|"
    assert list(audit.short_sentences(new_notebook(cells=[new_markdown_cell(text)]))) == []


def grader(grade_id: str, grade: bool) -> dict[str, Any]:
    return {"nbgrader": {"grade_id": grade_id, "grade": grade, "solution": not grade, "points": 2}}


def good() -> Any:
    """The smallest lesson that breaks no rule."""
    said = new_output("stream", text="3\n")
    figure = new_output("display_data", data={"text/html": IMAGE, "text/plain": ALT})
    cells = [
        new_markdown_cell(HEAD),
        new_code_cell("import torch\nprint(3)", outputs=[said], execution_count=1),
        new_markdown_cell("## An idea\n**Predict.** What comes out?"),
        new_code_cell("show(figure)", outputs=[figure], execution_count=2),
        new_markdown_cell(CARD),
        new_code_cell(SOLVED, execution_count=3, metadata=grader("double", False)),
        new_code_cell("check.double(double)", execution_count=4, metadata=grader("c", True)),
        new_markdown_cell("**Why it matters.** So."),
        new_markdown_cell("## Summary\n\n## Caveats\n\n## References"),
    ]
    return new_notebook(cells=cells)


def test_good_lesson_passes() -> None:
    assert audit.problems(good()) == []


def cell(number: int, **values: Any) -> Callable[[Any], None]:
    """A change that gives one cell other values."""
    return lambda notebook: notebook.cells[number].update(values)


def add(new: Any, count: int = 1) -> Callable[[Any], None]:
    return lambda notebook: notebook.cells.extend([new] * count)


def replace(number: int, old: str, new: str) -> Callable[[Any], None]:
    """A change of a cell's text; `old` must be there, or the test would test nothing."""

    def change(notebook: Any) -> None:
        assert old in notebook.cells[number].source
        notebook.cells[number].source = notebook.cells[number].source.replace(old, new)

    return change


def shows(**data: str) -> dict[str, Any]:
    kinds = {"html": "text/html", "png": "image/png", "plain": "text/plain"}
    return {"outputs": [new_output("display_data", data={kinds[k]: v for k, v in data.items()})]}


BAD = [
    (audit.executed_top_to_bottom, cell(3, execution_count=7)),
    (audit.executed_top_to_bottom, cell(3, execution_count=None)),
    (audit.executed_top_to_bottom, cell(3, outputs=[new_output("error", ename="E")])),
    (audit.short_cells, cell(1, source="x = 1\n" * 26)),
    (audit.short_cells, add(new_code_cell("x = 1\n" * 9), 9)),
    (audit.no_trailing_semicolon, cell(1, source="plot(x);")),
    (audit.no_absolute_path, cell(1, source="open('/home/someone/x')")),
    (audit.no_absolute_path, cell(1, outputs=[new_output("stream", text="in /tmp/x y")])),
    (audit.no_absolute_path, cell(1, source=r"open('C:\\Users\\someone')")),
    (audit.no_absolute_path, replace(2, "idea", "idea in ~/models")),
    (audit.no_remote_image, replace(2, "idea", "![a picture](https://example.org/a.png)")),
    (audit.no_remote_image, cell(3, **shows(html=f'<img alt="{ALT}" src="//example.org/a">'))),
    (audit.alt_text, cell(3, **shows(png="iVBOR", plain="<Figure size 640x480 with 1 Axes>"))),
    (audit.alt_text, cell(3, **shows(html='<img src="data:image/png;base64,x">'))),
    (audit.alt_text, replace(2, "idea", "![](sites.svg)")),
    (audit.fits_the_page, cell(3, **shows(html=IMAGE.replace("<img", '<img width="912"')))),
    (audit.allowed_imports, cell(1, source="import numpy as np")),
    (audit.allowed_imports, cell(1, source="from os import path")),
    (audit.allowed_imports, cell(1, source="!pip install x")),
    (audit.readable_unsolved, add(new_code_cell("print(double(3))"))),
    (audit.compared_share, cell(1, metadata={"tags": ["nbval-ignore-output"]})),
    (audit.compared_share, cell(1, outputs=[new_output("stream", name="stderr", text="x")])),
    (audit.compared_share, cell(3, **shows(html=IMAGE))),
    (audit.under_one_megabyte, cell(3, **shows(html="x" * 1_000_001))),
    (audit.words_and_code, add(new_code_cell("x = 1"), 3)),
    (audit.words_and_code, add(new_markdown_cell("words"), 9)),
    *((audit.anchors, replace(0, word, "")) for word in
      ("# 02 · ", "**Objectives.**", "**Prerequisites.**", "**Time.**", "20 seconds")),
    (audit.anchors, replace(0, "30 minutes", "50 minutes")),
    (audit.anchors, replace(0, "20 seconds", "95 seconds")),
    (audit.anchors, replace(2, "**Predict.**", "")),
    *((audit.anchors, replace(8, word, "")) for word in
      ("## Summary", "## Caveats", "## References")),
    (audit.objectives_name_exercises, replace(0, "(exercise 2.1)", "")),
    (audit.objectives_name_exercises, replace(0, "exercise 2.1", "exercise 2.7")),
    (audit.whole_exercises, replace(4, "Hint 1", "Help")),
    (audit.whole_exercises, replace(4, "Hint 2", "Help")),
    (audit.whole_exercises, replace(4, "1 of 5", "easy")),
    (audit.whole_exercises, replace(4, "Exercise 2.1", "Exercise")),
    (audit.whole_exercises, replace(5, "### BEGIN SOLUTION", "")),
    (audit.whole_exercises, replace(5, "    ### BEGIN SOLUTION", "### BEGIN SOLUTION")),
    (audit.whole_exercises, cell(5, metadata={})),
    (audit.whole_exercises, cell(6, metadata={})),
    (audit.whole_exercises, cell(6, metadata=grader("double", True))),
    (audit.whole_exercises, replace(7, "**Why it matters.**", "")),
    (audit.five_places, cell(1, source="from ia3_teach.views.style import show")),
    (audit.five_places, cell(1, source="import ia3_teach.ia3")),
    (audit.numbers_not_verdicts, cell(1, outputs=[new_output("stream", text="more than 55 %: True\n")])),
    (audit.numbers_not_verdicts, cell(1, outputs=[new_output("stream", text="all: [True, False]\n")])),
    (audit.numbers_not_verdicts, cell(3, **shows(plain="True"))),
    (audit.short_lines, cell(1, source="x = " + "1" * 107)),
    (audit.no_description_in_a_cell, cell(3, source="show(figure, alt='One row of squares.')")),
    (audit.assertions_have_texts, cell(1, source="assert 1 == 1")),
    (audit.short_sentences, replace(2, "What comes out?", "Is it so; " + "or `so`, " * 16)),
    (audit.short_sentences, replace(8, "## Caveats", "- one\n- " + "word " * 31)),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "spoil"), BAD)
def test_each_rule_rejects_a_bad_lesson(rule: Rule, spoil: Callable[[Any], None]) -> None:
    lesson = nbformat.from_dict(good())
    assert not list(rule(lesson))
    spoil(lesson)
    assert list(rule(lesson))


def read_lessons() -> dict[str, Any]:
    return {path.stem: nbformat.read(path, as_version=4) for path in LESSONS}


def test_every_term_is_explained_where_it_is_first_used() -> None:
    assert list(explained(read_lessons())) == []


@pytest.mark.parametrize("text", ["The recipe is", "A `recipe` and the recipe is **one**", "**recipes** and"])
def test_a_term_that_is_used_before_it_is_set_in_bold_is_found(text: str) -> None:
    found = list(explained({"00": new_notebook(cells=[new_markdown_cell(text)])}))
    assert len(found) == (0 if text.startswith("**") else 1)


def test_every_rule_has_a_bad_lesson() -> None:
    assert {rule for rule, _ in BAD} == set(audit.RULES)
