"""Count what is trained: the adapter, the head and the frozen base, each on its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from torch import nn

from ia3_teach.formulas import Formula, formula_of
from ia3_teach.layer import Adapted, Head, unwrapped, wrapped
from ia3_teach.state import check_known, state_of


@dataclass(frozen=True)
class Count:
    """Numbers of values: `adapter` and `head` of the active adapters, `total` of the model with them.

    `formula` is what the adapter's recipe and the model's config say `adapter` should be, where they do.
    """

    trainable: int
    total: int
    adapter: int
    head: int
    formula: Formula | None = None

    @property
    def base(self) -> int:
        """The model itself, adapters that are not active included."""
        return self.total - self.adapter - self.head

    @property
    def percent(self) -> float:
        """Trainable values in percent of all."""
        return 100 * self.trainable / max(1, self.total)

    def __str__(self) -> str:
        names = ("adapter", "head", "base", "trainable", "total")
        lines = [f"{name:<10}{getattr(self, name):>16,}" for name in names]
        if self.formula is not None:
            lines[0] += f"   {self.formula}"
        return "\n".join([*lines, f"{'percent':<10}{self.percent:>16.4f}"])

    __repr__ = __str__


def count(model: nn.Module) -> Count:
    """Count the values of a model: trainable, total, and the active adapters' and heads' share.

    Shared (tied) parameters count once. A new head is counted apart: it is trained with every method and
    often larger than the adapter. It takes the original's place in the total, where PEFT counts both.

    >>> count(nn.Linear(2, 3)).total
    9
    """
    active, places = state_of(model).active, wrapped(model).values()
    sites = [place.active_adapters() for place in places if isinstance(place, Adapted)]
    heads = [copies(place, active) for place in places if isinstance(place, Head)]
    return Count(
        trainable=values(p for p in model.parameters() if p.requires_grad),
        total=total(model),
        adapter=sum(values(adapter.parameters()) for adapters in sites for adapter in adapters),
        head=sum(values(head.parameters()) for each in heads for head in each),
        formula=formula_of(getattr(unwrapped(model), "config", None), state_of(model).recipes[active[0]])
        if len(active) == 1
        else None,
    )


def copies(head: Head, names: Sequence[str]) -> list[nn.Module]:
    """The copies of a head that these adapters train."""
    return [head.adapters[name] for name in names if name in head.adapters]


def total(model: nn.Module) -> int:
    """All values of the model, less the original heads that a trained copy stands in for."""
    replaced = [
        place.base for place in wrapped(model, Head).values() if place.chosen(place.active) is not place.base
    ]
    return values(model.parameters()) - sum(values(base.parameters()) for base in replaced)


def values(parameters: Iterable[nn.Parameter]) -> int:
    """The number of values in these parameters."""
    return sum(parameter.numel() for parameter in parameters)


def adapter_table(model: nn.Module, name: str) -> str:
    """The table of one adapter: module, vector, side, shape, count; then count, total and percent.

    Raises ValueError for an unknown name.
    """
    check_known(state_of(model), [name])
    rows = [("module", "vector", "side", "shape", "count"), *adapter_rows(model, name)]
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    lines = [
        "  ".join([*(cell.ljust(w) for cell, w in zip(row, widths, strict=False)), f"{row[4]:>9}"])
        for row in rows
    ]
    mine, everything = sum(int(row[4].replace(",", "")) for row in rows[1:]), total(model)
    share = f"{100 * mine / everything:.4f} %"
    return "\n".join([*lines, f"adapter {name!r}: {mine:,} of {everything:,} values ({share})"])


def adapter_rows(model: nn.Module, name: str) -> Iterator[tuple[str, str, str, str, str]]:
    """One row per parameter of the adapter."""
    for path, place in wrapped(model).items():
        if name not in place.adapters:
            continue
        adapter = place.adapters[name]
        side = "head" if isinstance(place, Head) else getattr(adapter, "side", "-")
        for vector, parameter in adapter.named_parameters():
            yield path, vector, side, str(tuple(parameter.shape)), f"{parameter.numel():,}"
