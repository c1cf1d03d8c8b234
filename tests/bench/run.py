"""Measure this library beside PEFT and two other styles, and write data/results/bench.json.

    python tests/bench/run.py              about ten minutes on one core, up to 6 GB of memory
    python tests/bench/run.py --quick      tiny models, to see that everything runs

Then `python tests/bench/render.py --write` puts the table into the README.
"""

import argparse
import datetime
import json
import os
import platform
import sys
import warnings
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", OMP_NUM_THREADS="1")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import torch
from bench.clock import Row
from bench.shapes import FULL_SIZE, GROWTH, SMALL, TINY
from bench.training import attach_time, kept, peak_memory, step_time
from bench.using import files, merged_inference, mixed_batch
from bench.ways import OUR_LORA, OURS, OURS_PEFT_SITES, PEFT_IA3, PEFT_LORA

ROOT = Path(__file__).resolve().parents[2]
NAME = "results/bench.json"
FEW = (OURS, OURS_PEFT_SITES, PEFT_IA3, OUR_LORA, PEFT_LORA)


def measurements(quick: bool) -> Iterator[list[Row]]:
    """Every measurement in turn: small shapes thoroughly, full sizes in a few steps."""
    n, few = (1, 1) if quick else (5, 2)
    for shape in TINY if quick else SMALL:
        yield kept(shape)
        yield step_time(shape, n)
        yield attach_time(shape, n)
        yield files(shape, n)
        yield merged_inference(shape, 3 * n)
        for length in (2,) if quick else (1, 16, 64):
            yield mixed_batch(shape, length, n)
    for shape in TINY[:1] if quick else SMALL:
        yield peak_memory(shape, 1, (OURS, PEFT_IA3) if quick else (OURS, PEFT_IA3, PEFT_LORA))
    for shape in [] if quick else FULL_SIZE:
        yield kept(shape, FEW)
        yield step_time(shape, few, FEW)
        yield attach_time(shape, few)
        yield files(shape, few)
        yield merged_inference(shape, 3 * n)
        yield mixed_batch(shape, 1, few)
    for shape in [] if quick else GROWTH:
        yield kept(shape, (OURS, PEFT_IA3))
        yield step_time(shape, n, (OURS, PEFT_IA3))
        yield mixed_batch(shape, 16, n)


def machine() -> dict[str, str | int]:
    """What the numbers depend on; nothing that names this machine."""
    models = [line.partition(":")[2].strip() for line in cpu_lines() if line.startswith("model name")]
    packages = {name: version(name) for name in ("torch", "transformers", "peft")}
    return {
        "processor": models[0] if models else platform.processor() or platform.machine(),
        "threads": torch.get_num_threads(),
        "date": datetime.date.today().isoformat(),
        "python": platform.python_version(),
        **packages,
    }


def cpu_lines() -> list[str]:
    """What Linux says about its processor; elsewhere nothing."""
    path = Path("/proc/cpuinfo")
    return path.read_text().splitlines() if path.exists() else []


def write(path: Path, rows: list[dict[str, str | float]]) -> None:
    """One line per measurement, written beside and then renamed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = ",\n".join(f"  {json.dumps(row)}" for row in rows)
    beside = path.with_suffix(".part")
    beside.write_text(f'{{\n "machine": {json.dumps(machine())},\n "rows": [\n{lines}\n ]\n}}\n')
    beside.replace(path)


def main() -> None:
    """Measure, print each row as it comes, and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--out", type=Path, default=ROOT / "data" / NAME)
    options = parser.parse_args()
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    found: list[dict[str, str | float]] = []
    for rows in measurements(options.quick):
        found += [row.as_dict() for row in rows]
        print(*map(json.dumps, found[-len(rows) :]), sep="\n", flush=True)
        write(options.out, found)


if __name__ == "__main__":
    main()
