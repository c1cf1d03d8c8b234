"""Which method for whom: what a reader needs strikes methods out, measured accuracy ranks the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from ia3_teach import family
from ia3_teach.amounts import number, whole
from ia3_teach.wording import brief

Row = Mapping[str, Any]  # a row of `results.summary`
BYTES = 4  # of a stored value


@dataclass(frozen=True)
class Choice:
    """A method, its mean of the medians over the tasks, whether it is level with the first, and on what."""

    method: str
    accuracy: float
    level: bool
    evidence: str


def choose(
    rows: Iterable[Row],
    values: Mapping[str, int],
    must_merge: bool = False,
    must_start_unchanged: bool = False,
    tasks: int = 1,
    most_stored: float = float("inf"),
    examples: int | None = None,
) -> list[Choice]:
    """The methods that meet all needs, the best first; the order of those that are level is an accident.

    `rows` are medians and quartiles, `values` {method: what it trains}, `most_stored` bytes for all `tasks`
    together, `examples` how many the reader has. Level with the first is a method whose distance is no
    larger than the wider of the two bars, as lesson 07 calls a lead clear.
    Raises ValueError where no measured method is left.
    """
    tasks = whole("tasks", tasks, least=1)
    examples = None if examples is None else whole("examples", examples, least=0)
    if most_stored != float("inf"):
        number("most_stored", most_stored, least=0)
    facts = family.facts()
    measured = by_method(rows)
    fits = {
        name: mine
        for name, mine in measured.items()
        if name in facts
        and (facts[name]["merges"] or not must_merge)
        and (facts[name]["starts_as_identity"] or not must_start_unchanged)
        and tasks * BYTES * values[name] <= most_stored
    }
    if not fits:
        raise ValueError(
            f"none of the {brief(len(measured))} measured methods meets all of this; give up one of the needs"
        )
    ordered = sorted(fits, key=lambda name: -accuracy(fits[name]))
    first = fits[ordered[0]]
    return [
        Choice(
            name,
            accuracy(fits[name]),
            accuracy(first) - accuracy(fits[name]) <= max(bar(first), bar(fits[name])),
            evidence(fits[name], tasks * BYTES * values[name], examples),
        )
        for name in ordered
    ]


def by_method(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """{method: its rows}."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["method"], []).append(row)
    return found


def accuracy(rows: list[Row]) -> float:
    """The mean of the medians over the tasks."""
    return fmean(row["median"] for row in rows)


def bar(rows: list[Row]) -> float:
    """The mean distance of the quartiles."""
    return fmean(row["quartile_3"] - row["quartile_1"] for row in rows)


def evidence(rows: list[Row], stored: int, examples: int | None) -> str:
    """What the accuracy rests on, what is stored, and a warning where the reader has far fewer examples.

    >>> row = {"task": "plan", "median": 0.9, "seeds": 3, "shots": 256}
    >>> evidence([row], 18432, 32)
    'plan 0.90 (3 draws of 256, you have 32); 18 kB'
    """
    medians = ", ".join(f"{row['task'].replace('_', ' ')} {row['median']:.2f}" for row in rows)
    draws, shots = rows[0]["seeds"], rows[0]["shots"]
    fewer = f", you have {examples}" if examples is not None and examples < shots else ""
    return f"{medians} ({draws} draws of {shots}{fewer}); {stored / 1000:,.0f} kB"
