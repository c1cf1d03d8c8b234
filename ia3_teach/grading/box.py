"""The box that a submission runs in: bubblewrap's namespaces around one process, without a network."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ia3_teach.grading import own_keyring
from ia3_teach.grading.limits import Limits
from ia3_teach.grading.shown import binds, places_shown, python
from ia3_teach.wording import short

HOW = "install bubblewrap 0.8 or newer (Debian and Ubuntu: apt install bubblewrap)"
FLAG = "--without-box-submissions-run-as-you"
FIRM = (
    "--unshare-all --unshare-user --disable-userns --uid 1000 --gid 1000 --hostname box "
    "--die-with-parent --new-session --cap-drop ALL --clearenv"
).split()


class NoBox(ValueError):
    """Nothing here can keep a submission away from the rest of the machine."""


@dataclass(frozen=True)
class Box:
    """What a box shows of the machine, all of it read-only.

    `course` holds the part of the package that an answer may use, `job` what this submission needs, and
    `data` the shipped files. Its own are a /tmp and a /dev/shm of `limits.files` bytes, gone with it.
    """

    course: Path
    job: Path
    data: Path | None = None
    limits: Limits = Limits()

    def command(self) -> list[str]:
        """What to put before a command so that it runs in this box."""
        size = str(self.limits.files)
        return [
            *(python(), "-ISs", own_keyring.__file__, shutil.which("bwrap") or "bwrap", *FIRM),
            *_pairs("--setenv", self.environment("/course", "/data")),
            *("--proc", "/proc", "--dev", "/dev", "--size", size, "--tmpfs", "/dev/shm"),
            *("--size", size, "--tmpfs", "/tmp"),
            *binds(),  # after these: this Python may lie below /tmp, and would be hidden
            *("--ro-bind", str(self.course), "/course", "--ro-bind", str(self.job), "/job"),
            *(("--ro-bind", str(self.data), "/data") if self.data else ()),
            *("--remount-ro", "/", "--remount-ro", "/dev", "--chdir", "/tmp", "--"),
        ]

    def environment(self, course: str, data: str) -> dict[str, str]:
        """The whole environment of a submission: nothing of the teacher's comes along."""
        return {
            "PATH": f"{Path(python()).parent}:/usr/bin:/bin",
            "HOME": "/tmp",
            "LANG": "C.UTF-8",
            "PYTHONPATH": course,
            "IA3_TEACH_DATA": data,
            "OMP_NUM_THREADS": "1",
            "TOKENIZERS_PARALLELISM": "false",
            "MPLBACKEND": "Agg",
            **{f"{name}_OFFLINE": "1" for name in ("HF_HUB", "HF_DATASETS", "TRANSFORMERS")},
        }


def _pairs(option: str, values: dict[str, str]) -> Iterator[str]:
    for name, value in values.items():
        yield from (option, name, value)


def check_box(course: Path | None = None) -> None:
    """Try this Python in a box, which may not show the folder `course` of a class.

    Raises NoBox, with what to do, where bubblewrap is missing or not allowed, or the class would be seen.
    """
    instead = f"or, if you trust every submission with all that you can read and write, give {FLAG}"
    if shutil.which("bwrap") is None:
        raise NoBox(f"there is no bubblewrap (bwrap) to run submissions in; {HOW}, {instead}")
    if seen := [place for place in places_shown() if course and Path(course).resolve().is_relative_to(place)]:
        told = f"{short(course)} lies in {seen[0]}, which every box shows"
        raise NoBox(f"{told}; move the class to a folder outside of it, {instead}")
    nowhere = Path(__file__).parent
    command = [*Box(nowhere, nowhere).command(), python(), "-c", ""]
    if said := _refused(command):
        raise NoBox(f"bubblewrap is here but makes no box: {said}; {HOW}, allow user namespaces, {instead}")


def _refused(command: list[str]) -> str:
    """Why a command does not run; nothing where it does."""
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except OSError as error:
        return str(error)
    return (done.stderr.strip() or f"exit {done.returncode}")[:300] if done.returncode else ""
