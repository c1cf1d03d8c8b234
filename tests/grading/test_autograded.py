"""The marked notebook, and the pages that nbgrader makes of it: what a student wrote is shown, no more."""

import base64
import io
import time
from typing import Any

import pytest
from bs4 import BeautifulSoup
from hostile_markdown import PAYLOADS, SLOW_CODE
from nbformat.v4 import new_markdown_cell, new_notebook
from PIL import Image
from small_exercises import EXERCISES

from ia3_teach.grading.autograded import marked_notebook
from ia3_teach.grading.source import Sheet, read_set

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
TEMPLATES = ("feedback", "formgrade")


def drawn(form: str, size: tuple[int, int] = (3, 2)) -> str:
    """A picture of one colour in base64."""
    content = io.BytesIO()
    Image.new("1", size).save(content, form)
    return base64.b64encode(content.getvalue()).decode()


PHOTO = drawn("JPEG")


@pytest.fixture
def sheet(course) -> Sheet:
    (found,) = read_set(course / "source" / "ps1", EXERCISES)
    return found


def cell(source: str, kind: str = "markdown", grade_id: str | None = None, **more: Any) -> dict[str, Any]:
    return {"type": kind, "source": source, "grade_id": grade_id, "outputs": [], "pictures": {}} | more


def page(notebook: Any, template: str) -> str:
    from marked_pages import page

    return page(notebook, template)


def marked(sheet: Sheet, *cells: dict[str, Any]) -> Any:
    return marked_notebook(sheet, list(cells), {}, [])


@pytest.mark.parametrize("grade_id", [None, "why"], ids=["a cell more", "a cell of the set"])
@pytest.mark.parametrize("kind", ["markdown", "raw"])
@pytest.mark.parametrize("template", TEMPLATES)
def test_no_page_has_more_scripts_or_forms_than_an_empty_notebook_gives_it(
    sheet, kind, grade_id, template
) -> None:
    wrote = "\n\n".join(PAYLOADS.values())
    pages = [page(marked(sheet, cell(text, kind, grade_id)), template) for text in ("", wrote)]
    for tags in (
        "script",
        "[onerror],[onload],[onfocus]",
        "form",
        "iframe",
        "meta",
        "style",
        "svg",
        "[srcdoc]",
    ):
        empty, full = (len(BeautifulSoup(text, "html.parser").select(tags)) for text in pages)
        assert empty == full, tags
    assert len(pages[1]) > len(pages[0])


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_pasted_picture_is_in_the_page_and_one_that_is_none_is_named(sheet, template) -> None:
    found = {"a.png": {"image/png": PIXEL[:40] + "\n" + PIXEL[40:]}, "b.jpg": {"image/jpeg": PHOTO}}
    found["c.png"] = {"image/png": base64.b64encode(b"<script>").decode()}
    found["d.png"] = {"image/png": f'{PIXEL}" onerror="x'}
    found["huge.png"] = {"image/png": drawn("PNG", (9_000, 9_000))}
    found["photo.png"] = {"image/png": PHOTO}
    found["cut.jpg"] = {"image/jpeg": PHOTO[:8]}
    found["e.svg"] = {"image/svg+xml": base64.b64encode(b"<svg/>").decode()}
    source = " ".join(f"![{name}](attachment:{name})" for name in [*found, "gone.png"])
    for text in (" ".join(source.split(" ")[:2]), source):
        made = page(marked(sheet, cell(text, pictures=found)), template)
        assert f"data:image/png;base64,{PIXEL}" in made and f"data:image/jpeg;base64,{PHOTO}" in made
    for name in ("c.png", "d.png", "huge.png", "photo.png", "cut.jpg", "e.svg", "gone.png"):
        assert f"cannot be shown: <code>attachment:{name}</code>" in made


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_picture_of_the_set_itself_stays(sheet, template) -> None:
    given = new_markdown_cell("![x](attachment:x.png)", attachments={"x.png": {"image/png": PIXEL}})
    given.metadata["nbgrader"] = {"grade_id": "given", "locked": True, "solution": False, "grade": False}
    sheet.handed_out.cells.append(given)
    for cells in ([], [cell("changed", grade_id="given")]):
        assert PIXEL in page(marked(sheet, *cells), template)


def test_of_outputs_those_are_kept_that_are_what_they_say(sheet) -> None:
    data = {"text/plain": "text", "image/png": PIXEL, "image/jpeg": PIXEL, "text/html": "<b>"}
    made = marked(sheet, cell("x", "code", outputs=[data, {"text/plain": ""}, {"image/png": "none"}]))
    (output,) = made.cells[0].outputs
    assert output.data == {"text/plain": "text", "image/png": PIXEL}


def test_a_raw_cell_is_shown_as_text(sheet) -> None:
    made = page(marked(sheet, cell("a *b* <i>c</i>\n\n# d", "raw")), "feedback")
    assert "a *b* &lt;i&gt;c&lt;/i&gt;\n\n# d" in made


@pytest.mark.parametrize("kind", ["markdown", "code", "raw"])
@pytest.mark.parametrize("grade_id", [None, "scale", "why"])
def test_a_long_cell_is_cut_with_a_line_that_says_so(sheet, kind, grade_id) -> None:
    shown = marked(sheet, cell("`" + "x" * 29_999, kind, grade_id)).cells[0]
    assert "of 30,000 characters the first 20,000 are shown" in shown.source and len(shown.source) < 20_200


def test_all_cells_together_are_bounded_and_what_is_not_shown_is_counted(sheet) -> None:
    outputs = [{"text/plain": "y" * 10_000}] * 9
    cells = [cell("#" + "x" * 60_000, "code", outputs=outputs) for _ in range(1_000)]
    made = marked(sheet, *cells, cell("why", grade_id="why"))
    texts = [each.source for each in made.cells] + [str(each.get("outputs")) for each in made.cells]
    assert sum(map(len, texts)) < 500_000
    assert made.cells[-1].source.endswith("cells more: too much to show in a page.**")
    assert len(marked(sheet, *[cell("", outputs=[{"text/plain": "y"}] * 9)] * 9_999).cells) < 5_000


def test_cells_of_the_set_are_there_whatever_is_written_around_them(sheet) -> None:
    made = marked(sheet, *[cell("x" * 20_000)] * 99, cell("def scale(): pass", "code", "scale"))
    ids = [each.metadata.get("nbgrader", {}).get("grade_id") for each in made.cells]
    assert {"scale", "scale_check", "total", "total_check", "why"} <= set(ids)


@pytest.mark.parametrize("piece", SLOW_CODE)
def test_no_code_takes_long(sheet, piece) -> None:
    """A tenth of a second is usual."""
    made = marked(sheet, cell((piece * 20_000)[:200_000], "code"))
    begin = time.thread_time()
    page(new_notebook(cells=made.cells[:1], metadata=made.metadata), "feedback")
    assert time.thread_time() - begin < 15
