"""A stranger's text in Markdown or in a spreadsheet is shown as it is, and does nothing."""

import html

import pytest

from ia3_teach.markup import in_markdown, in_spreadsheet

HOSTILE = [
    *(
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[a](javascript:alert(1))",
        "![a](http://a)",
    ),
    *(
        "**bold** _it_ `code`",
        "a | b",
        "$x$ $$y$$",
        "# heading",
        "1. one",
        "2) two",
        "- item",
        "+ item",
        "> quote",
    ),
    *(
        "a\n\n# b",
        "a\r\n---\r\nb",
        "&lt;b&gt; &amp; &#60;",
        "===",
        "~~gone~~",
        "\\",
        "\\*",
        "<!-- -->",
        "```\na\n```",
    ),
    *("\x1b[31m", "\u202eabc", "half \ud83d", "a\x00b", "  spaces  ", "{x} %s", "http://a_b_c"),
]


@pytest.mark.parametrize("text", HOSTILE, ids=repr)
def test_a_renderer_shows_the_text_and_makes_nothing_of_it(text: str) -> None:
    mistune = pytest.importorskip("mistune", reason="needs the renderer that nbconvert brings")
    render = mistune.create_markdown(escape=False, plugins=["table", "strikethrough", "math"])
    made = render(f"- {in_markdown(text)}\n").strip()
    assert made.startswith("<ul>\n<li>") and made.endswith("</li>\n</ul>")
    inside = made.removeprefix("<ul>\n<li>").removesuffix("</li>\n</ul>")
    assert "<" not in inside, inside
    if text.replace("\n", "").replace("\r", "").isprintable():  # of others numbers stand there
        assert html.unescape(inside).strip() == " ".join(text.split())


@pytest.mark.parametrize("text", HOSTILE, ids=repr)
def test_it_is_one_line_that_can_be_saved(text: str) -> None:
    assert len(in_markdown(text).splitlines()) <= 1 and in_markdown(text).encode() is not None


@pytest.mark.parametrize("text", ["=1+1", "+1", "-2", "@SUM(A1)", "\t=1", "\r=1", "  =cmd|' /C calc'!A0"])
def test_a_spreadsheet_computes_nothing_that_a_name_says(text: str) -> None:
    assert in_spreadsheet(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Ada", "O'Hara", "a=b", "ada@example.invalid", "日本 -"])
def test_a_name_that_is_no_formula_stays(text: str) -> None:
    assert in_spreadsheet(text) == text
