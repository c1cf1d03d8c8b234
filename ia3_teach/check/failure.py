"""What a failed check says: expected, found, likely mistake."""

import sysconfig
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

# What is neither the learner's nor a check's: other packages, the rest of this one, Python itself.
LIBRARIES = ("site-packages", str(Path(__file__).parents[1]), sysconfig.get_paths()["stdlib"])


@dataclass
class Picture:
    """What to draw beside a failed check: target | yours | difference."""

    target: Tensor
    yours: Tensor
    as_scale: bool


class CheckFailed(AssertionError):
    """An answer that lacks a property; nbgrader counts it as a failed assertion.

    >>> print(CheckFailed("6 values", "3 values", "one head is missing"))
    expected: 6 values
    found:    3 values
    likely:   one head is missing
    """

    def __init__(
        self, expected: str, found: str, mistake: str, picture: Picture | None = None
    ) -> None:
        self.mistake = mistake
        self.picture = picture
        super().__init__(f"expected: {expected}\nfound:    {found}\nlikely:   {mistake}")

    def _render_traceback_(self) -> list[str]:
        """IPython prints this in place of a traceback through the checker's own code."""
        return ["Check failed", *str(self).splitlines()]


class NotWritten(CheckFailed):
    """The exercise is still its stub: no mistake was made, and `check.unwritten` shows it in grey."""


def not_written_yet(last_error: BaseException | None = None) -> NotWritten:
    """The message for a stub that still raises NotImplementedError.

    A cell with a syntax error never runs, so that the stub stands although something was written.
    """
    mistake = "write the exercise's cell, run it, then run this check again"
    if isinstance(last_error, SyntaxError):
        mistake = f"the cell before ended in {type(last_error).__name__} and changed nothing: mend and run it"
    return NotWritten(
        "your code in place of `raise NotImplementedError()`", "the stub, not written yet", mistake
    )


def learner_error(error: Exception, during: str) -> CheckFailed:
    """An exception on the way through a property: the learner's own, or the check's on what it was given."""
    what = f"{type(error).__name__}: {_first_line(error)}"
    own, of_check = _frames(error)
    if own is not None and (of_check is None or own[0] > of_check):
        line = f" (line {own[1].lineno}: `{(own[1].line or '').strip()}`)"
        return CheckFailed(
            during,
            f"your code stopped with {what}{line}",
            "read the error first; print the shapes just before that line",
        )
    return CheckFailed(
        during,
        f"your code ran, but this check could not use what came back ({what})",
        "look at what your code returns: its type, its shape, and whether it returns anything",
    )


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else "(no message)"


def _frames(error: Exception) -> tuple[tuple[int, traceback.FrameSummary] | None, int | None]:
    """The innermost frame of the learner's with its depth, and the depth of the innermost one of a check."""
    own, of_check = None, None
    for depth, frame in enumerate(traceback.extract_tb(error.__traceback__)):
        if frame.filename.startswith(str(Path(__file__).parent)):
            of_check = depth
        elif not any(place in frame.filename for place in LIBRARIES):
            own = depth, frame
    return own, of_check


def describe(value: Any) -> str:
    """A value in a few words: tensors by shape and first entries.

    >>> import torch
    >>> describe(torch.tensor([1.0, 2.5]))
    'tensor of shape (2,): 1, 2.5'
    >>> describe(None)
    'None'
    """
    if not isinstance(value, Tensor):
        text = repr(value)
        return text if len(text) <= 80 else text[:77] + "..."
    first = ", ".join(f"{entry:.4g}" for entry in value.detach().flatten()[:6].tolist())
    more = ", ..." if value.numel() > 6 else ""
    return f"tensor of shape {tuple(value.shape)}: {first}{more}"
