"""One submission in its box: what was read, what its probes saw, and what there is to tell of it."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ia3_teach.grading.box import Box
from ia3_teach.grading.boxed import Ran, run_boxed
from ia3_teach.grading.limits import Limits

LARGEST_FILE = 300_000_000  # bytes
ENDED = {
    "time": "it did not stop when its time was over",
    "memory": "it wanted more memory than there is for it",
    "processes": "it started more processes than it may",
    "results": "it wrote more results than there is room for, or none that can be read",
}


NOT_FOUND = "nothing of this name was found in the notebook"


@dataclass
class Work:
    """What came of a submission.

    `records` are {exercise: a file for each candidate}, `troubles` {exercise: why there is none}, `lines`
    what a teacher should know. `started` is False where the fault is not the submission's.
    """

    cells: list[dict[str, Any]] | None = None
    records: dict[str, list[bytes]] = field(default_factory=dict)
    troubles: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    hostile: bool = False
    started: bool = True


@dataclass(frozen=True)
class Workshop:
    """What all submissions of a sheet share: the course in the box, limits, whether there is a box."""

    course: Path
    data: Path | None
    limits: Limits = Limits()
    boxed: bool = True
    bell: threading.Event = field(default_factory=threading.Event)  # ends every box

    def run(self, job: Path, module: str, argument: str) -> Ran:
        """Run a module of grading/inside on a file of the folder `job`."""
        box = Box(self.course, job, self.data, self.limits)
        script = f"ia3_teach.grading.inside.{module}"
        if self.boxed:
            command = [*box.command(), sys.executable, "-P", "-m", script, f"/job/{argument}"]
            return run_boxed(command, self.limits, self.bell.is_set)
        with tempfile.TemporaryDirectory() as scratch:
            environment = box.environment(str(self.course), str(self.data or ""))
            command = [sys.executable, "-P", "-m", script, str(job.resolve() / argument)]
            return run_boxed(command, self.limits, self.bell.is_set, cwd=scratch, env=environment)

    def read(self, file: Path, work: Work) -> bool:
        """The cells of a notebook file into `work`; False, with a line, where there are none."""
        if not file.is_file():
            work.lines.append("no notebook of this name was handed in")
            return False
        if file.stat().st_size > LARGEST_FILE:
            work.lines.append(f"the file has {file.stat().st_size / 1e6:.0f} MB and was not read")
            return False
        with tempfile.TemporaryDirectory() as folder:
            shutil.copyfile(file, Path(folder) / "notebook.ipynb")
            ran = self.run(Path(folder), "reading", "notebook.ipynb")
        return _keep_notebook(ran, work)


def _keep_notebook(ran: Ran, work: Work) -> bool:
    for said, payload in ran.frames:
        if "notebook" in said:
            read = json.loads(payload)
            work.cells = read["cells"]
            if read["format"] != "4":
                work.lines.append(f"a notebook of format {read['format']}, read as well as it can be")
            if read["language"].lower() != "python":
                work.lines.append(f"its kernel is for {read['language']}; run as Python")
            return True
        if "refused" in said:
            work.lines.append(f"not a notebook: {said['refused']}")
            return False
    work.lines.append(f"the file could not be read: {told_end(ran)}; {ran.tail()}")
    return False


def run_submission(
    shop: Workshop, cells: list[dict[str, Any]], exercises: list[dict[str, Any]], work: Work
) -> None:
    """Execute and probe, and begin again without the step that ended a run, so that others still count."""
    skip: list[str] = []
    while exercises and len(skip) <= shop.limits.restarts:
        ran = _run_once(shop, cells, exercises, skip)
        last = _take(ran, work)
        if not ran.ended or shop.bell.is_set():
            return
        if "begin" not in last:
            work.lines.append(
                f"not graded: the box did not come to the first cell ({ran.ended}); {ran.tail()}"
            )
            work.started = False
            return
        skip.append(last["begin"])
        _tell_end(ran, last["begin"], work)
        if not last["begin"].startswith("cell "):
            done = [*work.records, *work.troubles]
            again = last["begin"].rpartition(" ")[0] if last.get("more") else ""
            exercises = [each for each in exercises if each["name"] not in done or each["name"] == again]


def _run_once(
    shop: Workshop, cells: list[dict[str, Any]], exercises: list[dict[str, Any]], skip: list[str]
) -> Ran:
    limits = shop.limits
    job = {
        "cells": cells, "exercises": exercises, "skip": skip, "cell_seconds": limits.cell,
        "probe_seconds": limits.probe, "memory": limits.memory, "files": limits.files,
        "processes": limits.processes,
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "job.json").write_text(json.dumps(job))
        return shop.run(Path(folder), "running", "job.json")


def _take(ran: Ran, work: Work) -> dict[str, Any]:
    """Keep what a run said; what it began last."""
    last: dict[str, Any] = {}
    for said, payload in ran.frames:
        if isinstance(said.get("begin"), str):
            last = said
        elif "record" in said:
            work.records.setdefault(str(said["record"]), []).append(payload)
        elif "failed" in said:
            work.troubles[str(said["failed"])] = str(said.get("wrong", ""))[:300]
        elif "missing" in said:
            work.troubles[str(said["missing"])] = NOT_FOUND
        _note_other_name(said, work)
    return last


def _tell_end(ran: Ran, last: str, work: Work) -> None:
    why = told_end(ran)
    step = last.rpartition(" ")[0] if not last.startswith("cell ") else last
    work.hostile = True
    work.lines.append(f"{step}: {why}")
    if not last.startswith("cell "):
        work.troubles.setdefault(step, why)


def _note_other_name(said: dict[str, Any], work: Work) -> None:
    """Tell it where the answer was found under a name that was not asked for."""
    if said.get("other_name"):
        line = f"{said.get('record', said.get('failed'))}: found under the name {said['found']}"
        if line not in work.lines:
            work.lines.append(line)


def told_end(ran: Ran) -> str:
    """Why a run ended before its end, in words."""
    return ENDED.get(ran.ended, f"it ended its own process ({ran.ended})")
