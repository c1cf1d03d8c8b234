"""What counts as a number in an argument, in one place: a finite real one, or a whole one, within its bounds.

Taken are int, float, Fraction, and numpy's whole and floating numbers; what comes back is Python's own int or
float, so that it can be saved, and never changes with whoever gave it. Refused are truth values, texts,
tensors and arrays (also of one entry: write .item()), Decimal and complex numbers, NaN and infinity, and
numbers too large for a float: none of these is what every computation that follows would take alike.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from numbers import Integral, Real

from ia3_teach.wording import brief, short

ORDINARY = 64  # the rank of a recipe for layers of any size
LARGEST = 2**63 - 1  # of a whole number: what torch takes as a size or a seed
MOST_VALUES = ContextVar("values of one new tensor", default=2**31)  # 8 GB: more than any weight beside it


def number(name: str, found: object, least: float = -math.inf, most: float = math.inf) -> float:
    """The finite number that an argument means, as an int or a float. Raises ValueError for anything else.

    >>> number("share", 0.5, least=0, most=1)
    0.5
    """
    plain = plain_number(found)
    if plain is None or not least <= plain <= most:
        raise ValueError(
            f"{short(name)} is a finite number{short(bounds(least, most))}; found {shown(found)}"
        )
    return plain


def positive(name: str, found: object) -> float:
    """The same for a number greater than 0.

    >>> positive("rate", 3)
    3
    """
    plain = plain_number(found)
    if plain is None or not plain > 0:
        raise ValueError(f"{short(name)} is a finite number greater than 0; found {shown(found)}")
    return plain


def part(name: str, found: object, none: bool = False) -> float:
    """The same for a number in (0, 1], or in [0, 1) where it may be `none` but not all.

    >>> part("dropout", 0, none=True)
    0
    """
    plain = plain_number(found)
    if plain is None or not (0 <= plain < 1 if none else 0 < plain <= 1):
        kind = "[0, 1)" if none else "(0, 1]"
        raise ValueError(f"{short(name)} is a share in {short(kind)}; found {shown(found)}")
    return plain


def whole(name: str, found: object, least: int = -LARGEST, most: int = LARGEST) -> int:
    """The whole number that an argument means. Raises ValueError for anything else; 2.0 is none.

    >>> whole("steps", 3, least=1)
    3
    """
    plain = plain_number(found) if isinstance(found, Integral) else None
    if plain is None or not least <= plain <= most:
        low = -math.inf if least == -LARGEST else least
        raise ValueError(f"{short(name)} is a whole number{short(bounds(low, most))}; found {shown(found)}")
    return int(plain)


def check_rank(r: int, d_in: int, d_out: int) -> None:
    """Refuse a rank beyond both sides of the layer that its pair is hung in, and beyond what is usual.

    No change of the layer has a rank above its smaller side. Up to the larger side, or up to ORDINARY in a
    small layer, a rank is only wasteful, and taken, as PEFT takes it: "all-linear" means routers of a few
    experts too. Beyond that the pair alone has more than twice the values of the layer: an accident.
    """
    if r > max(d_in, d_out, ORDINARY):
        raise ValueError(
            f"r={short(r)} is larger than both sides of a layer from {d_in:,} to {d_out:,} channels, whose "
            f"changes have a rank of {min(d_in, d_out):,} at most; take a smaller r"
        )


@contextmanager
def no_larger_than(values: int) -> Iterator[None]:
    """Within it no adapter gets a tensor of more values: what is made for a file is no larger than the file.

    >>> with no_larger_than(6):
    ...     check_shape(2, 3)
    """
    token = MOST_VALUES.set(values)
    try:
        yield
    finally:
        MOST_VALUES.reset(token)


def check_shape(*shape: int) -> None:
    """Refuse the shape of a new tensor that has more values than there may be, before memory is asked for."""
    if math.prod(shape) > MOST_VALUES.get():
        raise ValueError(
            f"the settings ask for {brief(math.prod(shape))} values beside one layer, in the shape "
            f"{brief(tuple(shape))}, which may have at most {MOST_VALUES.get():,}: a slip in the "
            "settings, or a file that has those of other tensors"
        )


def plain_number(found: object) -> int | float | None:
    """Python's own number; None for what is none, has no end, or is too large for a float.

    >>> plain_number(True), plain_number(1.5), plain_number(10**400)
    (None, 1.5, None)
    """
    if isinstance(found, bool) or not isinstance(found, Real):
        return None
    try:
        approximate = float(found)
        plain = int(found) if isinstance(found, Integral) else approximate
    except Exception:  # beyond the largest float; a stranger's own kind of number may raise anything
        return None
    return plain if math.isfinite(approximate) else None


def bounds(least: float, most: float) -> str:
    """How an error says them.

    >>> bounds(1, LARGEST), bounds(0, 1), bounds(-math.inf, math.inf)
    (' of at least 1', ' from 0 to 1', '')
    """
    if most >= LARGEST:
        return "" if math.isinf(least) else f" of at least {least:,}"
    return f" of at most {most:,}" if math.isinf(least) else f" from {least:,} to {most:,}"


def shown(found: object) -> str:
    """What was found; of what holds one number its kind as well, since it looks like a number."""
    holds_one = hasattr(found, "item") and not isinstance(found, Real)
    return f"{brief(found)}, of which .item() makes a number" if holds_one else brief(found)
