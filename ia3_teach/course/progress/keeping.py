"""Whether a check that passes is kept: where somebody learns, and nowhere else.

A notebook server tells each kernel that it starts for a person which notebook it belongs to, in
JPY_SESSION_NAME. What runs notebooks unattended (`run`, `execute`, nbval, nbgrader, the boxes of `grade`) has
no kernel, or one that was told nothing: there nothing is kept.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from ia3_teach.course.progress.record import keep
from ia3_teach.wording import brief, short

SWITCH = "IA3_TEACH_PROGRESS"
SESSION = "JPY_SESSION_NAME"


def note(exercise: str) -> None:
    """Keep that an exercise was passed, where that is wanted. Never fails: what went wrong is said in a line.

    >>> import os; os.environ["IA3_TEACH_PROGRESS"] = "off"
    >>> note("lesson_02.fold")
    """
    try:
        if is_wanted(os.environ):
            keep(exercise)
    except Exception as error:  # a full disk, a home that cannot be written: the check has passed
        print(f"(not kept among your progress: {short(error)})")


def is_wanted(variables: Mapping[str, str]) -> bool:
    """Whether to keep what passes now; IA3_TEACH_PROGRESS=on or off goes before all else.

    Raises ValueError for another value of it.

    >>> is_wanted({"IA3_TEACH_PROGRESS": "on"}), is_wanted({"JPY_SESSION_NAME": "/my_course/02.ipynb"})
    (True, False)
    """
    chosen = variables.get(SWITCH, "")
    if chosen not in ("", "on", "off"):
        raise ValueError(f"{SWITCH} is {brief(chosen)}; set it to on or off, or take it out")
    return chosen == "on" or (not chosen and SESSION in variables and in_a_kernel())


def in_a_kernel() -> bool:
    """Whether this process is the kernel of a notebook, and not a program that was started from one."""
    module = sys.modules.get("IPython")
    shell = module.get_ipython() if module is not None else None
    return getattr(shell, "kernel", None) is not None
