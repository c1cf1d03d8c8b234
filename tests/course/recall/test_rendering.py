"""The questions as a page shows them: plain text stays text, keys are enough, both themes, no script."""

from pathlib import Path

import nbformat
import pytest
from accessibility import barriers

from ia3_teach.course.builds import BuildError, build_class, build_learner
from ia3_teach.course.recall.questions import Choice, Question, questions_to
from ia3_teach.course.recall.rendering import HEADING, as_html, as_markdown, inline

NOTEBOOKS = Path(__file__).parents[3] / "notebooks"
LESSON = "02_one_vector_by_hand"
ODD = Question("Is <b> & `x_1 * 2`?", (Choice("$1$", True, "a*b*c"), Choice("<i>", False, "\\alpha")))
PAGE = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Questions</title>
<style>:root {{ color-scheme: light dark }}</style></head>
<body><main><h1>Questions</h1>{}</main></body></html>"""


def test_nothing_in_a_question_is_read_as_a_tag_markdown_or_a_formula() -> None:
    text = as_html([ODD])
    assert "<b>" not in text and "<i>" not in text and "&lt;b&gt; &amp;" in text
    assert "<code>x&#95;1 &#42; 2</code>" in text
    assert not set("*_$\\") & set(text)


def test_a_lone_backtick_stays_one() -> None:
    assert inline("a ` b") == "a ` b"


def test_no_questions_leave_nothing_behind() -> None:
    assert as_html([]) == as_markdown([]) == ""


def test_markdown_takes_it_as_one_piece() -> None:
    assert "\n\n" not in as_html(questions_to(LESSON, NOTEBOOKS))


def test_every_choice_is_closed_and_says_inside_whether_and_why() -> None:
    text = as_html(questions_to(LESSON, NOTEBOOKS))
    assert text.count("Right.") == 5 and "open" not in text
    assert text.count("<details>") == text.count("Right.") + text.count("Not so.")
    assert "<script" not in text and "style=" not in text


def test_the_learners_lesson_ends_on_its_questions_and_the_class_has_none(source, target) -> None:
    pytest.importorskip("nbgrader", reason="class builds need nbgrader (the extra `teach`)")
    (source / "questions").mkdir()
    (source / "questions" / "02.json").write_bytes((NOTEBOOKS / "questions" / "02.json").read_bytes())
    build_learner(source, target)
    last = nbformat.read(target / "02_a.ipynb", as_version=4).cells[-1]
    assert last.cell_type == "markdown" and last.source.startswith(HEADING)
    assert last.source.endswith(as_html(questions_to(LESSON, NOTEBOOKS)))
    build_class(source, target.with_name("class"))
    assert HEADING not in (target.with_name("class") / "02_a.ipynb").read_text(encoding="utf-8")


def test_questions_that_cannot_be_shown_stop_the_build_before_anything_is_written(source, target) -> None:
    (source / "questions").mkdir()
    (source / "questions" / "02.json").write_text("{")
    with pytest.raises(BuildError, match="02.json holds no questions"):
        build_learner(source, target)
    assert not target.exists()


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_they_can_be_answered_by_keyboard_and_read_by_everyone(scheme, chromium, tmp_path) -> None:
    from playwright.sync_api import sync_playwright

    path = tmp_path / "questions.html"
    path.write_text(PAGE.format(as_html(questions_to(LESSON, NOTEBOOKS))), encoding="utf-8")
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=chromium)
        tab = browser.new_page(color_scheme=scheme, viewport={"width": 390, "height": 800})
        tab.goto(path.as_uri())
        tab.keyboard.press("Tab")
        tab.keyboard.press("Enter")
        assert tab.evaluate("document.querySelectorAll('details[open]').length") == 1
        assert tab.evaluate("document.activeElement.parentElement.open")
        tab.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        assert barriers(tab) == []
        assert tab.evaluate("document.documentElement.scrollWidth") <= 390
        tab.screenshot(path=tmp_path / f"questions-{scheme}.png", full_page=True)
        browser.close()
