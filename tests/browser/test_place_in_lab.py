"""Keeping one's place in JupyterLab: what passes is kept, and the questions open by keyboard."""

import datetime
import re
from pathlib import Path

import nbformat
import pytest
from browser.served import lab_page
from nbformat.v4 import new_markdown_cell
from notebook_files import lesson

from ia3_teach.course.builds.learner import PROGRESS, progress_notebook
from ia3_teach.course.progress.keeping import SWITCH
from ia3_teach.course.recall.questions import questions_to
from ia3_teach.course.recall.rendering import as_markdown

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
CHECK = """\
from ia3_teach.check import lesson_00
lesson_00.turned(lambda l, strength: 1 + strength * (l - 1))"""


def look_up(lab) -> None:
    """Run the notebook that shows the record, and find there what was passed."""
    from playwright.sync_api import expect

    lab.open(PROGRESS)
    lab.run_all()
    record = lab.page.locator(".ia3-progress")
    expect(record).to_contain_text(re.compile(r"1 of \d+ exercises passed"), timeout=120_000)
    today = datetime.date.today().isoformat()
    expect(record.get_by_role("row", name=re.compile(r"^0\.1 "))).to_contain_text(today)
    expect(record.get_by_role("link")).to_have_count(1)


def test_a_passed_check_is_kept_and_questions_open_by_keyboard(chromium, tmp_path, monkeypatch) -> None:
    from playwright.sync_api import expect

    monkeypatch.delenv(SWITCH)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    (tmp_path / "course").mkdir()
    path = lesson(tmp_path / "course", "00_dial", CHECK)
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(new_markdown_cell(as_markdown(questions_to("02_one", NOTEBOOKS))))
    nbformat.write(notebook, path)
    nbformat.write(progress_notebook(), tmp_path / "course" / PROGRESS)
    with lab_page(tmp_path / "course", chromium, tmp_path / "scratch") as lab:
        lab.open("00_dial.ipynb")
        lab.run_all()
        expect(lab.page.get_by_text("check passed: 4 of 4 properties")).to_be_visible(timeout=60_000)
        assert lab.page.get_by_text("not kept").count() == 0
        choices = lab.page.locator(".jp-MarkdownCell details")
        assert choices.count() >= 15 and lab.page.locator(".jp-MarkdownCell details[open]").count() == 0
        assert lab.page.locator(".jp-MarkdownCell summary code").first.inner_text() == "(l ⊙ W) x + b"
        lab.page.locator(".jp-MarkdownCell summary").first.focus()
        lab.page.keyboard.press("Enter")
        expect(lab.page.locator(".jp-MarkdownCell details[open]")).to_have_count(1)
        expect(lab.page.locator(".jp-MarkdownCell p", has_text="Tokens would need")).to_be_visible()
        lab.page.screenshot(path=tmp_path / "lab.png")
        look_up(lab)
        lab.page.screenshot(path=tmp_path / "progress.png")
        assert lab.outside == [] and lab.errors == []
    kept = [path.name for path in (tmp_path / "home").rglob("*.json")]
    assert kept == ["lesson_00.turned.json"]
