"""The table of measurements as a file, replaced as a whole after each one, so that a killed run goes on."""

import json
from collections.abc import Iterable
from pathlib import Path

from bench.clock import Row

from ia3_teach.storage.atomic import replacing

Found = dict[str, str | float]


class Results:
    """The rows by what they say, and, until the run is finished, which of its measurements are done.

    A run of all parts starts with an empty table; one of some parts keeps the other rows, which must be of
    the same machine. Raises ValueError where they are not.
    """

    def __init__(self, path: Path, machine: dict[str, str | int], parts: list[str], everything: bool) -> None:
        self.path, self.machine, self.parts = path, machine, parts
        fresh = {"machine": machine, "rows": []}
        old = json.loads(path.read_text(encoding="utf-8")) if path.exists() else fresh
        same = undated(old["machine"]) == undated(machine)
        unfinished = old.get("unfinished", {})
        goes_on = same and unfinished.get("parts") == parts
        self.done: list[str] = unfinished["done"] if goes_on else []
        if not (everything or same):
            raise ValueError(f"{path} was measured elsewhere; measure all parts, or give --out another file")
        kept = old["rows"] if goes_on or not everything else []
        self.rows = {key(row): row for row in kept}

    def add(self, name: str, rows: Iterable[Row]) -> None:
        """Keep the rows of one measurement, in place of older ones, and write."""
        for row in rows:
            self.rows[key(row.as_dict())] = row.as_dict()
        self.done.append(name)
        self.write({"unfinished": {"parts": self.parts, "done": self.done}})

    def finish(self) -> None:
        """Write the table alone."""
        self.write({})

    def write(self, rest: dict[str, object]) -> None:
        """One line per row."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        lines = ",\n".join(f"  {json.dumps(row)}" for row in self.rows.values())
        more = "".join(f',\n "{name}": {json.dumps(value)}' for name, value in rest.items())
        text = f'{{\n "machine": {json.dumps(self.machine)},\n "rows": [\n{lines}\n ]{more}\n}}\n'
        with replacing(self.path) as beside:
            beside.write_text(text, encoding="utf-8")


def key(row: Found) -> tuple[str, str, str]:
    """What a row is about."""
    return row["what"], row["shape"], row["against"]


def undated(machine: dict[str, str | int]) -> dict[str, str | int]:
    """The machine without the day."""
    return {name: value for name, value in machine.items() if name != "date"}
