"""Make the course's own Python in .venv, with exact versions: python setup_env.py [test] [teach]

Standard library only, the same on every system. A second call with nothing new to do is instant;
an interrupted one is taken up where it stopped.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
INPUTS = ("pyproject.toml", "constraints.txt")
OLDEST = (3, 11)
EXTRAS = ("test", "teach")
PARTS = (  # what is done, and how long that takes on two cores and a line of 100 Mbit/s
    "making {venv}, some seconds",
    "installing PyTorch, the largest part, about a minute (more on a slow line)",
    "installing the course and everything else, about a minute",
)


def main() -> None:
    options = parse()
    stop_if_unsuitable()
    stamp = options.venv / "ia3_teach.json"
    wanted, done = fingerprint(), read_stamp(stamp)
    extras = sorted({*options.extras, *done.get("extras", [])})
    if done.get("inputs") == wanted and done.get("extras") == extras:
        return
    start = time.monotonic()
    print("Setting up, once: about two minutes and 2 GB of disk", flush=True)
    python = make_venv(options.venv)
    install(python, extras, options.torch_index)
    stamp.write_text(json.dumps({"inputs": wanted, "extras": extras}) + "\n")
    print(f"Ready after {time.monotonic() - start:.0f} s: {python}", flush=True)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("extras", nargs="*", metavar="extra", help=f"beside the course: {', '.join(EXTRAS)}")
    parser.add_argument("--venv", type=Path, default=ROOT / ".venv", help="where it goes")
    parser.add_argument("--torch-index", default="", help="package index that has the torch build")
    options = parser.parse_args()
    if unknown := [word for word in options.extras if word not in EXTRAS]:
        parser.error(f"there is no part {unknown[0]!r}; there are: {', '.join(EXTRAS)}")
    return options


def stop_if_unsuitable() -> None:
    """Say in words what this Python lacks, before anything is written."""
    if sys.version_info < OLDEST:
        sys.exit(
            f"The course needs Python 3.11 or newer; this is {sys.version.split()[0]} "
            f"({sys.executable}). Try: make PYTHON=python3.12 course"
        )
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        sys.exit(
            "This Python cannot make virtual environments. "
            "On Debian and Ubuntu: sudo apt install python3-venv"
        )


def fingerprint() -> str:
    """What the installed versions follow from."""
    parts = [sys.version.encode(), *((ROOT / name).read_bytes() for name in INPUTS)]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def read_stamp(stamp: Path) -> dict:
    """The stamp is written last: none, or half of one, means that the set-up did not finish."""
    try:
        return json.loads(stamp.read_text())
    except (OSError, ValueError):
        return {}


def make_venv(directory: Path) -> Path:
    """Make the virtual environment, or keep the one there is if its pip answers."""
    python = directory / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not works(python):
        say(0, venv=directory)
        run([sys.executable, "-m", "venv", "--clear", str(directory)])
    return python


def works(python: Path) -> bool:
    command = [str(python), "-m", "pip", "--version"]
    return python.exists() and subprocess.run(command, capture_output=True).returncode == 0


def install(python: Path, extras: list[str], torch_index: str) -> None:
    """torch first: its build is chosen alone, and the rest then finds it in place."""
    pip = [str(python), "-m", "pip", "install", "--disable-pip-version-check"]
    pip += ["-c", str(ROOT / "constraints.txt")]
    pip += ["--quiet"]  # its hundreds of lines say nothing to a reader; errors still come
    index = ["--extra-index-url", torch_index] if torch_index else []
    say(1)
    run([*pip, *index, "torch"])
    say(2)
    project = str(ROOT) + (f"[{','.join(extras)}]" if extras else "")
    run([*pip, "-e", project])


def say(part: int, **names: object) -> None:
    """Where the set-up is, and how long this part takes."""
    print(f"{part + 1} of {len(PARTS)}: {PARTS[part].format(**names)}", flush=True)


def run(command: list[str]) -> None:
    done = threading.Event()
    threading.Thread(target=count_seconds, args=(done,), daemon=True).start()
    try:
        result = subprocess.run(command)
    except KeyboardInterrupt:
        sys.exit("\nStopped. The same command takes the set-up up again.")
    finally:
        done.set()
    if result.returncode != 0:
        sys.exit("The set-up stopped (see above). The same command takes it up again.")


def count_seconds(done: threading.Event) -> None:
    """On a terminal, show that something still goes on."""
    start = time.monotonic()
    while sys.stdout.isatty() and not done.wait(5):
        print(f"\r   {time.monotonic() - start:.0f} s", end="\r", flush=True)


if __name__ == "__main__":
    main()
