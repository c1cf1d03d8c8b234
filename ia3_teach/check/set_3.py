"""Checks of problem set 3: each prints a line for every property and returns the points."""

from ia3_teach.check.sets.switching_verdict import MIXED_IN, SWITCH
from ia3_teach.check.sets.training_verdict import FAIR, MINE, TRAIN

EXERCISES = (FAIR, TRAIN, SWITCH, MIXED_IN, MINE)
fair = FAIR.run
train = TRAIN.run
switch = SWITCH.run
mixed_in = MIXED_IN.run
mine = MINE.run_own
