"""Count what is trained: the adapter, the head and the frozen base, each on its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from torch import nn

from ia3_teach.attach import known, state_of
from ia3_teach.layer import Adapted, Head, wrapped


@dataclass(frozen=True)
class Count:
    """Numbers of values: `adapter` and `head` of the active adapters, `total` of the whole model."""

    trainable: int
    total: int
    adapter: int
    head: int

    @property
    def percent(self) -> float:
        """Trainable values in percent of all."""
        return 100 * self.trainable / self.total

    def __str__(self) -> str:
        rows = [
            ("adapter", self.adapter),
            ("head", self.head),
            ("trainable", self.trainable),
            ("total", self.total),
        ]
        lines = [f"{name:<10}{number:>16,}" for name, number in rows]
        return "\n".join([*lines, f"{'percent':<10}{self.percent:>16.4f}"])

    __repr__ = __str__


def count(model: nn.Module) -> Count:
    """Count the values of a model: trainable, total, and the active adapters' and heads' share.

    Shared (tied) parameters count once. A new head is counted apart: it is trained with every method
    and often larger than the adapter.

    >>> count(nn.Linear(2, 3)).total
    9
    """
    active = state_of(model).active
    places = wrapped(model)
    return Count(
        trainable=values(p for p in model.parameters() if p.requires_grad),
        total=values(model.parameters()),
        adapter=sum(
            values(a.parameters())
            for p in places.values()
            if isinstance(p, Adapted)
            for a in p.active_adapters()
        ),
        head=sum(
            values(p.adapters[n].parameters())
            for p in places.values()
            if isinstance(p, Head)
            for n in active
            if n in p.adapters
        ),
    )


def values(parameters: Iterator[nn.Parameter]) -> int:
    """The number of values in these parameters."""
    return sum(parameter.numel() for parameter in parameters)


def adapter_table(model: nn.Module, name: str) -> str:
    """The table of one adapter: module, vector, side, shape, count; then count, total and percent.

    Raises ValueError for an unknown name.
    """
    known(state_of(model), [name])
    rows = [("module", "vector", "side", "shape", "count"), *adapter_rows(model, name)]
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    lines = [
        "  ".join([*(cell.ljust(w) for cell, w in zip(row, widths, strict=False)), f"{row[4]:>9}"])
        for row in rows
    ]
    mine, total = sum(int(row[4].replace(",", "")) for row in rows[1:]), values(model.parameters())
    return "\n".join([*lines, f"adapter {name!r}: {mine:,} of {total:,} values ({100 * mine / total:.4f} %)"])


def adapter_rows(model: nn.Module, name: str) -> Iterator[tuple[str, str, str, str, str]]:
    """One row per parameter of the adapter."""
    for path, place in wrapped(model).items():
        if name not in place.adapters:
            continue
        adapter = place.adapters[name]
        side = "head" if isinstance(place, Head) else getattr(adapter, "side", "-")
        for vector, parameter in adapter.named_parameters():
            yield path, vector, side, str(tuple(parameter.shape)), f"{parameter.numel():,}"
