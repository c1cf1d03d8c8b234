"""What `import ia3_teach` costs beyond `import torch`: medians over fresh processes.

    python tests/bench/import_time.py [rounds]

The aim is at most 0.3 s, for the package and for all of the core's verbs.
"""

import statistics
import subprocess
import sys
import time

CORE = "IA3, LoRA, attach, merge, count, save_adapter, fit, vectors"
STATEMENTS = {
    "nothing": "pass",
    "torch": "import torch",
    "torch, ia3_teach": "import torch, ia3_teach",
    "torch, the core's verbs": f"import torch; from ia3_teach import {CORE}",
}


def seconds(statement: str) -> float:
    """Wall time of one fresh Python that runs a statement."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", statement], check=True)
    return time.perf_counter() - start


def main(rounds: int) -> None:
    """Interleave the statements, so that a busy moment touches all of them."""
    times: dict[str, list[float]] = {name: [] for name in STATEMENTS}
    for _ in range(rounds + 1):
        for name, statement in STATEMENTS.items():
            times[name].append(seconds(statement))
    medians = {name: statistics.median(values[1:]) for name, values in times.items()}  # 1st: warm-up
    for name, median in medians.items():
        print(f"{name:<26} {median:6.2f} s  ({median - medians['torch']:+.2f} s against torch)")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
