"""What a failed check says: expected, found, likely mistake."""

import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor


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


def not_written_yet() -> CheckFailed:
    """The message for a stub that still raises NotImplementedError."""
    return CheckFailed(
        "your code in place of `raise NotImplementedError()`",
        "the stub, not written yet",
        "write the exercise's cell, run it, then run this check again",
    )


def learner_error(error: Exception, during: str) -> CheckFailed:
    """The learner's own exception, with the line that raised it."""
    return CheckFailed(
        during,
        f"your code stopped with {type(error).__name__}: {_first_line(error)}{_where(error)}",
        "read the error first; print the shapes just before that line",
    )


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else "(no message)"


def _where(error: Exception) -> str:
    """The last line on the way that is neither in a library nor in this package."""
    frames = traceback.extract_tb(error.__traceback__)
    others = ("site-packages", str(Path(__file__).parents[1]))
    own = [frame for frame in frames if not any(place in frame.filename for place in others)]
    if not own:
        return ""
    return f" (line {own[-1].lineno}: `{(own[-1].line or '').strip()}`)"


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
