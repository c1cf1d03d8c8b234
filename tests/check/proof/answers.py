"""Reading answers: chunks `#%% exercise | w wrong, c cheat, r right | name`, one file for each lesson."""

import contextlib
import io
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import torch
from torch import nn

from ia3_teach.check import EXERCISES
from ia3_teach.check.failure import CheckFailed
from ia3_teach.check.probing import limits
from ia3_teach.check.shape import Exercise

CLASS_SEEDS = (101, 202)


@dataclass
class Answer:
    """An answer's code, and whether it is right."""

    exercise: Exercise
    right: bool
    name: str
    code: str


@dataclass
class Result:
    """What the learner's check and the class's cases made of it."""

    answer: Answer
    public: bool
    in_class: bool
    message: str = ""


def read_answers(folder: Path) -> Iterator[Answer]:
    """Every chunk but those that are marked as neither right nor wrong."""
    for path in sorted(folder.glob("lesson_*.py")):
        for chunk in re.split(r"(?m)^#%% ", path.read_text(encoding="utf-8"))[1:]:
            head, _, code = chunk.partition("\n")
            exercise, mark, name = (part.strip() for part in head.split("|", 2))
            if mark[0] in "wcr":
                yield Answer(EXERCISES[f"{path.stem}.{exercise}"], mark[0] == "r", name, code)


def made(answer: Answer) -> Any:
    """What the code leaves under the exercise's name."""
    names: dict[str, Any] = {"torch": torch, "nn": nn}
    exec(compile(answer.code, f"<{answer.name}>", "exec"), names)
    return names[answer.exercise.answer]


def tried(answer: Answer) -> Result:
    """Run the learner's check and then judge records on cases of other seeds."""
    message = refusal(answer)
    with _quietly():
        return Result(answer, not message, all(_judged(answer, seed) for seed in CLASS_SEEDS), message)


def refusal(answer: Answer) -> str:
    """What the learner's check alone says against the answer; nothing where it passes."""
    with _quietly():
        try:
            answer.exercise.run(made(answer))
        except CheckFailed as failure:
            return str(failure)
    return ""


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """Without what answers print and warn of, and with little patience."""
    quick = mock.patch.object(limits, "SECONDS", 2.0)  # of processor time; right answers take far less
    with quick, warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        yield


def _judged(answer: Answer, seed: int) -> bool:
    exercise = answer.exercise
    record = exercise.probe(made(answer), exercise.cases(seed))
    return all(outcome.points == outcome.of for outcome in exercise.judge(record, seed))
