"""The learner's build: `python -m ia3_teach build learner`."""

from pathlib import Path
from typing import Any

from ia3_teach.course.builds.laying import lay
from ia3_teach.course.builds.source import BuildError, read_lessons
from ia3_teach.course.builds.stubs import learner_notebook
from ia3_teach.course.recall.questions import questions_to
from ia3_teach.course.recall.rendering import as_markdown
from ia3_teach.wording import many, short

PROGRESS = "my_progress.ipynb"
PLACE = """\
# Where you stand

Run the cell below (Shift+Enter), now and whenever you want to know: a check that passed in a lesson
counts from then on. The record is kept on this machine alone. To print it, choose *File*, *Print*; or
make a page of it with your name on it, in a terminal:
`python -m ia3_teach progress --page record.html --name "Your name"`."""
SHOW = """\
from ia3_teach.course.progress.shown import show_progress

show_progress()"""


def build_learner(source_dir: Path, target_dir: Path) -> list[str]:
    """Lay every lesson, with stubs in place of solutions and its questions, into the learner's own folder.

    Pages, pictures and other small files beside the lessons come along. Everything is made before
    anything is written. Prints, and returns, a line per file that was not simply new.

    Raises:
        BuildError: source or target cannot be used, or an exercise has no solution.
    """
    source, target = Path(source_dir), Path(target_dir)
    if source.resolve() == target.resolve():
        raise BuildError(f"{short(target)} holds the solved lessons; build into another folder")
    solved = read_lessons(source)
    made = {name: with_questions(learner_notebook(it), name, source) for name, it in solved.items()}
    files = {name: as_bytes(lesson) for name, lesson in made.items()}
    files[PROGRESS] = as_bytes(progress_notebook())
    files |= {path.name: path.read_bytes() for path in _companions(source)}
    lines = lay(files, target)
    print(f"{many(len(solved), 'lesson')} in {target}", *lines, sep="\n", flush=True)
    return lines


def with_questions(lesson: Any, name: str, source: Path) -> Any:
    """The lesson with its questions as a last cell, where it has any.

    Raises BuildError where they cannot be shown.
    """
    from nbformat.v4 import new_markdown_cell

    try:
        text = as_markdown(questions_to(name, source))
    except ValueError as error:
        raise BuildError(short(error, 500)) from error
    if text:
        lesson.cells.append(new_markdown_cell(text, id=f"{name[:2]}-questions"))
    return lesson


def progress_notebook() -> Any:
    """The notebook that shows which exercises were passed."""
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

    cells = [new_markdown_cell(PLACE, id="place"), new_code_cell(SHOW, id="show")]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


def as_bytes(notebook: Any) -> bytes:
    """A notebook as the bytes of its file, the same every time."""
    import nbformat

    return (nbformat.writes(notebook) + "\n").encode()


def _companions(source: Path) -> list[Path]:
    """The index, the cheat sheet, and files that a lesson shows or reads, lying beside it."""
    kinds = {".md", ".png", ".svg", ".csv", ".json"}
    return sorted(path for path in source.iterdir() if path.suffix in kinds)
