"""Exercises 2.2 and 2.5, judged: which channels are queries, keys and values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ia3_teach.check.failure import CheckFailed
from ia3_teach.check.probing.sets.layout_probe import layout_cases, own_layout, probe_layout, probe_own_layout
from ia3_teach.check.sets.graded import Exercise, Property
from ia3_teach.check.sets.judging import described, value_of
from ia3_teach.course.sets.layouts import PARTS, hidden_attention


def _finds(part: str) -> Callable:
    """The judge of queries, keys or values, in all attentions."""

    def judge(records: list[dict[str, Any]], cases: dict[str, Any]) -> None:
        for record, seed, mixed in zip(records, cases["seeds"], cases["mixed"], strict=True):
            _, channels = hidden_attention(seed, mixed)
            what = f"find_channels(attend, {sum(map(len, channels.values()))})"
            compare(value_of(record, what), part, channels)

    return judge


def _own(part: str) -> Callable:
    """The judge of the learner's own numbers."""

    def judge(record: Any, cases: dict[str, Any]) -> None:
        compare(record, part, hidden_attention(cases["seeds"][0], mixed=True)[1])

    return judge


def compare(found: Any, part: str, channels: dict[str, list[int]]) -> None:
    """Refuse other channels than those of `part`, in whatever order they are listed."""
    expected = f'a dict with the channels of "{part}", {len(channels[part])} whole numbers'
    if not isinstance(found, dict) or not isinstance(found.get(part), list):
        raise CheckFailed(expected, described(found), f'a dict with "{part}": [...], a list of its numbers')
    numbers = found[part]
    if any(type(number) is not int for number in numbers):
        raise CheckFailed(expected, described(numbers), "whole numbers: use .tolist() or int(...)")
    if sorted(numbers) != channels[part]:
        other = [name for name in PARTS if sorted(numbers) == channels[name]]
        mistake = f"these are the {other[0]}" if other else "count what each experiment tells apart"
        if sorted(numbers) == [number + 1 for number in channels[part]]:
            mistake = "channels are counted from 0"
        raise CheckFailed(f"the {part} of this attention", described(sorted(numbers)), mistake)


FIND_CHANNELS = Exercise(
    "set_2.find_channels", "find_channels", layout_cases, probe_layout,
    tuple(Property(f"the {part}", _finds(part), 2) for part in PARTS[::-1]),
)  # fmt: skip
MINE = Exercise(
    "set_2.mine", "mine", own_layout, probe_own_layout,
    tuple(Property(f"the {part} of your own", _own(part), 1) for part in ("keys", "values")),
    personal=True,
)  # fmt: skip
