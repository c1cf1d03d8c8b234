"""What Sphinx is told beyond its settings: formulas become MathML, docstrings plain text, terms links."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from ia3_teach.website.first_uses import link
from ia3_teach.wording import brief, short

QUOTED = re.compile(r"(`[^`]*`)")
FRACTION = re.compile("[¼-¾⅐-⅞]")
SPECIAL = re.compile(r"([*|\\]|_(?=\W|$))")


def mathml(formula: str, block: bool) -> str:
    """A formula of LaTeX as MathML; no script has to run, and screen readers read it.

    Raises ValueError for what is not understood.

    >>> mathml("x^2", block=False).startswith("<math")
    True
    """
    from docutils.utils.math import MathError
    from docutils.utils.math.latex2mathml import tex2mathml

    try:
        return tex2mathml(FRACTION.sub(fraction, formula), as_block=block)
    except MathError as error:
        raise ValueError(f"the formula {brief(formula)} cannot be shown: {short(error)}") from error


def fraction(found: re.Match[str]) -> str:
    """A fraction that is one sign, as LaTeX has it.

    >>> FRACTION.sub(fraction, "½")
    '\\\\tfrac{1}{2}'
    """
    above, below = unicodedata.normalize("NFKD", found[0]).split("\N{FRACTION SLASH}")
    return rf"\tfrac{{{above}}}{{{below}}}"


def escaped(lines: list[str]) -> list[str]:
    """A docstring's lines with signs that reST would take for markup made plain, but in code and in examples.

    >>> escaped(["d * d_ of `a * b`", ">>> 2 * 3"])
    ['d \\\\* d\\\\_ of `a * b`', '>>> 2 * 3']
    """
    made, example = [], False
    for line in lines:
        example = line.lstrip().startswith(">>>") or (example and bool(line.strip()))
        made.append(line if example else plain(line))
    return made


def plain(line: str) -> str:
    """One line, its backticked parts left alone."""
    parts = QUOTED.split(line)
    return "".join(part if part.startswith("`") else SPECIAL.sub(r"\\\1", part) for part in parts)


def visit_inline(translator: Any, node: Any) -> None:
    """A formula within a line."""
    write(translator, node, block=False)


def visit_block(translator: Any, node: Any) -> None:
    """A formula on a line of its own; a wide one can be scrolled, also by keyboard."""
    translator.body.append('<div class="math-block" tabindex="0" role="group" aria-label="formula">')
    write(translator, node, block=True, after="</div>\n")


def write(translator: Any, node: Any, block: bool, after: str = "") -> None:
    """Put the MathML into the page; the node has nothing else to show."""
    from docutils.nodes import SkipNode
    from sphinx.util import logging

    try:
        translator.body.append(mathml(node.astext(), block) + after)
    except ValueError as error:
        logging.getLogger(__name__).warning("%s", error, location=node)
    raise SkipNode


def setup(app: Any) -> dict[str, bool]:
    """Called by Sphinx."""
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    app.connect("autodoc-process-docstring", lambda *found: escape_in_place(found[-1]), priority=400)
    app.connect("doctree-resolved", link)
    app.connect("autodoc-skip-member", lambda *found: True if is_foreign(found[3]) else None)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def escape_in_place(lines: list[str]) -> None:
    """As Sphinx wants it."""
    lines[:] = escaped(lines)


def is_foreign(member: object) -> bool:
    """Whether a part of a class comes from elsewhere, as matplotlib puts some into those made from its own.

    >>> is_foreign(re.compile), is_foreign(mathml), is_foreign(property())
    (True, False, False)
    """
    module = getattr(member, "__module__", None)
    return isinstance(module, str) and module.split(".")[0] != "ia3_teach"
