"""The questions as plain HTML, for the site and for a learner's notebook: no script, no colour, no kernel.

Each choice is a box to open, by mouse or keyboard; inside it stands whether it is right, and why. Colours are
those of the page around it, in light and in dark.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from ia3_teach.course.recall.questions import Choice, Question

CODE = re.compile(r"`([^`]+)`")
HEADING = "## Do you remember?"
HOW = "Choose before you open one. Every choice says why it is right, or why it is not."


def as_html(questions: Sequence[Question]) -> str:
    """The questions as a numbered list, without a heading; empty where there are none.

    No empty line stands in it, so that Markdown takes it as one piece.
    """
    if not questions:
        return ""
    items = "\n".join(f"<li>\n{one(question)}\n</li>" for question in questions)
    return f"<ol>\n{items}\n</ol>"


def as_markdown(questions: Sequence[Question]) -> str:
    """The same below a heading, for a text cell or a page."""
    return f"{HEADING}\n\n{HOW}\n\n{as_html(questions)}" if questions else ""


def one(question: Question) -> str:
    """A question and its choices."""
    return "\n".join([f"<p><strong>{inline(question.ask)}</strong></p>", *map(box, question.choices)])


def box(choice: Choice) -> str:
    """A choice, closed.

    >>> print(box(Choice("`l` < 1", True, "It inhibits.")))
    <details><summary><code>l</code> &lt; 1</summary><p><em>Right.</em> It inhibits.</p></details>
    """
    verdict = "Right." if choice.right else "Not so."
    words = f"<p><em>{verdict}</em> {inline(choice.why)}</p>"
    return f"<details><summary>{inline(choice.text)}</summary>{words}</details>"


def inline(text: str) -> str:
    """Text as HTML: nothing in it is a tag, and what stands in backticks is code.

    Characters that Markdown or a formula would read are written by number: notebooks read both inside HTML.
    """
    escaped = CODE.sub(r"<code>\1</code>", escape(text, quote=False))
    return re.sub(r"[*_$\\]", lambda match: f"&#{ord(match[0])};", escaped)
