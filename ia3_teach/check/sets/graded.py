"""An exercise of a problem set: cases, a probe, and properties that each have their own points."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from ia3_teach.check.failure import CheckFailed
from ia3_teach.check.outcomes import Outcome, Property
from ia3_teach.check.probing.sets.calls import UNWRITTEN
from ia3_teach.course.sets.variants import seed_of

PUBLIC = 0  # the seed of the cases that everybody may see


@dataclass(frozen=True)
class Exercise:
    """`cases(seed)` are plain data, `probe(answer, cases)` writes a record, the properties judge that.

    `answer` is the name that the learner's notebook gives it; in a `personal` exercise the seed is not the
    class's but the learner's own, `seed_of(name, set)`.
    """

    name: str
    answer: str
    cases: Callable[[int], Any]
    probe: Callable[[Any, Any], Any]
    properties: Sequence[Property]
    personal: bool = False

    def own_seed(self, student: str) -> int:
        """The seed of a `personal` exercise: from the name under which the learner hands in, and the set."""
        return seed_of(student, self.name.split(".")[0].replace("set_", "ps"))

    def run_own(self, answer: Any, student: str) -> float:
        """The same as `run` on what is this learner's alone."""
        return self.run(answer, self.own_seed(student))

    def judge(self, record: Any, seed: int) -> list[Outcome]:
        """Every property on what the probe wrote down, also after one has failed."""
        cases, record = self.cases(seed), getattr(record, "data", {}).get("tree")
        if isinstance(record, list) and isinstance(cases, list) and len(record) != len(cases):
            record = None  # forged, or of other cases: no property holds of it
        return [_outcome(each, record, cases) for each in self.properties]

    def run(self, answer: Any, seed: int = PUBLIC) -> float:
        """Probe and verdict, one after the other: prints a line for each property and returns the points."""
        with torch.random.fork_rng(devices=[]):
            outcomes = self.judge(self.probe(answer, self.cases(seed)), seed)
        if outcomes and all(UNWRITTEN in each.detail for each in outcomes):
            print(f"not written yet: {self.answer}")
            return 0.0
        for each in outcomes:
            print(f"{each.points:g} of {each.of:g}  {each.property}")
            if each.detail:
                print("        " + each.detail.replace("\n", "\n        "))
        return float(sum(each.points for each in outcomes))


def _outcome(wanted: Property, record: Any, cases: Any) -> Outcome:
    try:
        wanted.judge(record, cases)
    except CheckFailed as failure:
        return wanted.lost(failure.mistake, str(failure))
    except Exception as error:  # a record that an answer forged earns nothing, and stops no grader
        return wanted.lost("what came back cannot be judged", repr(error))
    return wanted.earned()
