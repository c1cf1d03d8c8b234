"""One submission in its box, and again without the step that ended it."""

from __future__ import annotations

import json
import re
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from ia3_teach.grading import exercises
from ia3_teach.grading.boxed import Ran
from ia3_teach.grading.work import Work
from ia3_teach.grading.workshop import Workshop

Asked = list[dict[str, Any]]
TIMES = 2  # limits.whole, for a submission that has to be begun again


def run_submission(shop: Workshop, cells: list[dict[str, Any]], asked: Asked, work: Work) -> None:
    """Execute and probe, and begin again without the step that ended a run, so that others still count."""
    skip: list[str] = []
    end = time.monotonic() + TIMES * shop.limits.whole
    steps, names = _steps(cells, asked), {each["name"] for each in asked}
    while asked and len(skip) <= shop.limits.restarts and time.monotonic() < end:
        ran = _run_once(_until(shop, end), cells, asked, skip)
        last = work.take(ran, names)
        if any("end" in said for said, _ in ran.frames) or shop.bell.is_set():
            return
        if not last:
            work.lines.append(f"not graded: the box did not come to a first cell ({ran.ended}); {ran.tail()}")
            work.started = False
            return
        if not re.fullmatch(steps, last["begin"]):
            work.lines.append("what came out of its box names steps that there are not; stopped there")
            return
        skip.append(last["begin"])
        work.tell_end(ran, last["begin"])
        asked = _still_asked(asked, last, work)


def _until(shop: Workshop, end: float) -> Workshop:
    """The same, with no more time for the next run than is left for all."""
    left = min(shop.limits.whole, end - time.monotonic())
    return replace(shop, limits=replace(shop.limits, whole=max(1.0, left)))


def _steps(cells: list[dict[str, Any]], asked: Asked) -> str:
    """What a box may say that it begins: a cell that there is, or a candidate of an exercise."""
    places = "|".join(re.escape(str(cell["place"])) for cell in cells)
    names = "|".join(re.escape(each["name"]) for each in asked)
    return rf"cell ({places})( definitions)?|({names}) [0-9]"


def _still_asked(asked: Asked, last: dict[str, Any], work: Work) -> Asked:
    """After a cell all; after an answer what has not been tried, and its own exercise if there is another."""
    if last["begin"].startswith("cell "):
        return asked
    again = last["begin"].rpartition(" ")[0] if last.get("more") else None
    done = [*work.records, *work.troubles]
    return [each for each in asked if each["name"] not in done or each["name"] == again]


def _run_once(shop: Workshop, cells: list[dict[str, Any]], asked: Asked, skip: list[str]) -> Ran:
    limits = shop.limits
    job = {
        "cells": cells, "exercises": asked, "skip": skip, "root": shop.root, "reader": exercises.READER,
        "cell_seconds": limits.cell, "probe_seconds": limits.probe, "memory": limits.memory,
        "files": limits.files, "processes": limits.processes,
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "job.json").write_text(json.dumps(job))
        return shop.run(Path(folder), "running", "job.json")


def asked_of(sheet: Any, course: Path, class_seed: str) -> Asked:
    """The exercises of a sheet as a box gets them, their cases written below `course`."""
    asked = []
    for graded in sheet.judged:
        exercise = graded.exercise
        place = Path("cases") / sheet.name / graded.grade_id
        (course / place).parent.mkdir(parents=True, exist_ok=True)
        seed = exercises.seed_for(class_seed, exercise.name)
        exercises.write_cases(exercise.cases(seed), course / place)
        asked.append(exercises.for_the_box(exercise, graded.answer_cell, str(place)))
    return asked
