"""Head, IA3 and LoRA on a real pretrained BERT that is not shipped.

    python -m ia3_teach.course.making.real_bert --model DIRECTORY

Each finished run is appended to data/results/real_bert.csv with what it ran on; a killed process goes on.
Learning rates, steps and the choice by validation are those of tiny-bert in `grid` and `experiments`.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

from tqdm.auto import tqdm

from ia3_teach.course.making import measuring
from ia3_teach.course.making.grid import search
from ia3_teach.course.making.methods import HEAD_RATES, IA3_RATES, LORA_RATES
from ia3_teach.course.shipped import manifest
from ia3_teach.course.shipped.paths import own_data_dir
from ia3_teach.course.shipped.results import Run, append, read_runs, write_rows
from ia3_teach.wording import short

TASKS = ("formality", "sentiment")
RATES = {"head": HEAD_RATES, "ia3": IA3_RATES, "lora": LORA_RATES}
SHOTS = (32, 256)
SEEDS = range(3)
SHA256 = 64  # hexadecimal digits; fewer were cut short


@dataclass(frozen=True)
class RealRun(Run):
    """A run, the versions of the libraries, and the sha256 of the model's weights (last: a cut one shows)."""

    torch: str = ""
    transformers: str = ""
    weights: str = ""

    @property
    def key(self) -> tuple:
        """What tells one run from another, the weights included."""
        return (*super().key, self.weights)


def patterns(model: Path, tasks: Sequence[str] = TASKS) -> Iterator[RealRun]:
    """One run without seed and learning rate for each task, method and number of examples."""
    facts = {"torch": version("torch"), "transformers": version("transformers")}
    weights = manifest.sha256(weights_file(model))
    for task in tasks:
        for shots in SHOTS:
            for method in RATES:
                yield RealRun(task, model.name, method, shots, 0, 0.0, **facts, weights=weights)


def weights_file(model: Path) -> Path:
    """The file with the model's weights; raises ValueError where there is none."""
    path = model / "model.safetensors"
    if not path.is_file():
        raise ValueError(f"{short(model)} holds no model.safetensors: give the directory of a saved BERT")
    return path


def run(model: Path, tasks: Sequence[str] = TASKS, directory: Path | None = None) -> Path:
    """Run what is missing and return the table, in order and without lines that were cut short."""
    directory = directory or own_data_dir()
    path = directory / "results" / "real_bert.csv"
    cells = list(patterns(model, tasks))
    done = {each.key: each for each in read_runs(path, RealRun) if len(each.weights) == SHA256}

    def known(each: RealRun) -> RealRun:
        if each.key not in done:
            done[each.key] = measuring.measured(each, source=str(model))
            append(path, done[each.key])
        return done[each.key]

    for cell in tqdm(cells, unit="cell"):
        rates = RATES[cell.method]
        for each in search(cell, rates, SEEDS, known):
            tqdm.write(str(each))
    write_rows(path, [asdict(done[key]) for key in sorted(done)])
    manifest.write(directory, {})
    return path


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Run what is missing of the comparison on a real BERT.")
    parser.add_argument("--model", type=Path, required=True, help="directory of a saved BERT")
    parser.add_argument("--tasks", nargs="+", default=TASKS, help="default: %(default)s")
    run(**vars(parser.parse_args()))
