"""The record as a page to print: plain HTML, one or two sheets of A4, legible in light and dark."""

from __future__ import annotations

import datetime
from html import escape
from pathlib import Path

from ia3_teach.course.progress.exercises import Lesson
from ia3_teach.course.progress.standing import Standing
from ia3_teach.storage.atomic import replacing
from ia3_teach.wording import short

MARK = "<!-- made by python -m ia3_teach progress -->"
STYLE = """
:root { color-scheme: light dark; }
body { font: 11pt/1.35 system-ui, sans-serif; max-width: 44em; margin: 2em auto; padding: 0 1em; }
h1 { font-size: 1.5em; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; padding-bottom: .5em; }
th, td { text-align: left; vertical-align: top; padding: .12em .8em .12em 0; font-weight: normal; }
th[scope=rowgroup] { font-weight: bold; padding-top: .55em; }
td, thead th:last-child { padding-right: 0; white-space: nowrap; }
tr { break-inside: avoid; }
th[scope=rowgroup] { break-after: avoid; }
@page { size: A4; margin: 16mm; }
@media print {
  :root { color-scheme: light; }
  body { font-size: 9.5pt; margin: 0; max-width: none; padding: 0; }
}
"""


def write_page(standing: Standing, path: Path, name: str = "") -> None:
    """Write the page whole or not at all, over an earlier page of ours only.

    Raises ValueError where something else lies at `path`, or nothing can be written there.
    """
    if path.exists() and not is_ours(path):
        raise ValueError(f"{short(path)} is there already and no page of your progress; name another file")
    try:
        with replacing(path) as beside:
            beside.write_text(page(standing, name), encoding="utf-8")
    except OSError as error:
        why = error.strerror
        raise ValueError(f"cannot write {short(path)} ({short(why)}); name another file") from error


def is_ours(path: Path) -> bool:
    """Whether a file is a page that was written here."""
    return path.is_file() and MARK.encode() in path.read_bytes()[:200]


def page(standing: Standing, name: str = "") -> str:
    """The whole page; `name` is whose record it is, left out where it is empty."""
    whose = f" of {escape(name)}" if name.strip() else ""
    return (
        f'<!DOCTYPE html>\n{MARK}\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Record{whose}: IA3 by hand</title><style>{STYLE}</style></head>\n"
        f"<body><main><h1>IA3 by hand, on a BERT and a BLOOM: record{whose}</h1>\n"
        f"{table(standing)}</main></body></html>\n"
    )


def table(standing: Standing) -> str:
    """The record as a table of HTML, a group for each lesson, and what it means."""
    done, of = standing.counts()
    today = datetime.date.today().isoformat()
    caption = f"{done} of {of} exercises passed, as kept on {today}."
    groups = "".join(group(standing, lesson) for lesson in standing.lessons if lesson.exercises)
    return (
        f"<table><caption>{caption}</caption>\n"
        '<thead><tr><th scope="col">Exercise</th><th scope="col">Passed on</th></tr></thead>\n'
        f"{groups}</table>\n"
        "<p>A passed check means that the written code had every property that the course tests. The record "
        "is the learner's own: it was kept on their machine alone, and nobody watched.</p>"
    )


def group(standing: Standing, lesson: Lesson) -> str:
    """The rows of one lesson."""
    of = len(lesson.exercises)
    rows = "".join(
        f'<tr><th scope="row">{escape(f"{one.number} {one.title}")}</th>'
        f"<td>{standing.day(one) or 'open'}</td></tr>\n"
        for one in lesson.exercises
    )
    return (
        f'<tbody><tr><th scope="rowgroup" colspan="2">{escape(lesson.title)}: {standing.done(lesson)} of {of}'
        f"</th></tr>\n{rows}</tbody>\n"
    )
