"""Checks of lesson 13: a concentration, a shuffle for a control, the share of the variance between heads."""

from ia3_teach.check.between_heads import between_heads
from ia3_teach.check.row_shuffle import shuffle_rows
from ia3_teach.check.top_share import top_share

__all__ = ["between_heads", "shuffle_rows", "top_share"]
