"""Measure in a real browser what a reader waits for, and write data/results/pages.json and its table.

    python tests/bench/pages/run.py               some ten minutes on a quiet machine with two cores
    python tests/bench/pages/run.py --parts dial  a part alone; the other rows stay

Needs a Chromium from the system, playwright (the extra `test`) and the extra `site`.
"""

import argparse
import datetime
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

os.environ.update(IA3_TEACH_PROGRESS="off", OMP_NUM_THREADS="1")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.pages import first_dial, lab
from bench.pages.table import END, PAGE, RESULTS, START, table
from bench.run import cpu_lines

from ia3_teach.course.pages.marks import between

PARTS = ("idle", "busy", "dial")
QUIET = 0.8  # processes that want a core before anything is measured
PATIENCE = 180  # seconds until it is given up
Row = dict[str, str | float | int]


def views(part: str, chromium: str) -> Iterator[Row]:
    """Every view under its controls, with one of the cores kept busy or not."""
    with tempfile.TemporaryDirectory() as folder, busy() if part == "busy" else nullcontext():
        for name, times in lab.measured(chromium, Path(folder)):
            yield row(part, name, times)


@contextmanager
def busy() -> Iterator[None]:
    """One core has something else to do."""
    process = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        yield
    finally:
        process.kill()
        process.wait()


def dial(part: str, chromium: str) -> Iterator[Row]:
    """The first page of a new site."""
    from playwright.sync_api import sync_playwright

    from ia3_teach.website.building import build

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        page = build(Path(folder, "site"))
        arguments = ["--no-sandbox", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        for name, times in first_dial.measured(browser, page).items():
            yield row(part, name, times)
        browser.close()


def row(part: str, name: str, times: list[float]) -> Row:
    """Median and ninth tenth in milliseconds, how many there were, and how many processes wanted a core."""
    last = statistics.quantiles(times, n=10, method="inclusive")[-1]
    load = round(os.getloadavg()[0], 1)
    numbers = {"median": round(statistics.median(times)), "ninth_tenth": round(last), "number": len(times)}
    return {"part": part, "what": name, **numbers, "load": load}


def machine() -> dict[str, str | int]:
    """What the numbers depend on; nothing that names this machine."""
    models = [line.partition(":")[2].strip() for line in cpu_lines() if line.startswith("model name")]
    about = {"processor": models[0] if models else "unknown", "cores": os.cpu_count() or 1}
    return {**about, "date": datetime.date.today().isoformat()}


def wait_for_quiet() -> None:
    """Until nothing else wants a core: the mean of a minute still holds what has just ended."""
    end = time.monotonic() + PATIENCE
    while (load := os.getloadavg()[0]) > QUIET:
        if time.monotonic() > end:
            sys.exit(f"other programs want {load:.1f} cores; measure when they are done")
        print(f"waiting until the machine is quiet: other programs want {load:.1f} cores", flush=True)
        time.sleep(15)


def main() -> None:
    """Print each row as it comes; write all at the end."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    chosen = parser.parse_args().parts
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("there is no Chromium here (Debian: apt install chromium)")
    wait_for_quiet()
    old = json.loads(RESULTS.read_text(encoding="utf-8"))["rows"] if RESULTS.exists() else []
    rows = [each for each in old if each["part"] not in chosen]
    for part in chosen:
        for found in (dial if part == "dial" else views)(part, chromium):
            print(json.dumps(found), flush=True)
            rows.append(found)
    lines = ",\n".join(f"  {json.dumps(each)}" for each in sorted(rows, key=lambda r: PARTS.index(r["part"])))
    RESULTS.write_text(f'{{\n "machine": {json.dumps(machine())},\n "rows": [\n{lines}\n ]\n}}\n')
    PAGE.write_text(between(PAGE.read_text(encoding="utf-8"), START, END, table()), encoding="utf-8")


if __name__ == "__main__":
    main()
