"""What a teacher reads after grading: points, what was noted, what changed; for nobody else's eyes."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ia3_teach.grading.keeping import Kept
from ia3_teach.markup import in_markdown
from ia3_teach.storage.atomic import replacing
from ia3_teach.wording import many, printable


@dataclass
class Entry:
    """One notebook of one student."""

    student: str
    sheet: str
    result: Kept
    changes: list[str]

    @property
    def points(self) -> float:
        """What the judged cells earned together."""
        return sum(mark.points for mark in self.result.marks.values())


@dataclass
class Report:
    """All of a set. `without_judge` are cells that a person grades, `left_out` says what was not graded.

    `earlier` are those who were not asked for this time, as they were graded before.
    """

    name: str
    without_judge: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    earlier: list[Entry] = field(default_factory=list)

    def add(self, student: str, sheet: Any, result: Kept, changes: list[str]) -> None:
        """One more notebook is done."""
        self.entries.append(Entry(student, sheet.name, result, changes))

    def points(self) -> dict[str, float]:
        """{student: points} over all notebooks, without what a person gives."""
        found: dict[str, float] = {}
        for entry in sorted(self.entries, key=lambda entry: entry.student):
            found[entry.student] = found.get(entry.student, 0.0) + entry.points
        return found

    def changes(self) -> list[str]:
        """What is another than it was at the last grading."""
        return [
            f"{entry.student}, {entry.sheet}, {line}"
            for entry in _sorted(self.entries)
            for line in entry.changes
        ]

    def summary(self) -> str:
        """A few lines for the terminal: who is done, what is to be looked at, what changed."""
        lines = [f"{self.name}: {many(len(self.points()), 'submission')} graded"]
        for entry in _sorted(self.entries):
            lines += [
                f"  {entry.student}, {entry.sheet}: {line}" for line in entry.result.lines + entry.changes
            ]
        lines += [f"  not graded: {line}" for line in self.left_out]
        if self.without_judge:
            lines.append(f"  graded by hand, in formgrader: {', '.join(self.without_judge)}")
        return printable("\n".join(lines))

    def write(self, path: Path) -> None:
        """The whole of it as a page, with what the verdicts said in full."""
        lines = [f"# {in_markdown(self.name)}", ""]
        lines += [f"- not graded: {in_markdown(line)}" for line in self.left_out]
        lines += [""] * bool(self.left_out)
        for entry in _sorted(self.entries + self.earlier):
            of = sum(mark.of for mark in entry.result.marks.values())
            who = in_markdown(f"{entry.student}, {entry.sheet}")
            lines += [f"## {who}: {entry.points:g} of {of:g}", ""]
            lines += [f"- {in_markdown(line)}" for line in entry.result.lines + entry.changes]
            for name, mark in entry.result.marks.items():
                lines.append(f"- {in_markdown(name)}: {mark.points:g} of {mark.of:g}")
                lines += [f"  - {in_markdown(line)}" for line in mark.told]
            lines.append("")
        with replacing(path) as beside:
            beside.write_text("\n".join(lines), encoding="utf-8")


def _sorted(entries: list[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: (entry.student, entry.sheet))
