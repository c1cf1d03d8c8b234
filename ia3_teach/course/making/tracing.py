"""What a run was made with and on: whatever may change its digits."""

from __future__ import annotations

import platform
import re
import subprocess
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

import torch

from ia3_teach.course.making.objectives import fast_bfloat16
from ia3_teach.course.shipped.paths import PACKAGE, is_installed
from ia3_teach.course.shipped.results import Run

UNKNOWN = "unknown"
DIGITS = 12  # of a commit
CODE = ("ia3_teach", "data/models", "data/tasks")  # what a run depends on


@dataclass(frozen=True)
class TracedRun(Run):
    """A run and its provenance; "unknown" in rows from before there was any.

    The commit comes last and has one length, so that a line that a kill cut short shows.
    """

    torch: str = UNKNOWN
    transformers: str = UNKNOWN
    machine: str = UNKNOWN
    commit: str = UNKNOWN

    @property
    def whole(self) -> bool:
        """Whether the line was written to its end.

        >>> run = TracedRun("plan", "tiny-bert", "ia3", 32, 0, 0.1, commit="0123456789a")
        >>> run.whole  # a digit is missing
        False
        """
        return re.fullmatch(rf"(changed-)?[0-9a-f]{{{DIGITS}}}|{UNKNOWN}", self.commit) is not None


@cache
def provenance(precision: str = "", device: str = "cpu") -> dict[str, str]:
    """The versions, the class of machine and the commit that runs of this process are made with."""
    versions = {name: version(name) for name in ("torch", "transformers")}
    return {**versions, "machine": machine(precision, device), "commit": commit(PACKAGE.parent)}


def machine(precision: str = "", device: str = "cpu") -> str:
    """System, processor or accelerator, instructions for vectors, and the precision of trainings there."""
    precision = precision or ("bfloat16" if fast_bfloat16() else "float32")
    if torch.device(device).type != "cpu":
        name = torch.get_device_module(device).get_device_name(device)
        return f"{platform.system()} {platform.machine()} {name.replace(',', ' ')} {precision}"
    return f"{platform.system()} {platform.machine()} {torch.backends.cpu.get_cpu_capability()} {precision}"


def commit(root: Path) -> str:
    """The commit of a clone, after "changed-" where code, models or tasks differ from it; else "unknown"."""
    if is_installed() or not (root / ".git").exists():
        return UNKNOWN
    try:
        found = git(root, "rev-parse", f"--short={DIGITS}", "HEAD")[:DIGITS]
        return f"changed-{found}" if git(root, "status", "--porcelain", "--", *CODE) else found
    except (OSError, subprocess.CalledProcessError):  # no git here, or nothing committed
        return UNKNOWN


def git(root: Path, *words: str) -> str:
    """What git answers."""
    command = ["git", "-C", str(root), *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
