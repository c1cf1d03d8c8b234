"""Checks of problem set 5: each prints a line for every property and returns the points."""

from ia3_teach.check.sets.frame_verdict import BEST_CORE, CORE_RANK, FRAME, MINE
from ia3_teach.check.sets.small_core_verdict import MERGED, SMALL_CORE

EXERCISES = (FRAME, SMALL_CORE, MERGED, CORE_RANK, BEST_CORE, MINE)
frame = FRAME.run
small_core = SMALL_CORE.run
merged = MERGED.run
core_rank = CORE_RANK.run
best_core = BEST_CORE.run
mine = MINE.run_own
