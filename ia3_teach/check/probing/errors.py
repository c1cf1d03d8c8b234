"""What went wrong in an answer, as plain data."""

import sysconfig
import traceback
from pathlib import Path
from typing import Any

from ia3_teach.check.probing.limits import TookTooLong, WroteTooMuch
from ia3_teach.wording import first_line

CHECKS = str(Path(__file__).parents[1])
# What is neither the learner's nor a check's: other packages, the rest of this one, Python itself.
LIBRARIES = ("site-packages", str(Path(__file__).parents[2]), sysconfig.get_paths()["stdlib"])
ENDED = {
    TookTooLong: "time", WroteTooMuch: "output", SystemExit: "exit", KeyboardInterrupt: "interrupt",
    RecursionError: "recursion", MemoryError: "memory",
}  # fmt: skip


def told(error: BaseException) -> dict[str, Any]:
    """Kind, its base kinds, first line, the learner's own line, and how it ended where that is special."""
    own, of_check = _frames(error)
    learners = own is not None and (of_check is None or own[0] > of_check)
    special = [name for kind, name in ENDED.items() if isinstance(error, kind)]
    return {
        "kind": type(error).__name__[:80],
        "kinds": [kind.__name__[:80] for kind in type(error).__mro__],
        "text": first_line(error)[:200] or "(no message)",
        "own": learners,
        "line": own[1].lineno if learners else None,
        "code": (own[1].line or "").strip()[:200] if learners else "",
        "ended": special[0] if special else None,
    }


def _frames(error: BaseException) -> tuple[tuple[int, traceback.FrameSummary] | None, int | None]:
    """The innermost frame of the learner's with its depth, and the depth of the innermost one of a check."""
    own, of_check = None, None
    for depth, frame in enumerate(traceback.extract_tb(error.__traceback__, limit=200)):
        if frame.filename.startswith(CHECKS):
            of_check = depth
        elif not any(place in frame.filename for place in LIBRARIES):
            own = depth, frame
    return own, of_check
