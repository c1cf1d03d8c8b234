"""Exercises 2.2 and 2.5: an attention whose channels lie in an order that has to be found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ia3_teach.check.probing.sets.calls import called, plain, recorded
from ia3_teach.course.sets.layouts import hidden_attention
from ia3_teach.course.sets.variants import generator, number

Cases = dict[str, Any]


def layout_cases(seed: int) -> Cases:
    """The seeds of seven attentions, of which the last have their channels in any order."""
    draw = generator(seed)
    return {"seeds": [number(draw, 0, 2**30) for _ in range(7)], "mixed": 5 * [False] + 2 * [True]}


@recorded
def probe_layout(answer: Callable, cases: Cases) -> Any:
    """What is returned for each attention."""
    records = []
    for seed, mixed in zip(cases["seeds"], cases["mixed"], strict=True):
        attend, channels = hidden_attention(seed, mixed)
        records.append(called(answer, attend, sum(map(len, channels.values()))))
    return records


def own_layout(seed: int) -> Cases:
    """The learner's own attention is drawn from their own seed."""
    return {"seeds": [seed], "mixed": [True]}


@recorded
def probe_own_layout(answer: Any, cases: Cases) -> Any:
    """The answer itself, which is lists of numbers."""
    return plain(answer)
