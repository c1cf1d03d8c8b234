"""Phrases for descriptions of figures: lists, rough numbers, ranges, and the colours of factors."""

from collections.abc import Sequence
from decimal import Decimal

from torch import Tensor

ROUNDING = 1e-6  # a factor so near to 1 is 1


def joined(words: Sequence[str]) -> str:
    """Words with commas and an "and".

    >>> joined(["l_k", "l_v", "l_ff"]), joined(["l_k"])
    ('l_k, l_v and l_ff', 'l_k')
    """
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def rough(value: float, digits: int = 2) -> str:
    """A measured number, marked as one that may end otherwise on another machine.

    >>> rough(0.5149)
    '≈ 0.51'
    """
    return f"≈ {value:.{digits}f}"


def span(values: Sequence[float], digits: int = 2) -> str:
    """The range of measured numbers; one number where there is one only.

    >>> span([0.52, 0.9, 0.6]), span([0.5])
    ('≈ 0.52 to ≈ 0.90', '≈ 0.50')
    """
    ends = [rough(end, digits) for end in (min(values), max(values))]
    return " to ".join(ends if len(values) > 1 else ends[:1])


def times(factors: Tensor) -> str:
    """The factors of a vector (d,), listed.

    >>> import torch
    >>> times(torch.tensor([1.0, 0.5]))
    '× 1 and × 0.5'
    """
    return joined([f"× {factor:.2g}" for factor in factors.tolist()])


def colour_word(factor: float) -> str:
    """What the colour of a factor is called; 0 and what is below are black, and 1 is 1 up to rounding.

    >>> [colour_word(factor) for factor in (0.5, 1.0, 1 + 1e-9, 2.0, 0.0)]
    ['blue', 'white', 'white', 'orange', 'black']
    """
    if abs(factor - 1) < ROUNDING:
        return "white"
    return "black" if factor <= 0 else "blue" if factor < 1 else "orange"


def shares_of_colours(factors: Tensor) -> str:
    """How many of the factors are inhibited, alone, amplified or black, in percent; none is left out.

    >>> import torch
    >>> shares_of_colours(torch.tensor([0.5, 0.5, 1.0, 2.0]))
    'blue ≈ 50 %, white ≈ 25 %, orange ≈ 25 %'
    """
    words = [colour_word(factor) for factor in factors.flatten().tolist()]
    found = [colour for colour in ("blue", "white", "orange", "black") if colour in words]
    return ", ".join(f"{colour} {rough(100 * words.count(colour) / len(words), 0)} %" for colour in found)


def about(value: float) -> str:
    """A number of any size with the two digits that count, and never with an exponent.

    >>> about(0.1234), about(22368.6), about(3.1e-7), about(1.0)
    ('≈ 0.12', '≈ 22,000', '≈ 0.00000031', '≈ 1.0')
    """
    return f"≈ {Decimal(f'{value:.1e}'):,f}"


def trend(values: Sequence[float]) -> str:
    """How a line runs from its first to its last value.

    >>> trend([1.0, 3.0]), trend([3.0, 1.0]), trend([2.0, 2.0])
    ('rises from ≈ 1.0 to ≈ 3.0', 'falls from ≈ 3.0 to ≈ 1.0', 'stays at ≈ 2.0')
    >>> trend([2.0, 5.0, 2.0])
    'returns to ≈ 2.0'
    """
    first, last = about(values[0]), about(values[-1])
    if first == last:
        return f"{'stays at' if {*map(about, values)} == {first} else 'returns to'} {first}"
    return f"{'rises' if values[-1] > values[0] else 'falls'} from {first} to {last}"
