"""Measure this library beside PEFT and two other styles, and write data/results/bench.json.

    python tests/bench/run.py                     about ten minutes on one core, up to 6 GB of memory
    python tests/bench/run.py --parts small full  these parts alone; the other rows stay
    python tests/bench/run.py --quick             tiny models, to see that everything runs

A run that was interrupted goes on where it was when it is called again in the same way.
Then `python tests/bench/render.py --write` puts the table into the README.
"""

import argparse
import datetime
import json
import os
import platform
import sys
import warnings
from importlib.metadata import version
from pathlib import Path

os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", OMP_NUM_THREADS="1")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import torch
from bench.plan import PARTS, measurements
from bench.results import Results

ROOT = Path(__file__).resolve().parents[2]
NAME = "results/bench.json"


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


def main() -> None:
    """Measure what is not done yet, and print and write the rows of each measurement as they come."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--out", type=Path, default=ROOT / "data" / NAME)
    options = parser.parse_args()
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    parts = [part for part in PARTS if part in options.parts]
    results = Results(options.out, machine(), parts, everything=len(parts) == len(PARTS))
    for name, measure in measurements(parts, options.quick):
        if name not in results.done:
            rows = measure()
            print(*(json.dumps(row.as_dict()) for row in rows), sep="\n", flush=True)
            results.add(name, rows)
    results.finish()


if __name__ == "__main__":
    main()
