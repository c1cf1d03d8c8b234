"""A learner's Markdown on the teacher's page: whatever it says, nothing in it acts."""

from html import unescape
from html.parser import HTMLParser

import pytest
from nbconvert import HTMLExporter
from nbformat.v4 import new_markdown_cell, new_notebook
from traitlets.config import Config

from ia3_teach.course.classroom.clean import as_it_is, cleaned

pytest.importorskip("nbgrader", reason="nbgrader, the extra `teach`")
from ia3_teach.course.classroom.escaped import markdown  # noqa: E402

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "in a line <img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "<details open ontoggle=alert(1)>",
    "<svg/onload=alert(1)>",
    "<javascript:alert(1)>",
    "[x](javascript:alert(1))",
    "[x](<\x01javascript:alert(1)>)",
    "[x](<java\tscript:alert(1)>)",
    "[x](javascript&colon;alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x]: javascript:alert(1)\n[x]",
    "![x](/hub/logout)",
    "![x](https://elsewhere.example/seen.png)",
    "![x](attachment:missing.png)",
    "```mermaid\n</pre><img src=x onerror=alert(1)>\n```",
    "```<img\n<img src=x onerror=alert(1)>\n```",
    "$a<img src=x onerror=alert(1)>b$",
    "$$<img src=x onerror=alert(1)>$$",
    "\\begin{x<img src=x>}<img src=x onerror=alert(1)>\\end{x<img src=x>}",
    "# <img src=x onerror=alert(1)>",
    "|a|\n|-|\n|<img src=x onerror=alert(1)>|",
    '[a](https://a.example/ "x\\" onmouseover=\\"alert(1)")',
    "[my figure](https://hub.example/user/bob/)",
    "https://hub.example/user/bob/",
    "<https://hub.example/user/bob/>",
]


class Acting(HTMLParser):
    """Notes the tags and addresses that a browser would act upon."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "svg", "iframe", "object", "embed", "style", "form", "base", "link"}:
            self.found.append(tag)
        for name, value in attributes:
            if name.startswith("on") or name in {"src", "href", "style", "open"}:
                self.found.append(f"{tag} {name} {value}")


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_a_learner_writes_acts(text) -> None:
    page = Acting()
    page.feed(markdown(text))
    page.close()
    assert page.found == []


def test_hints_and_formulas_stay_what_they_are_and_addresses_are_read() -> None:
    hint = "<details>\n<summary>Hint</summary>\n\n$a<b$ and *x*, [here](https://a.example/?b&c)\n\n</details>"
    shown = markdown(hint)
    assert shown.startswith("<details>\n<summary>Hint</summary>") and shown.rstrip().endswith("</details>")
    assert "$a&lt;b$ and <em>x</em>" in shown and "here (https://a.example/?b&amp;c)" in shown
    assert markdown("https://a.example/x") == "<p>https://a.example/x</p>\n"


PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def test_a_pasted_picture_is_seen_and_what_grading_has_cleaned_stays_as_it_is() -> None:
    pasted = {"image.png": {"image/png": PIXEL}}
    assert f'src="data:image/png;base64,{PIXEL}"' in markdown("![x](attachment:image.png)", pasted)
    assert "<img" not in markdown("![x](attachment:other.png)", pasted)
    graded = as_it_is(cleaned(f'<p><b>a</b> [b](c) <img src="data:image/png;base64,{PIXEL}"></p>'))
    assert f'<b>a</b> [b](c) <img src="data:image/png;base64,{PIXEL}">' in unescape(markdown(graded))


def test_a_page_is_made_with_the_pictures_of_each_cell() -> None:
    cell = new_markdown_cell("![x](attachment:image.png)", attachments={"image.png": {"image/png": PIXEL}})
    settings = Config()
    settings.HTMLExporter.filters = {"markdown2html": f"{markdown.__module__}.markdown_of_cell"}
    page, _ = HTMLExporter(config=settings).from_notebook_node(new_notebook(cells=[cell]))
    assert f"data:image/png;base64,{PIXEL}" in page
