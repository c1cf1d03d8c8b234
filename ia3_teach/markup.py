"""A stranger's text put where something reads markup: Markdown, or a spreadsheet."""

from __future__ import annotations

import re
from html import escape

from ia3_teach.wording import printable

SPECIAL = re.compile(r"([\\`*_\[\]|~$]|^[#+=-])")  # what acts anywhere, and what does at the start of a line
NUMBER = re.compile(r"^(\d+)([.)])")
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def in_markdown(text: str) -> str:
    r"""The text as one line of Markdown that shows it as it is: no tag, link, emphasis, table or formula.

    >>> in_markdown("<b> *a* | $x$")
    '&lt;b&gt; \\*a\\* \\| \\$x\\$'
    """
    line = SPECIAL.sub(r"\\\1", printable(" ".join(text.split()), kept=""))
    return escape(NUMBER.sub(r"\1\\\2", line), quote=False)


def in_spreadsheet(text: str) -> str:
    """The text for a cell that a spreadsheet shows and does not compute: in front of a formula stands a '.

    >>> in_spreadsheet("=1+1"), in_spreadsheet("Ada")
    ("'=1+1", 'Ada')
    """
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) else text
