"""Finds an answer in what a submission has defined: by its name, in its cell, or under a name like it."""

from __future__ import annotations

import difflib
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

MOST = 3  # candidates of one exercise that are tried
MISSING = object()


@dataclass(frozen=True)
class Candidate:
    """Something that may be an answer, the name it was found under, and the helpers that it has to meet.

    `beside` is what was defined when its cell had run: a later cell may have given a name to something else.
    """

    name: str
    value: Any
    beside: dict[str, Any] = field(default_factory=dict)


@dataclass
class Sightings:
    """What each cell bound to the names that matter, in order.

    A duplicated cell binds a name twice; each of the last three answers is tried, and the best one counts.
    """

    wanted: dict[str, str]  # answer's name -> the grade_id of its cell
    seen: dict[str, list[Candidate]] = field(default_factory=dict)
    defined: dict[str, list[str]] = field(default_factory=dict)
    _before: dict[str, Any] = field(default_factory=dict)

    def look(self, namespace: dict[str, Any], grade_id: str | None) -> None:
        """Note what the last cell has changed."""
        beside = {name: value for name, value in namespace.items() if _helps(name, value)}
        for name, value in namespace.items():
            if name.startswith("__") or self._before.get(name, MISSING) is value:
                continue
            self._before[name] = value
            if name in self.wanted or _is_own(value):
                self.seen.setdefault(name, []).append(Candidate(name, value, beside))
            if _is_own(value):
                self.defined.setdefault(grade_id or "", []).append(name)

    def candidates(self, answer: str) -> list[Candidate]:
        """What may be the answer, the best guess first; empty where there is nothing.

        Where a helper is another one by now, each is tried with the old ones and with those of the end.

        >>> sightings = Sightings({"fold": "fold_cell"})
        >>> sightings.look({"fold": 1}, "fold_cell"); sightings.look({"fold": 2}, None)
        >>> [found.value for found in sightings.candidates("fold")]
        [2, 1]
        """
        found = self.seen.get(answer) or self.seen.get(self._other_name(answer), [])[-1:]
        return [one for seen in found[::-1][:MOST] for one in self._each_way(seen)]

    def _each_way(self, seen: Candidate) -> list[Candidate]:
        helpers = [name for name, value in seen.beside.items() if _is_own(value) and name != seen.name]
        changed = any(self._before[name] is not seen.beside[name] for name in helpers)
        return [seen, Candidate(seen.name, seen.value)] if changed else [seen]

    def _other_name(self, answer: str) -> str | None:
        """The last thing defined in the answer's own cell, else the one spelled most like it."""
        own = [name for name in self.defined.get(self.wanted[answer], []) if name not in self.wanted]
        if own:
            return own[-1]
        free = {name for names in self.defined.values() for name in names} - set(self.wanted)
        plain = {name.lower().replace("_", ""): name for name in sorted(free)}
        close = difflib.get_close_matches(answer.lower().replace("_", ""), plain, n=1, cutoff=0.7)
        return plain[close[0]] if close else None


def _is_own(value: Any) -> bool:
    """Whether a submission has defined this itself; a thing that will not say so has not."""
    with suppress(Exception):
        return callable(value) and getattr(value, "__module__", None) == "__main__"
    return False


def _helps(name: str, value: Any) -> bool:
    """Functions, classes, numbers and texts; a large tensor of then is kept alive by nobody."""
    return not name.startswith("__") and (_is_own(value) or type(value) in (bool, int, float, str))
