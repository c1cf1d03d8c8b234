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
from pathlib import Path

ROOT = Path(__file__).resolve().parent
INPUTS = ("pyproject.toml", "constraints.txt")
OLDEST = (3, 11)


def main() -> None:
    options = parse()
    stop_if_unsuitable()
    stamp = options.venv / "ia3_teach.json"
    wanted, done = fingerprint(), read_stamp(stamp)
    extras = sorted({*options.extras, *done.get("extras", [])})
    if done.get("inputs") == wanted and done.get("extras") == extras:
        return
    python = make_venv(options.venv)
    install(python, extras, options.torch_index)
    stamp.write_text(json.dumps({"inputs": wanted, "extras": extras}) + "\n")
    print(f"Ready: {python}")


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("extras", nargs="*", help="extra parts of pyproject.toml: test, teach")
    parser.add_argument("--venv", type=Path, default=ROOT / ".venv", help="where it goes")
    parser.add_argument("--torch-index", default="", help="package index that has the torch build")
    return parser.parse_args()


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
        print(f"Making {directory}", flush=True)
        run([sys.executable, "-m", "venv", "--clear", str(directory)])
    return python


def works(python: Path) -> bool:
    command = [str(python), "-m", "pip", "--version"]
    return python.exists() and subprocess.run(command, capture_output=True).returncode == 0


def install(python: Path, extras: list[str], torch_index: str) -> None:
    """torch first: its build is chosen alone, and the rest then finds it in place."""
    pip = [str(python), "-m", "pip", "install", "--disable-pip-version-check"]
    pip += ["-c", str(ROOT / "constraints.txt")]
    pip += [] if sys.stdout.isatty() else ["--quiet"]
    index = ["--extra-index-url", torch_index] if torch_index else []
    print("Installing PyTorch (the largest part; minutes on a slow line)", flush=True)
    run([*pip, *index, "torch"])
    print("Installing the course and everything else", flush=True)
    project = str(ROOT) + (f"[{','.join(extras)}]" if extras else "")
    run([*pip, "-e", project])


def run(command: list[str]) -> None:
    result = subprocess.run(command)
    if result.returncode != 0:
        sys.exit("The set-up stopped (see above). The same command takes it up again.")


if __name__ == "__main__":
    main()
