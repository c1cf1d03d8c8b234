"""Which of the shipped adapters a learner reads, and which of its three vectors."""

from typing import NamedTuple

from ia3_teach.course.sets.variants import generator, number, seed_of
from ia3_teach.course.shipped.manifest import read_manifest

KINDS = ("l_k", "l_v", "l_ff")


class Reading(NamedTuple):
    """A task, another to hold against it, one kind of vector, and seeds for controls."""

    task: str
    other: str
    kind: str
    seeds: tuple[int, int, int]


def own_reading(name: str, problem_set: str = "ps4") -> Reading:
    """This learner's reading. Raises ValueError without a name.

    >>> own_reading("Ada") == own_reading("ada"), own_reading("Ada").kind in KINDS
    (True, True)
    """
    draw = generator(seed_of(name, problem_set))
    tasks = sorted(read_manifest()["vectors of tiny-bloom"]["test_accuracy"])
    task = tasks.pop(number(draw, 0, len(tasks) - 1))
    other = tasks[number(draw, 0, len(tasks) - 1)]
    kind = KINDS[number(draw, 0, 2)]
    return Reading(task, other, kind, tuple(number(draw, 0, 999) for _ in range(3)))
