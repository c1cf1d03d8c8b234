"""Where the names of marks can stand, so that they cover neither marks nor one another; all in inches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

LETTER, LINE = 0.078, 0.16  # a letter's width and a line's height
Spot = tuple[float, float, float, float]  # left, right, bottom, top


def offsets(
    places: Mapping[str, tuple[float, float]], wide: float, high: float, said: Sequence[Spot] = ()
) -> dict[str, tuple[float, float]]:
    """{name: the way from its mark to the near end of its name}, so that nothing is covered.

    The names are set one after another in a panel as `wide` and `high`, each at the nearest spot that is free
    of marks, of names, and of the words that are `said` already.
    """
    marks = [(x - 0.05, x + 0.05, y - 0.05, y + 0.05) for x, y in places.values()]
    taken: list[Spot] = [*marks, *said]
    found = {}
    for name, (x, y) in sorted(places.items(), key=lambda item: item[1][1]):
        width = LETTER * len(name)
        ways = product((0.1, -0.1, 0.35, -0.35), (step * LINE / 2 for step in range(-12, 13)))
        for across, up in sorted(ways, key=lambda way: abs(way[0]) + abs(way[1])):
            start = x + across - (width if across < 0 else 0)
            spot = (start, start + width, y + up - LINE / 2, y + up + LINE / 2)
            inside = spot[0] > 0.02 and spot[1] < wide and 0.08 < spot[2] and spot[3] < high
            if inside and not any(overlap(spot, other) for other in taken):
                break
        taken.append(spot)
        found[name] = (across, up)
    return found


def overlap(one: Spot, other: Spot) -> bool:
    """Whether two boxes share a point.

    >>> overlap((0, 2, 0, 2), (1, 3, 1, 3)), overlap((0, 1, 0, 1), (2, 3, 0, 1))
    (True, False)
    """
    return one[0] < other[1] and other[0] < one[1] and one[2] < other[3] and other[2] < one[3]
