"""The page to print: nothing of somebody's is written over, it is whole, it prints on two sheets at most."""

import datetime
import re
from pathlib import Path

import pytest
from accessibility import barriers

from ia3_teach.course.progress.exercises import all_lessons
from ia3_teach.course.progress.printed import page, write_page
from ia3_teach.course.progress.record import Passed
from ia3_teach.course.progress.standing import Standing

NOTEBOOKS = Path(__file__).parents[3] / "notebooks"


@pytest.fixture(scope="module")
def whole() -> Standing:
    """The real course, every second exercise passed."""
    lessons = all_lessons(NOTEBOOKS)
    names = [one.check for lesson in lessons for one in lesson.exercises][::2]
    return Standing(lessons, {name: Passed(name, datetime.date(2026, 3, 1)) for name in names})


@pytest.mark.parametrize("content", [b"mine", b"", b"\xff\xfe\x00"])
def test_what_is_no_page_of_ours_is_never_written_over(content, lessons, tmp_path) -> None:
    path = tmp_path / "x.html"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="is there already .*name another file"):
        write_page(Standing(lessons, {}), path)
    assert path.read_bytes() == content


def test_a_place_that_cannot_be_written_is_named(lessons, tmp_path) -> None:
    with pytest.raises(ValueError, match="is there already"):
        write_page(Standing(lessons, {}), tmp_path)
    with pytest.raises(ValueError, match="cannot write .*name another file"):
        write_page(Standing(lessons, {}), tmp_path / "nowhere" / "x.html")


def test_an_earlier_page_is_replaced(lessons, tmp_path) -> None:
    for name in ("Ada", "Grace"):
        write_page(Standing(lessons, {}), tmp_path / "x.html", name)
    assert "Grace" in (tmp_path / "x.html").read_text(encoding="utf-8")


def test_names_and_titles_are_text_and_not_tags(lessons) -> None:
    text = page(Standing(lessons, {}), "<script>alert(1)</script>")
    assert "<script" not in text and "02 · One &amp; all" in text and "<talk>" not in text


def test_it_names_every_exercise_and_when_it_was_passed(whole) -> None:
    text = page(whole)
    done, of = whole.counts()
    assert f"{done} of {of} exercises passed" in text
    assert len(re.findall("<td>2026-03-01</td>", text)) == done
    assert len(re.findall("<td>open</td>", text)) == of - done


def test_it_asks_for_nothing_from_elsewhere(whole) -> None:
    assert not re.search(r"https?:|src=|href=|url\(", page(whole))


@pytest.mark.browser
@pytest.mark.slow
def test_it_prints_on_two_sheets_and_everyone_can_read_it(whole, chromium, tmp_path) -> None:
    from playwright.sync_api import sync_playwright

    write_page(whole, tmp_path / "record.html", "Ada Lovelace")
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=chromium)
        for scheme in ("light", "dark"):
            tab = browser.new_page(color_scheme=scheme, viewport={"width": 390, "height": 800})
            tab.goto((tmp_path / "record.html").as_uri())
            assert barriers(tab) == []
            assert tab.evaluate("document.documentElement.scrollWidth") <= 390
            tab.screenshot(path=tmp_path / f"record-{scheme}.png", full_page=True)
        tab.pdf(path=tmp_path / "record.pdf", prefer_css_page_size=True)
        browser.close()
    sheets = len(re.findall(rb"/Type\s*/Page\b", (tmp_path / "record.pdf").read_bytes()))
    assert 1 <= sheets <= 2
