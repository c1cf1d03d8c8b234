"""Checks of problem set 2: each prints a line for every property and returns the points."""

from typing import Any

from ia3_teach.check.sets.architecture_verdict import COUNT_VALUES, LARGEST_RANK, SITES_OF
from ia3_teach.check.sets.layout_verdict import FIND_CHANNELS, MINE
from ia3_teach.course.sets import seed_of

EXERCISES = (SITES_OF, FIND_CHANNELS, COUNT_VALUES, LARGEST_RANK, MINE)
sites_of = SITES_OF.run
find_channels = FIND_CHANNELS.run
count_values = COUNT_VALUES.run
largest_rank = LARGEST_RANK.run


def mine(answer: Any, student: str) -> float:
    """Check the channels of the learner's own attention."""
    return MINE.run(answer, seed_of(student, "ps2"))
