"""A course of two lessons with a picture, and what the site's pages need beside it."""

import base64
import json
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

PIXELS = base64.b64encode(b"pixels").decode()
CHOICES = [{"text": text, "right": text == "1 < 2", "why": "So it is."} for text in ("1 < 2", "2", "3")]
QUESTION = {"ask": "Which is true?", "choices": CHOICES}
INDEX = """\
# The lessons

Begin with [00](00_one.ipynb), see [the data](../data/README.md) and [a paper](https://arxiv.org/abs/2205.05638).

```mermaid
graph LR
  00 --> 01
```
"""


def picture(words: str = "three &lt; four") -> nbformat.NotebookNode:
    """A figure as a lesson stores it."""
    image = f'<img alt="{words}" width="716" height="240" style="x" src="data:image/png;base64,{PIXELS}">'
    return new_output("display_data", data={"text/html": image, "text/plain": words})


def write_course(root: Path) -> Path:
    """Lessons 00 and 01, an index, and no glossary."""
    folder = root / "notebooks"
    folder.mkdir(parents=True)
    controls = new_output("display_data", data={"text/plain": "A slider."})
    first = [
        new_markdown_cell("# 00 · One\n\n$l(\\lambda) = 1 + \\lambda\\,(l - 1)$\n\n## A dial", id="a"),
        new_code_cell("grid = turn_dial('a')\nexplore_dial(grid)", id="b", outputs=[controls]),
        new_code_cell("show(plot_dial(grid, strength=1.0))", id="c", outputs=[picture()]),
        new_code_cell("raise RuntimeError('never executed')", id="d"),
    ]
    second = [new_markdown_cell("# 01 · Two\n\nBack to [00](00_one.ipynb).", id="a")]
    for name, cells in (("00_one", first), ("01_two", second)):
        nbformat.write(new_notebook(cells=cells), folder / f"{name}.ipynb")
    (folder / "README.md").write_text(INDEX, encoding="utf-8")
    (folder / "questions").mkdir()
    (folder / "questions/01.json").write_text(json.dumps([QUESTION]), encoding="utf-8")
    return root
