"""Formulas without a script, and docstrings as they were written."""

import re

import pytest

pytest.importorskip("docutils", reason="the site needs the extra `site`")

from ia3_teach.course.lab.kernel import notebooks_directory, read_notebook  # noqa: E402
from ia3_teach.website.rendering import escaped, mathml  # noqa: E402

BLOCK, INLINE = re.compile(r"\$\$(.+?)\$\$", re.S), re.compile(r"(?<![\\$`])\$([^$`\n]+?)\$")


def formulas() -> list[str]:
    """Every formula of every lesson and page."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(notebooks_directory().glob("*.md"))]
    for path in sorted(notebooks_directory().glob("*.ipynb")):
        texts += [cell.source for cell in read_notebook(path).cells if cell.cell_type == "markdown"]
    texts = [re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.S) for text in texts]
    blocks = [formula for text in texts for formula in BLOCK.findall(text)]
    return sorted({*blocks, *(f for text in texts for f in INLINE.findall(BLOCK.sub("", text)))})


def test_a_formula_that_is_not_understood_is_an_error_with_the_formula():
    with pytest.raises(ValueError, match=r"\\nonsense.* cannot be shown"):
        mathml(r"\nonsense{x}", block=False)


def test_every_formula_of_the_course_can_be_shown():
    found = formulas()
    assert len(found) > 100
    for formula in found:
        assert mathml(formula, block=False).startswith("<math"), formula


def test_signs_in_a_docstring_are_signs():
    lines = ["y = a * b, |x|, d_", "`a * b`", ">>> f(*x)", "1 * 2", "", "c * d"]
    made = [r"y = a \* b, \|x\|, d\_", "`a * b`", ">>> f(*x)", "1 * 2", "", r"c \* d"]
    assert escaped(lines) == made
