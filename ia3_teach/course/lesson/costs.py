"""When something that is paid once is cheaper than something that is paid at every use."""

import math
from dataclasses import dataclass

from ia3_teach.wording import short


@dataclass(frozen=True)
class Cost:
    """What is paid once, and what at each prediction, in one unit such as FLOPs."""

    once: float
    each: float

    def after(self, predictions: float) -> float:
        """once + predictions * each.

        >>> Cost(once=10, each=2).after(5)
        20
        """
        return self.once + predictions * self.each


def break_even(first: Cost, second: Cost) -> int:
    """The smallest whole number of predictions after which `first` has cost less in all than `second`.

    once_1 + n each_1 < once_2 + n each_2. Raises ValueError if `first` never becomes cheaper.

    >>> break_even(Cost(once=10, each=1), Cost(once=0, each=3))
    6
    """
    if first.once < second.once:
        return 0
    if first.each >= second.each:
        raise ValueError(
            f"{short(first)} never becomes cheaper than {short(second)}: it costs as much at each prediction"
        )
    return math.floor((first.once - second.once) / (second.each - first.each)) + 1
