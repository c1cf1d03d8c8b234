"""What came of a submission, and what is told of how its box ended."""

from __future__ import annotations

import builtins
from dataclasses import dataclass, field
from typing import Any

from ia3_teach.grading.boxed import Ran
from ia3_teach.wording import short, with_article

MUCH = 5_000_000  # bytes printed
ENDED_BY_ITS_OWN = "it ended with an error of its own kind"
ENDED = {
    "time": "it did not stop when its time was over",
    "whole": "all together it took longer than it may, and was stopped here",
    "memory": "it wanted more memory than there is for it",
    "processes": "it started more processes than it may",
    "results": "it wrote more results than there is room for, or none that can be read",
}
MOST_RECORDS = 9  # of one exercise: three answers, each beside old and new helpers, some in a second box
MOST_LINES = 60
LARGEST_RECORD = 2_000_000  # bytes; those of right answers have 50,000
TOO_MUCH = "it returned far more than was asked for"
NOT_FOUND = "nothing of this name was found in the notebook"


@dataclass
class Work:
    """What came of a submission.

    `records` are {exercise: a file for each candidate}, `troubles` {exercise: why there is none}, `details`
    the same in words for the teacher alone, `lines` what a teacher should know. `started` is False where the
    fault is not the submission's. `name` is the one that the notebook draws its own numbers from.
    """

    cells: list[dict[str, Any]] | None = None
    records: dict[str, list[bytes]] = field(default_factory=dict)
    troubles: dict[str, str] = field(default_factory=dict)
    details: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    started: bool = True
    name: str = ""

    def take(self, ran: Ran, names: set[str]) -> dict[str, Any]:
        """Keep what a run said of exercises of these names, and tell who printed by the megabyte.

        Returns the step that it began last.
        """
        last: dict[str, Any] = {}
        for said, payload in ran.frames:
            if isinstance(said.get("begin"), str):
                last = said
            for kind in ("record", "failed", "missing"):
                if str(said.get(kind)) in names:  # any other is none of ours, and may hold a case
                    self._take(kind, said, payload)
        if ran.printed_bytes > MUCH:
            self._tell(f"it printed {ran.printed_bytes / 1e6:.0f} MB, of which nearly all was dropped")
        return last

    def _take(self, kind: str, said: dict[str, Any], payload: bytes) -> None:
        """What was said of one exercise."""
        name = str(said[kind])
        if kind == "record":
            self._keep(name, payload)
        elif kind == "failed":
            self._fail(name, str(said.get("wrong", ""))[:300])
        else:
            self.troubles[name] = NOT_FOUND
        if said.get("other_name"):
            self._tell(f"{name}: found under {self._named(said.get('found'))}")

    def tell_end(self, ran: Ran, step: str) -> None:
        """A box was ended, or ended itself, in this step."""
        why = ENDED.get(ran.ended, "it ended its own process")
        name = step if step.startswith("cell ") else step.rpartition(" ")[0]
        # A number that it chose is for the teacher alone: a student could be shown a case by it.
        number = f" ({ran.ended})" * (ran.ended not in ("", *ENDED))
        self._tell(f"{name}: {why}{number}")
        if name != step:
            self.troubles.setdefault(name, why)

    def _keep(self, exercise: str, record: bytes) -> None:
        """One more candidate's record; who writes them by the thousand has only made some guesses."""
        if len(record) > LARGEST_RECORD:
            self.troubles[exercise] = TOO_MUCH
            self.details[exercise] = f"its results have {len(record):,} bytes"
            return
        found = self.records.setdefault(exercise, [])
        if len(found) < MOST_RECORDS:
            found.append(record)

    def _fail(self, exercise: str, wrong: str) -> None:
        """What stopped an answer, which a teacher reads; a student its kind, since it may hold a case."""
        kind = wrong.partition(":")[0]
        known = kind in vars(builtins)
        self.troubles[exercise] = f"it ended with {with_article(kind)}" if known else ENDED_BY_ITS_OWN
        self.details[exercise] = wrong

    def _named(self, found: object) -> str:
        """A name as it stands in the notebook: what a box says may be anything, a case too."""
        known = any(str(found) in cell["source"] for cell in self.cells or [])
        return f"the name {short(found)}" if known and str(found).isidentifier() else "another name"

    def _tell(self, line: str) -> None:
        if len(self.lines) < MOST_LINES and line not in self.lines:
            self.lines.append(line)
