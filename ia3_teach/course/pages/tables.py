"""Tables in Markdown, made from lessons, measurements, the table of architectures and quoted numbers."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ia3_teach.architectures import ARCHITECTURES, Architecture, Target
from ia3_teach.course.pages.lessons import Lesson
from ia3_teach.layouts import concatenated, falcon, per_head

LAYOUTS = {
    per_head: "`[head, 3, d_head]`",
    concatenated: "`[3, head, d_head]`",
    falcon: "by groups of heads",
}
Recorded = Mapping[str, Mapping[str, Any]]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table.

    >>> print(table(["a", "b"], [["1", "2"]]))
    | a | b |
    |---|---|
    | 1 | 2 |
    """
    lines = [f"| {' | '.join(line)} |" for line in (head, *rows)]
    return "\n".join([lines[0], "|" + "---|" * len(head), *lines[1:]])


def index(lessons: Sequence[Lesson], recorded: Recorded) -> str:
    """One row per lesson: what it builds on, its exercises, minutes to read, seconds to run."""
    rows = [
        [
            f"[{lesson.title}]({lesson.name}.ipynb)",
            ", ".join(lesson.needs) or "none",
            "<br>".join(f"{number} {title} ({minutes} min)" for number, title, minutes in lesson.exercises),
            *costs(lesson, recorded),
        ]
        for lesson in lessons
    ]
    return table(["lesson", "after", "exercises", "read", "run"], rows)


def costs(lesson: Lesson, recorded: Recorded) -> list[str]:
    """Minutes to read, and seconds and memory to run where they were recorded."""
    found = recorded.get(lesson.name)
    run = f"{found['seconds']} s, {found['megabytes']} MB" if found else "not measured"
    return [f"{lesson.minutes} min", run]


def with_costs(text: str, lessons: Sequence[Lesson], recorded: Recorded) -> str:
    """The text with the last two columns of each lesson's row filled in; its other words stay."""
    for lesson in lessons:
        row = re.compile(rf"^(\| \[.*/{lesson.name}\.ipynb\) \|.*\|)[^|]*\|[^|]*\|$", re.M)
        text = row.sub(rf"\1 {' | '.join(costs(lesson, recorded))} |", text)
    return text


def paths(lessons: Sequence[Lesson]) -> str:
    """Which lesson builds on which, as a graph that GitHub and JupyterLab draw."""
    arrows = [f"  {before} --> {lesson.number}" for lesson in lessons for before in lesson.needs]
    return "\n".join(["```mermaid", "graph LR", *arrows, "```"])


def sites() -> str:
    """Where each architecture has its three vectors, and what PEFT takes for IA3 and LoRA by default."""
    alike: dict[int, list[str]] = {}
    for name, row in ARCHITECTURES.items():
        alike.setdefault(id(row), []).append(name)
    rows = [
        [", ".join(names), *places(ARCHITECTURES[names[0]]), *defaults(ARCHITECTURES[names[0]])]
        for names in alike.values()
    ]
    head = ["`model_type`", "l_k, on the output of", "l_v, on the output of", "l_ff, on the input of"]
    return table([*head, "PEFT's default for IA3", "default for LoRA"], rows)


def places(row: Architecture) -> list[str]:
    """The three vectors' places; a fused layer stands once, with the order of its channels."""
    cells = [f"`{target.pattern}`{order(target)}" for target in row.paper]
    return cells if len(cells) == 3 else [cells[0], "the same", cells[1]]


def order(target: Target) -> str:
    """The order of a fused layer's channels."""
    return f" {LAYOUTS[target.layout]}" if target.layout else ""


def defaults(row: Architecture) -> list[str]:
    """PEFT's patterns, those on the input side marked."""
    marked = [f"`{pattern}`{' (in)' if side == 'in' else ''}" for pattern, side in row.peft.items()]
    return [", ".join(marked) or "none", ", ".join(f"`{pattern}`" for pattern in row.lora)]
