"""The library reference: a page for each room, a section for each file, all of it from the docstrings."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
# The library in the order in which it is to be read; every other room in the order of its files.
LIBRARY = (
    "in_small ia3 layer lora recipe adapters merging counting formulas files state contexts training.loop "
    "arithmetic.values arithmetic.combining"
).split()
ROOMS = {
    "t_few": ("T-Few", "Answer choices and the paper's losses."),
    "family": ("The PEFT family", "The other methods, one short file each, all of one shape."),
    "course.lesson": ("What lessons ask", "Beside the library: evaluating, costs, reading, quoting."),
    "course.shipped": ("What is shipped", "Models, tasks, instructions, vectors and results."),
    "views": ("Pictures and controls", "Pure `plot_*` functions, and thin `explore_*` controls around them."),
}


def write(folder: Path) -> list[str]:
    """Write a page for each room into `folder`; their names, in the order of the contents."""
    folder.mkdir(parents=True)
    about = "The verbs, importable from `ia3_teach`, and the files they live in, in the order to read them."
    pages = {"library": page("The library", about, LIBRARY)}
    for room, (title, words) in ROOMS.items():
        pages[room.replace(".", "_")] = page(title, words, files_of(room))
    for name, text in pages.items():
        (folder / f"{name}.rst").write_text(text, encoding="utf-8")
    return list(pages)


def files_of(room: str) -> list[str]:
    """Its files as modules below `ia3_teach`.

    >>> files_of("t_few")[:2]
    ['t_few.answers', 't_few.archive']
    """
    paths = sorted((PACKAGE / room.replace(".", "/")).glob("*.py"))
    return [f"{room}.{path.stem}" for path in paths if not path.stem.startswith("__")]


def page(title: str, about: str, modules: list[str] | tuple[str, ...]) -> str:
    """A page in reST: title, a sentence, and a section for each module.

    >>> print(page("T", "About.", ["lora"]).splitlines()[0])
    T
    """
    sections = [section(f"ia3_teach.{name}") for name in modules]
    return "\n".join([title, "=" * len(title), "", about, "", *sections])


def section(module: str) -> str:
    """What a file says of itself, then everything public in it."""
    return f"{module}\n{'-' * len(module)}\n\n.. automodule:: {module}\n   :members:\n"
