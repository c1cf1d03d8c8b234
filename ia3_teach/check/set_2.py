"""Checks of problem set 2: each prints a line for every property and returns the points."""

from ia3_teach.check.sets.architecture_verdict import COUNT_VALUES, LARGEST_RANK, SITES_OF
from ia3_teach.check.sets.layout_verdict import FIND_CHANNELS, MINE

EXERCISES = (SITES_OF, FIND_CHANNELS, COUNT_VALUES, LARGEST_RANK, MINE)
sites_of = SITES_OF.run
find_channels = FIND_CHANNELS.run
count_values = COUNT_VALUES.run
largest_rank = LARGEST_RANK.run
mine = MINE.run_own
