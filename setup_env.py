"""Make the course's own Python in .venv, with exact versions: python setup_env.py [test] [teach] [site]

Standard library only, the same on every system. A second call with nothing new to do is instant;
an interrupted one is taken up where it stopped.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import threading
import time
from pathlib import Path

OLDEST = (3, 11)


def stop_if_old():
    """Say so in words; what an older Python does not know must stand below the first call of this."""
    if sys.version_info < OLDEST:
        sys.exit(
            f"The course needs Python 3.11 or newer; this is {sys.version.split()[0]} "
            f"({sys.executable}). Try: make PYTHON=python3.12 course"
        )


stop_if_old()
ROOT = Path(__file__).resolve().parent
INPUTS = ("pyproject.toml", "constraints.txt")
EXTRAS = ("test", "teach", "site")
NAME = "ia3_teach"  # what marks an environment as made here
DISK = 2e9  # bytes, without the libraries for a GPU
ELSEWHERE = ("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT")  # would put packages outside the environment
PARTS = (  # what is done, and how long that takes on two cores and a line of 100 Mbit/s
    "making {venv}, some seconds",
    "installing PyTorch, the largest part, about a minute (more on a slow line)",
    "installing the course and everything else, about a minute",
)


def main() -> None:
    sys.stdout.reconfigure(errors="replace")  # a path may have letters that a terminal has not
    options = parse()
    stop_if_unsuitable()
    stamp, python = options.venv / f"{NAME}.json", python_of(options.venv)
    wanted, done = fingerprint(), read_stamp(stamp)
    extras = sorted({*options.extras, *done["extras"]})
    if python.exists() and done == {"inputs": wanted, "extras": extras}:
        return
    start = time.monotonic()
    stop_without_room(options.venv, needed=0 if done["inputs"] else DISK)
    usable = stop_if_taken(options.venv)
    print("Setting up, once: about two minutes and 2 GB of disk", flush=True)
    if not usable:
        make_venv(options.venv)
    install(python, extras, options.torch_index)
    stamp.write_text(json.dumps({"inputs": wanted, "extras": extras}) + "\n")
    print(f"Ready after {time.monotonic() - start:.0f} s: {python}", flush=True)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("extras", nargs="*", metavar="extra", help=f"beside the course: {', '.join(EXTRAS)}")
    parser.add_argument("--venv", type=Path, default=ROOT / ".venv", help="where it goes")
    parser.add_argument("--torch-index", default="", help="package index that has the torch build")
    options = parser.parse_args()
    unknown = [word for word in options.extras if word not in EXTRAS]
    if unknown:
        parser.error(f"there is no part {unknown[0]!r}; there are: {', '.join(EXTRAS)}")
    options.venv = Path(os.path.abspath(options.venv))
    return options


def stop_if_unsuitable() -> None:
    """Say in words what this Python lacks, before anything is written."""
    stop_if_old()
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        sys.exit(
            "This Python cannot make virtual environments. "
            "On Debian and Ubuntu: sudo apt install python3-venv"
        )


def stop_without_room(venv: Path, needed: float) -> None:
    """Both folders that are written into must be writable, and the disk must hold what comes."""
    above = next(path for path in (venv, *venv.parents) if path.is_dir())
    for folder, advice in ((above, "choose another with --venv"), (ROOT, "copy it to a folder of your own")):
        if not os.access(folder, os.W_OK):
            sys.exit(f"The folder {folder} cannot be written: {advice}.")
    free = shutil.disk_usage(above).free
    if free < needed:
        sys.exit(
            f"{needed / 1e9:.0f} GB of disk are needed in {above}, and {free / 1e9:.1f} GB are free: "
            "make room, or choose another place with --venv."
        )


def fingerprint() -> str:
    """What the installed versions follow from, and where: a clone that was moved is installed anew."""
    parts = [sys.version.encode(), os.fsencode(ROOT), *((ROOT / name).read_bytes() for name in INPUTS)]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def read_stamp(stamp: Path) -> dict:
    """The stamp is written last: none, or half of one, means that the set-up did not finish."""
    try:
        found = json.loads(stamp.read_bytes())
        extras = [word for word in found["extras"] if word in EXTRAS]
        return {"inputs": str(found["inputs"]), "extras": extras}
    except (OSError, ValueError, KeyError, TypeError):
        return {"inputs": "", "extras": []}


def python_of(venv: Path) -> Path:
    return venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def stop_if_taken(venv: Path) -> bool:
    """Whether the environment there can be used; what cannot and was not made here is left alone."""
    usable = works(python_of(venv))
    if not (usable or is_ours(venv) or is_empty(venv)):
        sys.exit(
            f"{venv} is there already, was not made by this set-up, and is no virtual environment of Python "
            f"{sys.version_info[0]}.{sys.version_info[1]} with pip. Remove it, or choose another with --venv."
        )
    return usable


def make_venv(venv: Path) -> None:
    """Make the virtual environment, from nothing."""
    say(0, venv=venv)
    command = [sys.executable, "-I", "-m", "venv", "--clear", "--prompt", NAME, str(venv)]
    run(command, "Another place can be given with --venv.")


def works(python: Path) -> bool:
    """Whether this is the same Python as ours, with a pip."""
    code = f"import pip, sys; sys.exit(sys.version_info[:2] != {tuple(sys.version_info[:2])})"
    try:
        return subprocess.run([str(python), "-I", "-c", code], capture_output=True).returncode == 0
    except OSError:
        return False


def is_ours(venv: Path) -> bool:
    try:
        settings = (venv / "pyvenv.cfg").read_text(errors="replace")
    except OSError:
        settings = ""
    return f"prompt = '{NAME}'" in settings or (venv / f"{NAME}.json").is_file()


def is_empty(venv: Path) -> bool:
    """Whether nothing is there, or nothing but empty folders, as an interrupted start leaves them."""
    return not os.path.lexists(venv) or (venv.is_dir() and all(map(Path.is_dir, venv.rglob("*"))))


def install(python: Path, extras: list[str], torch_index: str) -> None:
    """torch first: its build is chosen alone, and the rest then finds it in place."""
    pip = [str(python), "-I", "-m", "pip", "install", "--disable-pip-version-check"]
    pip += ["-c", "constraints.txt"]
    pip += ["--quiet"]  # its hundreds of lines say nothing to a reader; errors still come
    pip += ["--no-compile"]  # it would, on one core: see compile_all
    index = ["--extra-index-url", torch_index] if torch_index else []
    say(1)
    run(
        [*pip, *index, "torch"],
        "Is there a network, and does pip know the way out (pip config set global.proxy ADDRESS)? "
        f"Is there a PyTorch for Python {sys.version.split()[0]} and this machine?",
    )
    say(2)
    run([*pip, "-e", "." + (f"[{','.join(extras)}]" if extras else "")], "Is the network still there?")
    compile_all(python)


def compile_all(python: Path) -> None:
    """Have Python compile what is installed, on every core, for those too who may only read it.

    Without -j it would take a minute on one. A few files of some packages are not meant to be compiled.
    """
    venv = python.parent.parent
    packages = sysconfig.get_path("purelib", "venv", vars={"base": str(venv), "platbase": str(venv)})
    run([str(python), "-I", "-m", "compileall", "-qq", "-j", "0", packages])


def say(part: int, **names: object) -> None:
    """Where the set-up is, and how long this part takes."""
    print(f"{part + 1} of {len(PARTS)}: {PARTS[part].format(**names)}", flush=True)


def run(command: list[str], ask: str = "") -> None:
    """Run from the clone, so that its own path, whatever is in it, stands in no requirement.

    `ask` is what to look at where it fails; without it a failure does not matter.
    """
    done = threading.Event()
    threading.Thread(target=count_seconds, args=(done,), daemon=True).start()
    own = {key: value for key, value in os.environ.items() if key not in ELSEWHERE}
    try:
        result = subprocess.run(command, cwd=ROOT, env={**own, "PIP_USER": "0"})
    except KeyboardInterrupt:
        sys.exit("\nStopped. The same command takes the set-up up again.")
    finally:
        done.set()
    if ask and result.returncode != 0:
        sys.exit(f"The set-up stopped (see above). {ask} The same command takes it up again.")


def count_seconds(done: threading.Event) -> None:
    """On a terminal, show that something still goes on."""
    start = time.monotonic()
    while sys.stdout.isatty() and not done.wait(5):
        print(f"\r   {time.monotonic() - start:.0f} s", end="\r", flush=True)


if __name__ == "__main__":
    main()
