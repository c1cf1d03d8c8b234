"""A stranger's Markdown: what only says something stays as it was written, what would act becomes text."""

import time

import pytest
from bs4 import BeautifulSoup
from hostile_markdown import HTML, PAYLOADS, RUN, SLOW
from nbconvert.filters import strip_files_prefix
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from ia3_teach.course.classroom.clean import LINK, PICTURE, TAGS
from ia3_teach.grading.harmless import made_harmless

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
PICTURES = {"image.png": {"image/png": PIXEL}, "my drawing.png": {"image/png": PIXEL}}
MARKDOWN = {
    "prose": "Rows & columns: a < b > c, *so* **it** ~~is~~ was.\n\n- [x] done\n- [ ] not\n\n1. a\n   - b",
    "a formula": "$x_1 < y$ and\n\n$$\\begin{pmatrix} a & b \\\\ c & d \\end{pmatrix}$$",
    "an environment": "\\begin{align}\na &< b \\\\\nc &= d\n\\end{align}",
    "tags in code": "`<script>alert(1)</script>` and ``<img onerror=\"`\">``",
    "tags in a block of code": "```\n<script>alert(1)</script>\n```\n\n    <b>\n",
    "a program": "```python\nx = [i for i in range(3) if i < 2]\n```",
    "a table": "| a | b |\n|:--|--:|\n| $x$ | `y` |",
    "links": "[a](https://a.b/c?d=e&f 'g') <http://a.b> <me@a.b> https://a.b [here](#there) [r][s]\n\n[s]: HTTP://a.b",
    "a heading": "# My answer\n\nText\n====",
    "a quote": "> a\n> > b\n\n---",
}  # fmt: skip
LOOKS = {  # what is HTML or has a link to nowhere: what of it must be in the page
    "a<br>b": ["a<br/>b"],
    "H<sub>2</sub>O, x<sup>2</sup>, <kbd>Ctrl</kbd>": ["H<sub>2</sub>O", "x<sup>2</sup>", "<kbd>Ctrl</kbd>"],
    "<b>my</b> `<b>code</b>`": ["<b>my</b> <code>&lt;b&gt;code&lt;/b&gt;</code>"],
    "<b>a</b> $x_1 < y_1$ *c*": ["<b>a</b> $x_1 &lt; y_1$ <em>c</em>"],
    "<blink>a</blink> **b**": ["&lt;blink&gt;a&lt;/blink&gt; <strong>b</strong>"],
    "<div>\n\n```python\nx = 1\n```\n</div>": ['<div class="highlight">', '<span class="n">x</span>'],
    "<p>a\n\nb [c](d) `[e](f)`</p>": ["<p>a", "b c (<code>d</code>) <code>[e](f)</code>"],
    "| a |\n|--:|\n| <i>b</i> |": ['<td style="text-align:right;"><i>b</i></td>'],
    "- [x] <i>done</i>\n- [ ] not": ["\u2611 <i>done</i>", "\u2610 not"],
    "[other](lesson.ipynb)": ["other (<code>lesson.ipynb</code>)"],
    "<a href='https://a.b'>a</a>": ['<a href="https://a.b">a</a>'],
    "![a](https://a.b/c.png) *b*": ["a picture that cannot be shown: <code>https://a.b/c.png</code>"],
    "![a](figure.png) *b*": ["a picture that cannot be shown: <code>figure.png</code>", "<em>b</em>"],
    "```r\nx <- '<b>'\n```": ["<pre><code>x &lt;- '&lt;b&gt;'"],
    "# total_check-comment": ["<h1>total_check-comment</h1>"],
    "# total **check**": ["<h1>total <strong>check</strong></h1>"],
}  # fmt: skip
NONE = "data:image/png;base64,AA"
NAMES = ("total_check", "total-check")


def shown(source: str, pictures=None, room: int = 10_000, names=NAMES, note: str = "") -> str:
    """What a page has of a cell, as the program writes it that makes the pages."""
    markdown, used, _ = made_harmless(source, pictures or {}, room, names, note)
    made = MarkdownWithMath(renderer=IPythonRenderer(escape=False, attachments=used)).render(markdown)
    return str(BeautifulSoup(strip_files_prefix(made), "html.parser"))


@pytest.mark.parametrize("kind", MARKDOWN)
def test_markdown_stays_as_it_was_written(kind) -> None:
    assert made_harmless(MARKDOWN[kind], {}, 0) == (MARKDOWN[kind], {}, 0)


@pytest.mark.parametrize("source", LOOKS)
def test_what_is_more_looks_as_it_was_meant(source) -> None:
    page = shown(source)
    assert [part for part in LOOKS[source] if part not in page] == [], page


@pytest.mark.parametrize("kind", PAYLOADS)
@pytest.mark.parametrize("around", ["{}", "**before**\n\n{}\n\n`after`", "- a\n\n  {}"])
def test_nothing_in_a_page_acts(kind, around) -> None:
    soup = BeautifulSoup(shown(around.format(PAYLOADS[kind])), "html.parser")
    for tag in soup.find_all():
        assert tag.name in TAGS and not [name for name in tag.attrs if name.startswith("on")], tag
        assert LINK.fullmatch(tag.get("href", "#")) and PICTURE.fullmatch(tag.get("src", NONE)), tag


@pytest.mark.parametrize("kind", [kind for kind in HTML if "<script" in HTML[kind]])
def test_a_script_can_be_read(kind) -> None:
    assert RUN in BeautifulSoup(shown(HTML[kind]), "html.parser").get_text()


def test_pasted_pictures_are_shown_under_the_name_that_the_text_has() -> None:
    source = "![a](attachment:image.png) ![b](attachment:my%20drawing.png) <b>c</b>"
    for text in (source, source.replace("<b>c</b>", "c")):
        assert shown(text, PICTURES).count(f'src="data:image/png;base64,{PIXEL}"') == 2
    assert made_harmless(source[:26], PICTURES, 10_000) == (
        source[:26],
        {"image.png": PICTURES["image.png"]},
        10_000 - 96,
    )


@pytest.mark.parametrize(
    "address", ["attachment:gone.png", "attachment:", "ATTACHMENT:image.png", "attachment:&#0;"]
)
def test_a_picture_that_is_not_there_is_named(address) -> None:
    assert "a picture that cannot be shown" in shown(f"![a]({address}) b", PICTURES)


def test_a_picture_is_shown_as_often_as_there_is_room_for_it() -> None:
    page = shown("![](attachment:image.png)\n" * 9, PICTURES, room=3 * len(PIXEL))
    assert page.count(PIXEL) == 3 and page.count("cannot be shown") == 6


def test_a_note_stands_below_whatever_is_open() -> None:
    for opened in ("```\na", "<!-- a", "$$ a", "<div title='", "<script>", "[a]: <b", "[" * 9_999):
        assert "<p><strong>cut &lt;here&gt;</strong></p>" in shown(opened, note="cut <here>")


@pytest.mark.parametrize("piece", SLOW)
def test_no_text_takes_long(piece) -> None:
    """Twenty thousand characters; a tenth of a second is usual."""
    begin = time.thread_time()
    shown((piece * 20_000)[:20_000])
    assert time.thread_time() - begin < 10


def test_what_would_be_very_much_in_a_page_is_shown_as_text() -> None:
    assert shown("a|b\n-|-\n" * 2_500).startswith("<div><pre>a|b")
    assert shown("a|b\n-|-\n" + "c|d\n" * 1_000).count("<td>c</td>") == 1_000


def test_what_no_renderer_can_read_is_shown_as_text(monkeypatch) -> None:
    def fail(*_) -> None:
        raise RecursionError

    monkeypatch.setattr(MarkdownWithMath, "render", fail)
    assert made_harmless("*a* <b>", {}, 7) == ("<div><pre>*a* &lt;b&gt;</pre></div>", {}, 7)
