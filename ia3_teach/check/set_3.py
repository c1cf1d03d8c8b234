"""Checks of problem set 3: each prints a line for every property and returns the points."""

from typing import Any

from ia3_teach.check.sets.switching_verdict import MIXED_IN, SWITCH
from ia3_teach.check.sets.training_verdict import FAIR, MINE, TRAIN
from ia3_teach.course.sets import seed_of

EXERCISES = (FAIR, TRAIN, SWITCH, MIXED_IN, MINE)
fair = FAIR.run
train = TRAIN.run
switch = SWITCH.run
mixed_in = MIXED_IN.run


def mine(answer: Any, student: str) -> float:
    """Check the numbers of the learner's own vector."""
    return MINE.run(answer, seed_of(student, "ps3"))
