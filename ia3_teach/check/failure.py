"""What a failed check says: expected, found, likely mistake."""

from dataclasses import dataclass
from typing import Any

from torch import Tensor

LONGEST = 80  # letters of a value that are shown


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

    def __init__(self, expected: str, found: str, mistake: str, picture: Picture | None = None) -> None:
        self.mistake = mistake
        self.stopped = False  # whether an error stopped the answer before it gave anything
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


def describe(value: Any) -> str:
    """A value in a few words: tensors by shape and first entries.

    >>> import torch
    >>> describe(torch.tensor([1.0, 2.5]))
    'tensor of shape (2,): 1, 2.5'
    >>> describe(None)
    'None'
    """
    if not isinstance(value, Tensor):
        return cut(repr(value))
    first = ", ".join(f"{entry:.4g}" for entry in value.detach().flatten()[:6].tolist())
    more = ", ..." if value.numel() > 6 else ""
    return f"tensor of shape {tuple(value.shape)}: {first}{more}"


def cut(text: str) -> str:
    """A long text without its end."""
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."
