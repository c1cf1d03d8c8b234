"""Inside the box: executes a submission's cells, finds its answers, and writes down what each probe saw."""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType
from typing import Any

from ia3_teach.grading.inside.answers import Sightings
from ia3_teach.grading.inside.cells import run_cell, told
from ia3_teach.grading.inside.frames import Speaker
from ia3_teach.grading.inside.probing import Probe, load, probes_of
from ia3_teach.grading.inside.silence import silence_checks


def run_job(job: dict[str, Any], speaker: Speaker) -> None:
    """Every cell, then every candidate for every exercise; each step is announced before it begins.

    Whoever hears how far it came can leave out the step that ended the process, and begin again.
    """
    probes = probes_of(job["exercises"], Path(job["root"]), load(job["reader"]))
    silence_checks()
    sightings = Sightings({exercise["answer"]: exercise["cell"] for exercise in job["exercises"]})
    waiting = job["cells"]
    namespace = own_namespace()
    for _ in range(3):  # cells out of order: a name that was missing may be there the next time
        waiting = list(run_cells(waiting, namespace, job, sightings, speaker))
    restore_torch()
    for probe in probes:
        try_candidates(probe, sightings, namespace, job, speaker)
    speaker.say(end=True)


def restore_torch() -> None:
    """Set back what a cell has set for all that comes later: at home a check runs before that."""
    torch = sys.modules.get("torch")
    with suppress(Exception):  # a submission may have put anything there
        torch.set_default_dtype(torch.float32)
        torch.set_default_device(None)
        torch.set_grad_enabled(True)


def own_namespace() -> dict[str, Any]:
    """The namespace of the cells, as module __main__, so that classes know where they come from."""
    module = ModuleType("__main__")
    module.display = print
    module.get_ipython = lambda: None
    sys.modules["__main__"] = module
    return module.__dict__


def run_cells(
    waiting: list[dict[str, Any]],
    namespace: dict[str, Any],
    job: dict[str, Any],
    sightings: Sightings,
    speaker: Speaker,
) -> Iterator[dict[str, Any]]:
    """Run each cell, and give back those that lacked a name."""
    for cell in waiting:
        step, only = f"cell {cell['place']}", False
        if step in job["skip"]:
            step, only = f"{step} definitions", True
        if step in job["skip"]:
            continue
        speaker.say(begin=step)
        wrong = run_cell(cell["source"], namespace, job["cell_seconds"], definitions_only=only)
        sightings.look(namespace, cell["grade_id"])
        if wrong.startswith("NameError"):
            yield cell


def try_candidates(
    probe: Probe, sightings: Sightings, namespace: dict[str, Any], job: dict[str, Any], speaker: Speaker
) -> None:
    """Probe each thing that may be the answer; "found" says under which name it was."""
    candidates = sightings.candidates(probe.answer)
    if not candidates:
        speaker.say(missing=probe.name)
    for number, one in enumerate(candidates):
        step = f"{probe.name} {number}"
        under = {"found": one.name, "other_name": one.name != probe.answer}
        if step in job["skip"]:
            continue
        speaker.say(begin=step, more=number + 1 < len(candidates))
        try:
            with meeting(one.beside, namespace):
                record = probe.record(one.value, job["probe_seconds"])
        except BaseException as error:  # an answer may raise anything, and raise it again when it is told
            speaker.say(failed=probe.name, wrong=told(error), **under)
        else:
            speaker.say(record, record=probe.name, **under)


@contextmanager
def meeting(beside: dict[str, Any], namespace: dict[str, Any]) -> Iterator[None]:
    """For a while a submission's names stand for what they stood for when an answer's cell had run."""
    later = dict(namespace)
    namespace.update(beside)
    try:
        yield
    finally:
        namespace.clear()
        namespace.update(later)


def limit_self(job: dict[str, Any]) -> None:
    """Limits that the system keeps for each process; what all take together is watched from outside."""
    bounds = {
        resource.RLIMIT_DATA: job["memory"],
        resource.RLIMIT_FSIZE: job["files"],
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NPROC: 4 * job["processes"],  # counts threads as well; root is not bound by it
    }
    for kind, most in bounds.items():
        with suppress(OSError, ValueError):  # a stricter one is in force already
            resource.setrlimit(kind, (most, most))


def main(place: str) -> None:
    """Frames go where stdout went; what the submission prints goes to stderr, and what it reads is empty."""
    job = json.loads(Path(place).read_bytes())
    speaker = Speaker(os.dup(1))
    os.dup2(2, 1)
    sys.stdout.reconfigure(line_buffering=True)
    limit_self(job)
    run_job(job, speaker)
    os._exit(0)  # threads and exit handlers of the submission do not matter any more


if __name__ == "__main__":
    main(sys.argv[1])
