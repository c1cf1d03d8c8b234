"""Write the held-out tasks' splits to `data/tasks`, from a seed."""

import json
import random
from pathlib import Path

from ia3_teach.course.world.heldout import HELD_OUT, HeldOut

SIZES = {"pool": 3000, "validation": 200, "test": 500}


def write_tasks(directory: Path, seed: int = 0) -> None:
    """Make all tasks; every sentence of a test split lies on the test side, all others on the train side."""
    for name, task in HELD_OUT.items():
        folder = directory / "tasks" / name
        folder.mkdir(parents=True, exist_ok=True)
        facts = {"labels": list(task.labels), "question": task.question}
        (folder / "task.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
        seen: set[str] = set()
        for split, size in SIZES.items():
            rng = random.Random(f"{name} {split} {seed}")
            rows = _rows(task, rng, size, "test" if split == "test" else "train", seen)
            text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
            (folder / f"{split}.jsonl").write_text(text, encoding="utf-8")


def _rows(task: HeldOut, rng: random.Random, size: int, side: str, seen: set[str]) -> list[dict[str, object]]:
    """As many rows of each label, none twice."""
    rows: list[dict[str, object]] = []
    while len(rows) < size:
        label = len(rows) % len(task.labels)
        made = task.make(rng, label, side)
        if made.text not in seen:
            seen.add(made.text)
            rows.append({"text": made.text, "label": label, "kind": made.kind})
    return rows
