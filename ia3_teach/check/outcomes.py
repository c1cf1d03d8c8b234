"""What an exercise asks of an answer, and how that came out: the same for lessons and problem sets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Property:
    """One thing that holds of a right answer, and its points: `judge` raises CheckFailed where it does not.

    >>> Property("it is small", judge=print, points=2).lost("it is large")
    Outcome(property='it is small', points=0.0, of=2, message='it is large', detail='')
    """

    text: str
    judge: Callable[..., None]
    points: float = 1.0

    def earned(self) -> Outcome:
        """All its points."""
        return Outcome(self.text, self.points, self.points)

    def lost(self, message: str, detail: str = "") -> Outcome:
        """None of them, and why."""
        return Outcome(self.text, 0.0, self.points, message, detail)


@dataclass(frozen=True)
class Outcome:
    """How one property came out: points, of how many, and where some are missing why.

    `message` shows no value of a case and may be read by a learner after grading; `detail` has all.
    """

    property: str
    points: float
    of: float
    message: str = ""
    detail: str = ""
