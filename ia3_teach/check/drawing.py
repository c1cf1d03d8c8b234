"""Drawing the values of cases from a seed: never the same for two seeds, always the same for one."""

import random

import torch
from torch import Tensor

WORDS = (
    "amber birch cedar dune ember fjord grove heath islet juniper kelp lagoon meadow nectar ochre "
    "pebble quartz "
    "reed sedge thicket umber vale willow yarrow zephyr"
).split()


class Draw:
    """Numbers, words and tensors of one seed."""

    def __init__(self, seed: int) -> None:
        self.whole = random.Random(f"cases of {seed}")
        self.turn = 1
        self.generator = torch.Generator().manual_seed(self.whole.getrandbits(60))

    def tensor(
        self, *shape: int, low: float = -2.0, high: float = 2.0, dtype: torch.dtype = torch.float32
    ) -> Tensor:
        """Even between `low` and `high`.

        >>> Draw(1).tensor(2, 3).shape
        torch.Size([2, 3])
        """
        drawn = torch.rand(*shape, generator=self.generator, dtype=torch.float64)
        return (low + (high - low) * drawn).to(dtype)

    def factors(self, length: int, dtype: torch.dtype = torch.float32) -> Tensor:
        """Positive factors between 1/4 and 4, none near 1 and no two alike."""
        steps = torch.arange(length, dtype=torch.float64) + self.tensor(length, low=0.1, high=0.9).double()
        powers = 0.2 + 1.7 * steps / length
        signs = torch.tensor([self.whole.choice((-1, 1)) for _ in range(length)])
        order = torch.randperm(length, generator=self.generator)
        return (2 ** (signs * powers))[order].to(dtype)

    def near_one(self, length: int) -> Tensor:
        """Factors that have moved a little, as most of a trained vector have."""
        return 1 + self.tensor(length, low=0.002, high=0.009)

    def signed(self, length: int, dtype: torch.dtype = torch.float32) -> Tensor:
        """Factors of both signs, with a 0 among them where there is room; other signs from call to call."""
        found, self.turn = self.factors(length, dtype), 1 - self.turn
        found[self.turn :: 2] *= -1
        if length > 2:
            found[1] = 0
        return found

    def number(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return self.whole.randint(low, high)

    def real(self, low: float, high: float) -> float:
        """A number with three places behind the point."""
        return round(self.whole.uniform(low, high), 3)

    def words(self, count: int) -> list[str]:
        """So many different words."""
        return self.whole.sample(WORDS, count)
