"""What was moved in the explorer, as lines of text: which entries, then x and a factor, or = and a value.

l_k.2.17x1.5 one entry, l_ff.3.*x2 a layer, l_v.*.*x0.5 a kind, *.2.*=1 a whole layer,
l_k.0.3-9|l_k.1.4,7x2 a group.
`live/explorer/edits.js` does the same in the browser.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from torch import Tensor

from ia3_teach.wording import brief, short

Values = dict[str, Tensor]
Place = tuple[str, list[int], list[int]]

RANGES = r"(?:\*|\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*)"
PART = rf"(?:\*|\w+)\.{RANGES}\.{RANGES}"
FORM = re.compile(rf"({PART}(?:\|{PART})*)(x|=)(-?\d+(?:\.\d+)?(?:e-?\d+)?)", re.ASCII)


def moved(values: Mapping[str, Tensor], lines: Sequence[str]) -> Values:
    """A copy of {"l_k": (n_layers, d), ...} after all moves, in their order.

    Raises ValueError for a line that is no move, or that names entries which there are not.

    >>> import torch
    >>> moved({"l_k": torch.ones(2, 3)}, ["l_k.1.*x3", "*.0.1-2=0.5", "l_k.1.0x2"])["l_k"].tolist()
    [[1.0, 0.5, 0.5], [6.0, 3.0, 3.0]]
    """
    result = {kind: matrix.clone() for kind, matrix in values.items()}
    for line in lines:
        target, how, amount = parts_of(line)
        for kind, layers, channels in places_of(target, values):
            rows = result[kind][layers]
            rows[:, channels] = rows[:, channels] * amount if how == "x" else amount
            result[kind][layers] = rows
    return result


def parts_of(line: str) -> tuple[str, str, float]:
    """(target, "x" or "=", number) of a line.

    >>> parts_of("l_k.2.17x1.5")
    ('l_k.2.17', 'x', 1.5)
    """
    found = FORM.fullmatch(line) if isinstance(line, str) else None
    if not found:
        raise ValueError(f"{brief(line)} is no move; one looks like l_k.2.17x1.5 or l_ff.3.*=1")
    return found[1], found[2], float(found[3])


def places_of(target: str, values: Mapping[str, Tensor]) -> Iterator[Place]:
    """(kind, layers, channels) of each part of a target."""
    for part in target.split("|"):
        kind, layers, channels = part.split(".")
        if kind != "*" and kind not in values:
            raise ValueError(
                f"{short(target)}: there is no kind {short(kind)}; there are {short(', '.join(values))}"
            )
        for name in values if kind == "*" else [kind]:
            rows, columns = values[name].shape
            yield name, numbers(layers, rows, "layer"), numbers(channels, columns, "channel")


def check_move(line: str, values: Mapping[str, Tensor]) -> None:
    """Refuse a line that is no move of these vectors."""
    list(places_of(parts_of(line)[0], values))


def check_entry(name: str, values: Mapping[str, Tensor]) -> None:
    """Refuse what is not one entry of these vectors, such as "l_k.2.17"."""
    if not re.fullmatch(r"\w+\.\d+\.\d+", name, re.ASCII):
        raise ValueError(f"{brief(name)} is no entry; one looks like l_k.2.17")
    list(places_of(name, values))


def numbers(ranges: str, size: int, what: str) -> list[int]:
    """The numbers of "3-5,9", or all below `size` for "*".

    >>> numbers("3-5,9", 10, "channel")
    [3, 4, 5, 9]
    """
    if ranges == "*":
        return list(range(size))
    found: list[int] = []
    for part in ranges.split(","):
        first, _, last = part.partition("-")
        if int(last or first) >= size or int(first) > int(last or first):
            raise ValueError(f"{short(what)} {short(part)}: they run from 0 to {size - 1}")
        found += range(int(first), int(last or first) + 1)
    return found
