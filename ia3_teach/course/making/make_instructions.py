"""Write the instruction data to `data/instructions`, from a seed: Alpaca's fields, one row per line."""

import json
import random
from pathlib import Path

from ia3_teach.course.world.grammar import sentences, side_of
from ia3_teach.course.world.instructions import KINDS, Kind
from ia3_teach.course.world.rewrites import Made
from ia3_teach.course.world.scene import Scene
from ia3_teach.wording import short

EACH = {"train": 22, "test": 4}  # rows of each kind
FIELDS = ("instruction", "input", "output")


def write_instructions(directory: Path, seed: int = 0) -> None:
    """Make both splits; no prompt and no sentence of an input is in both, all lie on the train side."""
    folder = directory / "instructions"
    folder.mkdir(parents=True, exist_ok=True)
    seen: set[str] = set()
    for split, each in EACH.items():
        rng = random.Random(f"instructions {split} {seed}")
        rows = [made for kind in KINDS.values() for made in _rows(kind, rng, each, seen)]
        rng.shuffle(rows)
        lines = [json.dumps(dict(zip(FIELDS, row, strict=True)), ensure_ascii=False) for row in rows]
        (folder / f"{split}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _rows(kind: Kind, rng: random.Random, count: int, seen: set[str]) -> list[Made]:
    """Rows of one kind whose input was not seen before; raises ValueError where there are too few."""
    rows: list[Made] = []
    for _ in range(200 * count):
        made = kind(Scene(rng))
        known = set(sentences(made[1])) or {made[0]}
        if not known & seen and on_train_side(made):
            seen |= known
            rows.append(made)
        if len(rows) == count:
            return rows
    raise ValueError(f"only {len(rows)} of {short(count)} different rows; the kind needs more slots")


def on_train_side(made: Made) -> bool:
    """Whether no sentence of input or output can occur in a test split of the held-out tasks."""
    _, given, wanted = made
    whole = [said for text in (given, wanted) for said in sentences(text) if said[-1] in ".!?"]
    return all(side_of(said) == "train" for said in whole)
