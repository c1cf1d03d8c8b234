"""A marked notebook in a browser: nothing that a student wrote runs, in no page that nbgrader makes of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hostile_markdown import HTML, PAYLOADS
from nbformat.v4 import new_markdown_cell, new_notebook

from ia3_teach.grading.harmless import made_harmless

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LINKS = "links => links.map(link => [link.protocol, link.hash, link.getAttribute('href')])"


@pytest.fixture(scope="module")
def browser(chromium) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


def opened(browser: Any, folder: Path, template: str, *sources: str) -> Any:
    """The page of these cells after all that begins by itself has begun, and every fold has been opened."""
    pytest.importorskip("nbgrader", reason="grading needs nbgrader (the extra `teach`)")
    from marked_pages import page

    file = folder / "marked.html"
    notebook = new_notebook(cells=[new_markdown_cell(source) for source in sources])
    file.write_text(page(notebook, template), encoding="utf-8")
    tab = browser.new_page()
    tab.route("http*://**", lambda route: route.abort())
    tab.goto(file.as_uri(), wait_until="load")
    tab.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
    tab.wait_for_timeout(700)
    return tab


@pytest.mark.parametrize("template", ["feedback", "formgrade"])
def test_nothing_of_a_student_runs(browser, tmp_path, template) -> None:
    written = [made_harmless(source, {}, 0)[0] for source in PAYLOADS.values()]
    tab = opened(browser, tmp_path, template, *written, "[the end](https://a.b)")
    assert tab.title() == "first" and tab.url == (tmp_path / "marked.html").as_uri()
    assert len(tab.frames) == 1
    links = tab.locator(".text_cell_render a[href]").evaluate_all(LINKS)
    assert links and all(kind in ("http:", "https:", "mailto:") or hash for kind, hash, _ in links), links
    for link in tab.locator(".text_cell_render a:not([href^=http])").all():
        link.evaluate("link => link.click()")
    assert tab.title() == "first"


@pytest.mark.parametrize("kind", ["a script", "onerror", "srcdoc", "in a diagram"])
def test_as_it_was_written_it_would_run(browser, tmp_path, kind) -> None:
    """So that the test above does not pass because nothing runs at all."""
    assert opened(browser, tmp_path, "feedback", HTML[kind]).title() == "ran"
