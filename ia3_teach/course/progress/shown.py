"""The record in a notebook: where a learner stands and what comes next, to look at and to print."""

from __future__ import annotations

from html import escape

from ia3_teach.course.lab.kernel import notebooks_directory
from ia3_teach.course.progress.exercises import all_lessons
from ia3_teach.course.progress.printed import table
from ia3_teach.course.progress.record import passed
from ia3_teach.course.progress.standing import Standing, as_text

# JupyterLab sets tables small and to the right
STYLE = """
.ia3-progress { font-size: 15px; max-width: 44em; }
.ia3-progress table { border-collapse: collapse; width: 100%; margin: 0; font-size: inherit; }
.ia3-progress caption { text-align: left; padding-bottom: .5em; }
.ia3-progress :is(th, td) { text-align: left !important; vertical-align: top; font-weight: normal; }
.ia3-progress :is(th, td) { padding: .2em .8em .2em 0; }
.ia3-progress th[scope=rowgroup] { font-weight: bold; padding-top: .7em; }
.ia3-progress td { white-space: nowrap; }
.ia3-progress tr { background: none !important; break-inside: avoid; }
"""


def show_progress() -> None:
    """Display which exercises were passed, as they are kept on this machine, and the next with its lesson.

    Raises ValueError where the record cannot be read.
    """
    from IPython.display import display

    standing = Standing(all_lessons(notebooks_directory()), passed())
    display({"text/html": as_html(standing), "text/plain": as_text(standing)}, raw=True)


def as_html(standing: Standing) -> str:
    """The next exercise, with a link that opens its lesson beside this notebook; then the whole record."""
    record = f"{following(standing)}{table(standing)}"
    return f'<style>{STYLE}</style><section class="ia3-progress">{record}</section>'


def following(standing: Standing) -> str:
    """What comes next, as a paragraph of HTML."""
    found = standing.next()
    if found is None:
        return "<p>Nothing is left: every exercise was passed.</p>"
    lesson, one = found
    what = escape(f"{one.number} {one.title} ({one.minutes} min)")
    where = f'<a href="{escape(lesson.name)}.ipynb">{escape(lesson.title)}</a>'
    return f"<p>Next: {what}, in {where}.</p>"
