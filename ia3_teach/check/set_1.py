"""Checks of problem set 1: each prints a line for every property and returns the points."""

from ia3_teach.check.sets.axis_verdict import SCALE_AXIS
from ia3_teach.check.sets.convolution_verdict import SCALED_CONV
from ia3_teach.check.sets.gradient_verdict import GRADIENTS
from ia3_teach.check.sets.planted_verdict import FIND_VECTOR, MINE

EXERCISES = (SCALE_AXIS, SCALED_CONV, GRADIENTS, FIND_VECTOR, MINE)
scale_axis = SCALE_AXIS.run
scaled_conv = SCALED_CONV.run
gradients = GRADIENTS.run
find_vector = FIND_VECTOR.run
mine = MINE.run_own
