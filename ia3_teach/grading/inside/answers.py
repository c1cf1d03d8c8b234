"""Finds an answer in what a submission has defined: by its name, in its cell, or under a name like it."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import Any

MOST = 3  # candidates of one exercise that are tried
MISSING = object()


@dataclass
class Sightings:
    """What each cell bound to the names that matter, in order.

    A duplicated cell binds a name twice; each of the last three answers is tried, and the best one counts.
    """

    wanted: dict[str, str]  # answer's name -> the grade_id of its cell
    seen: dict[str, list[Any]] = field(default_factory=dict)
    defined: dict[str, list[str]] = field(default_factory=dict)
    _before: dict[str, Any] = field(default_factory=dict)

    def look(self, namespace: dict[str, Any], grade_id: str | None) -> None:
        """Note what the last cell has changed."""
        for name, value in namespace.items():
            if name.startswith("__") or self._before.get(name, MISSING) is value:
                continue
            self._before[name] = value
            if name in self.wanted:
                self.seen.setdefault(name, []).append(value)
            if callable(value) and getattr(value, "__module__", None) == "__main__":
                self.defined.setdefault(grade_id or "", []).append(name)

    def candidates(self, answer: str) -> list[tuple[str, Any]]:
        """(name it was found under, value), the best guess first; empty where there is nothing.

        >>> sightings = Sightings({"fold": "fold_cell"})
        >>> sightings.look({"fold": 1}, "fold_cell"); sightings.look({"fold": 2}, None)
        >>> sightings.candidates("fold")
        [('fold', 2), ('fold', 1)]
        """
        if answer in self.seen:
            return [(answer, value) for value in self.seen[answer][::-1][:MOST]]
        name = self._other_name(answer)
        return [(name, self._before[name])] if name else []

    def _other_name(self, answer: str) -> str | None:
        """The last thing defined in the answer's own cell, else the one spelled most like it."""
        own = [name for name in self.defined.get(self.wanted[answer], []) if name not in self.wanted]
        if own:
            return own[-1]
        free = {name for names in self.defined.values() for name in names} - set(self.wanted)
        plain = {name.lower().replace("_", ""): name for name in sorted(free)}
        close = difflib.get_close_matches(answer.lower().replace("_", ""), plain, n=1, cutoff=0.7)
        return plain[close[0]] if close else None
