"""Begin a method of one's own: a file that works already, and a test that holds it to a slow formula.

Both are to be changed into what one has in mind. Nothing else has to be touched: the family finds the file by
its name, and the walk over all methods (`tests/family/test_walk.py`) tries it on four models.
"""

from __future__ import annotations

import re
from pathlib import Path

from ia3_teach import family
from ia3_teach.wording import brief, short

METHOD = '''r"""NAME: what it does, in one line; here each output of a layer grows by a share of itself.

y = (1 + g) ⊙ h with h = W x + b
Shapes: g (d_out,). Count: d_out per layer. Merged: (1 + g) ⊙ W and (1 + g) ⊙ b.
Start: g = 0, the unchanged model.
Source: authors, year, title, section. What differs in the official code.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn

from ia3_teach.family.method import Adapter, Function, Method, new
from ia3_teach.layer import features


@dataclass(frozen=True)
class NAME(Method):
    """The recipe, with its settings.

    >>> NAME().size(d_in=4, d_out=3)
    3
    """

    form = "scale"  # or add, rotate, prepend, select
    merges = shares_batch = starts_as_identity = True
    adds_latency = False

    def adapter(self, layer: nn.Module) -> NAMEAround:
        """The module around one layer."""
        return NAMEAround(layer)

    def size(self, d_in: int, d_out: int) -> int:
        """d_out."""
        return d_out


class NAMEAround(Adapter):
    """g (d_out,)."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.g = new(layer, features(layer)[1])
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """The unchanged model."""
        nn.init.zeros_(self.g)

    def around(self, inner: Function, x: Tensor) -> Tensor:
        """(1 + g) ⊙ inner(x)."""
        h = inner(x)
        return ((1 + self.g) * h).to(h.dtype)

    def fold(self, weight: Tensor, bias: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """The same on the weights; without this method merging is refused: say why in `refusal`."""
        scale = 1 + self.g.detach().to(weight.dtype)
        return scale[:, None] * weight, None if bias is None else scale * bias
'''

TEST = '''"""NAME by hand, and what must not pass for it."""

import pytest
import torch
from family.one_layer import holds, layer, moved
from torch import Tensor, nn

from ia3_teach.family.STEM import NAMEAround


def formula(adapter: nn.Module, x: Tensor) -> Tensor:
    """Slow and plain: number by number."""
    h = layer().weight @ x + layer().bias
    return torch.stack([(1 + g) * each for g, each in zip(adapter.g, h, strict=True)])


class ForgetsTheOne(NAMEAround):
    def around(self, inner, x: Tensor) -> Tensor:
        return self.g * inner(x)


class LeavesTheBias(NAMEAround):
    def fold(self, weight: Tensor, bias: Tensor) -> tuple[Tensor, Tensor]:
        return super().fold(weight, None)[0], bias


def test_it_is_the_formula() -> None:
    assert holds(moved(NAMEAround(layer())), layer(), formula)


@pytest.mark.parametrize("wrong", [ForgetsTheOne, LeavesTheBias])
def test_wrong_ones_are_told_apart(wrong) -> None:
    assert not holds(moved(wrong(layer())), layer(), formula)
'''


def begin(name: str, root: Path | None = None) -> list[Path]:
    """Write the two files of a new method into the checkout at `root`; returns their paths.

    Raises ValueError, with nothing written, for a name that no class can have or that is taken, and where
    there is no checkout with tests.
    """
    root = Path(family.__file__).parents[2] if root is None else root
    if not re.fullmatch(r"[A-Z][A-Za-z0-9]*", name):
        raise ValueError(f"a method is named like a class, such as RowGain; found {brief(name)}")
    stem = stem_of(name)
    paths = [root / "ia3_teach" / "family" / f"{stem}.py", root / "tests" / "family" / f"test_{stem}.py"]
    missing = [path.parent for path in paths if not path.parent.is_dir()]
    if missing:
        raise ValueError(
            f"there is no folder {short(missing[0])}; methods are written in a checkout of the course"
        )
    taken = [path for path in paths if path.exists()]
    if taken or name.lower() in map(str.lower, family.names()):
        raise ValueError(
            f"there is a method or a file {short(name)} ({short(stem)}) already; choose another name"
        )
    for path, text in zip(paths, (METHOD, TEST), strict=True):
        path.write_text(text.replace("NAME", name).replace("STEM", stem), encoding="utf-8")
    return paths


def stem_of(name: str) -> str:
    """The file of a method.

    >>> stem_of("RowGain")
    'row_gain'
    """
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
