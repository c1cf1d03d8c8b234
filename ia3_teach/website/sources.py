"""What Sphinx reads: lessons with their stored outputs, the course's pages, and pages made for the site."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from ia3_teach.course.lab.kernel import lessons
from ia3_teach.website import asked, first_page, gallery, reference

PAGES = ("README.md", "cheat_sheet.md", "glossary.md")  # of notebooks/; those that are there
LINK = re.compile(r"\[([^\]]*)\]\((?!https?://|#)([^)#\s]+)[^)]*\)")
GRAPH = re.compile(r"^```mermaid\ngraph LR\n(.*?)^```$", re.M | re.S)
ARROW = re.compile(r"(\S+) --> (\S+)")
CONTENTS = """\
```{toctree}
:hidden:
:caption: Lessons

%s
```
```{toctree}
:hidden:
:caption: Look up

%s
```
```{toctree}
:hidden:
:caption: See and touch

explorer
gallery
```
```{toctree}
:hidden:
:caption: Library

%s
```
"""


def lay_out(root: Path, folder: Path) -> None:
    """Everything that Sphinx reads, in `folder`; nothing below `root` is changed, and nothing is executed."""
    notebooks, copies = root / "notebooks", folder / "notebooks"
    copies.mkdir(parents=True)
    taught = lessons(notebooks)
    for path in taught:
        shutil.copy(path, copies)
    pages = [notebooks / name for name in PAGES if (notebooks / name).is_file()]
    for path in pages:
        text = within(path.read_text(encoding="utf-8"), {other.name for other in (*pages, *taught)})
        text = GRAPH.sub(lambda found: tree(found[1], taught), text)
        (copies / path.name).write_text(text, encoding="utf-8")
    if (terms := notebooks / "terms.json").is_file():
        shutil.copy(terms, copies)  # what first_uses.py looks for
    shown = gallery.page(notebooks, folder / "assets" / "pictures")
    (folder / "gallery.md").write_text(shown, encoding="utf-8")
    chapters = [[f"notebooks/{path.stem}" for path in group] for group in (taught, pages)]
    if questions := asked.page(taught):
        (folder / "questions.md").write_text(questions, encoding="utf-8")
        chapters[1].append("questions")
    chapters.append([f"reference/{name}" for name in reference.write(folder / "reference")])
    first_page.write(folder, CONTENTS % tuple("\n".join(entries) for entries in chapters))


def within(text: str, there: set[str]) -> str:
    """A page whose links to files that the site does not have are words alone.

    >>> within("[a](01.ipynb) and [b](../data)", {"01.ipynb"})
    '[a](01.ipynb) and b'
    """
    return LINK.sub(lambda found: found[0] if found[2] in there else found[1], text)


def tree(graph: str, taught: list[Path]) -> str:
    """Arrows between numbers of lessons as a nested list with links: no script has to draw it.

    >>> print(tree("  00 --> 01\\n  01 --> 02", [Path(f"0{i}_x.ipynb") for i in range(3)]))
    - [00](00_x.ipynb)
      - [01](01_x.ipynb)
        - [02](02_x.ipynb)
    """
    arrows = ARROW.findall(graph)
    after = {before: [end for start, end in arrows if start == before] for before, _ in arrows}
    ends = {end for _, end in arrows}
    files = {path.name[:2]: path.name for path in taught}

    def lines(number: str, depth: int) -> list[str]:
        own = f"{'  ' * depth}- [{number}]({files[number]})"
        return [own, *(line for later in after.get(number, ()) for line in lines(later, depth + 1))]

    return "\n".join(line for first in after if first not in ends for line in lines(first, 0))
