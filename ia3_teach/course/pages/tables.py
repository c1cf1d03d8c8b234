"""Tables in Markdown, made from lessons, measurements, the table of architectures and quoted numbers."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ia3_teach.course.pages.lessons import Lesson
from ia3_teach.sites.architectures import ARCHITECTURES, Architecture, Target
from ia3_teach.sites.layouts import at_the_end, codegen, concatenated, falcon, per_head, starcoder

LAYOUTS = {
    per_head: "`[head, 3, d_head]`",
    concatenated: "`[3, head, d_head]`",
    falcon: "by groups of heads",
    at_the_end: "keys and values at the end",
    starcoder: "one key and value at the end",
    codegen: "`[4, 3, d_model / 4]`, values before keys",
}
NO_BREAK = "\u00a0"
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
    run = f"{found['seconds']}{NO_BREAK}s, {found['megabytes']}{NO_BREAK}MB" if found else "not measured"
    return [f"{lesson.minutes}{NO_BREAK}min", run]


def with_costs(text: str, lessons: Sequence[Lesson], recorded: Recorded) -> str:
    """The text with the last two columns of each lesson's row filled in; its other words stay."""
    for lesson in lessons:
        row = re.compile(rf"^(\| \[.*/{lesson.name}\.ipynb\) \|.*\|)[^|]*\|[^|]*\|$", re.M)
        text = row.sub(rf"\1 {' | '.join(costs(lesson, recorded))} |", text)
    return text


def paths(lessons: Sequence[Lesson]) -> str:
    """Which lesson builds on which, as a graph that GitHub and JupyterLab draw; detours show no short cut."""
    needs = {lesson.number: set(lesson.needs) for lesson in lessons}
    arrows = []
    for number, direct in needs.items():
        implied = set().union(*(everything_before(other, needs) for other in direct))
        arrows += [f"  {before} --> {number}" for before in sorted(direct - implied)]
    return "\n".join(["```mermaid", "graph LR", *arrows, "```"])


def everything_before(number: str, needs: Mapping[str, set[str]]) -> set[str]:
    """All lessons that one builds on, directly or by way of others.

    >>> sorted(everything_before("03", {"03": {"02"}, "02": {"00"}, "00": set()}))
    ['00', '02']
    """
    direct = needs.get(number, set())
    return direct.union(*(everything_before(other, needs) for other in direct))


def sites() -> str:
    """Where each architecture has its three vectors, and what PEFT takes for IA3 and LoRA by default."""
    alike: dict[int, list[str]] = {}
    for name, row in ARCHITECTURES.items():
        alike.setdefault(id(row), []).append(name)
    rows = [
        [", ".join(names), *places(ARCHITECTURES[names[0]]), *defaults(ARCHITECTURES[names[0]])]
        for names in alike.values()
    ]
    head = ["`model_type`", "l_k and l_v, on the outputs of", "l_ff, on the input of"]
    return table([*head, "PEFT's own for IA3", "and for LoRA"], rows)


def places(row: Architecture) -> list[str]:
    """Where the paper's vectors sit; a fused layer comes with the order of its channels."""
    outs = [f"`{target.pattern}`{order(target)}" for target in row.paper if target.side == "out"]
    return [", ".join(outs), *(f"`{target.pattern}`" for target in row.paper if target.side == "in")]


def order(target: Target) -> str:
    """The order of a fused layer's channels."""
    return f" {LAYOUTS[target.layout]}" if target.layout else ""


def defaults(row: Architecture) -> list[str]:
    """PEFT's patterns, those on the input side marked."""
    marked = [f"`{pattern}`{' (in)' if side == 'in' else ''}" for pattern, side in row.peft.items()]
    return [", ".join(marked) or "none", ", ".join(f"`{pattern}`" for pattern in row.lora) or "none"]
