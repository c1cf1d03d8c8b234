"""What came of a submission, and what is told of how its box ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ia3_teach.grading.boxed import Ran

MUCH = 5_000_000  # bytes printed
ENDED = {
    "time": "it did not stop when its time was over",
    "memory": "it wanted more memory than there is for it",
    "processes": "it started more processes than it may",
    "results": "it wrote more results than there is room for, or none that can be read",
}
NOT_FOUND = "nothing of this name was found in the notebook"


@dataclass
class Work:
    """What came of a submission.

    `records` are {exercise: a file for each candidate}, `troubles` {exercise: why there is none}, `lines`
    what a teacher should know. `started` is False where the fault is not the submission's.
    """

    cells: list[dict[str, Any]] | None = None
    records: dict[str, list[bytes]] = field(default_factory=dict)
    troubles: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    started: bool = True

    def take(self, ran: Ran) -> dict[str, Any]:
        """Keep what a run said, and tell who printed by the megabyte; the step that it began last."""
        last: dict[str, Any] = {}
        for said, payload in ran.frames:
            if isinstance(said.get("begin"), str):
                last = said
            elif "record" in said:
                self.records.setdefault(str(said["record"]), []).append(payload)
            elif "failed" in said:
                self.troubles[str(said["failed"])] = str(said.get("wrong", ""))[:300]
            elif "missing" in said:
                self.troubles[str(said["missing"])] = NOT_FOUND
            if said.get("other_name"):
                name = said.get("record", said.get("failed"))
                self._tell(f"{name}: found under the name {str(said.get('found'))[:100]}")
        if ran.printed_bytes > MUCH:
            self._tell(f"it printed {ran.printed_bytes / 1e6:.0f} MB, of which nearly all was dropped")
        return last

    def tell_end(self, ran: Ran, step: str) -> None:
        """A box was ended, or ended itself, in this step."""
        why = ENDED.get(ran.ended, "it ended its own process" + f" ({ran.ended})" * bool(ran.ended))
        if step.startswith("cell "):
            self._tell(f"{step}: {why}")
        else:
            exercise = step.rpartition(" ")[0]
            self._tell(f"{exercise}: {why}")
            self.troubles.setdefault(exercise, why)

    def _tell(self, line: str) -> None:
        if line not in self.lines:
            self.lines.append(line)
