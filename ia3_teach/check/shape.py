"""The one shape of all exercises: cases, a probe that runs beside the answer, a verdict that does not."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ia3_teach.check.failure import CheckFailed, Picture, describe, not_written_yet
from ia3_teach.check.outcomes import Outcome, Property
from ia3_teach.check.probing.calls import Case
from ia3_teach.check.probing.recorded import Record
from ia3_teach.check.seen import Seen
from ia3_teach.check.unwritten import show_in_grey
from ia3_teach.course.progress.keeping import note
from ia3_teach.wording import first_line

Cases = dict[str, Case]
PUBLIC_SEED = 0  # the learner's own check always draws the same cases, so that a message can be read again


@dataclass(frozen=True)
class Exercise:
    """An exercise's check; called on an answer it tells the learner, `judge` tells a grader.

    `probe` stands in `ia3_teach.check.probing`, which imports no reference and no verdict.
    """

    name: str
    answer: str
    cases: Callable[[int], Cases]
    probe: Callable[[Any, Cases], Record]
    properties: tuple[Property, ...]

    def __call__(self, answer: Any) -> None:
        """The same as `run`."""
        self.run(answer)

    def run(self, answer: Any) -> None:
        """Probe and verdict, one after the other; print a line or raise CheckFailed.

        Random numbers are put back afterwards. That it passed is kept where somebody learns.
        """
        cases = self.cases(PUBLIC_SEED)
        seen = Seen(self.probe(answer, cases), cases)
        if not seen.callable:
            raise CheckFailed("a function or a class", f"{describe(answer)}", "hand over its name, uncalled")
        if seen.not_written:
            show_in_grey()
            raise not_written_yet(getattr(sys, "last_value", None)) from None
        failures = [failure for one in self.properties if (failure := _failure(one, seen)) is not None]
        if failures:
            # A wrong value on one case says more than an error on another that comes of it.
            told = min(failures, key=lambda failure: failure.stopped)
            _draw(told.picture)
            raise told
        print(f"check passed: {len(self.properties)} of {len(self.properties)} properties")
        note(self.name)

    def judge(self, record: Record, seed: int) -> list[Outcome]:
        """What the answer that left this record on the cases of `seed` earns, property by property."""
        cases = self.cases(seed)
        return [_outcome(one, record, cases) for one in self.properties]


def _outcome(one: Property, record: Record, cases: Cases) -> Outcome:
    try:
        seen = Seen(record, cases)
        if not seen.callable or seen.not_written:
            return one.lost("not written yet")
        _judge(one, seen)
    except CheckFailed as failure:
        return one.lost(failure.mistake, str(failure))
    except Exception as error:  # a record that an answer forged earns nothing, and stops no grader
        return one.lost("the record cannot be read", repr(error))
    return one.earned()


def _failure(one: Property, seen: Seen) -> CheckFailed | None:
    try:
        _judge(one, seen)
    except CheckFailed as failure:
        return failure
    return None


def _judge(one: Property, seen: Seen) -> None:
    try:
        one.judge(seen)
    except CheckFailed:
        raise
    except Exception as error:  # the verdict met what no property foresaw
        what = f"{type(error).__name__}: {first_line(error)[:200] or '(no message)'}"
        raise CheckFailed(
            one.text,
            f"your code ran, but this check could not use what came back ({what})",
            "look at what your code returns: its type, its shape, and whether it returns anything",
        ) from None


def _draw(picture: Picture | None) -> None:
    """Target, yours, difference; only where there is a notebook, and more to see than two flat squares."""
    shell = sys.modules.get("IPython")
    if picture is None or shell is None or shell.get_ipython() is None:
        return
    if all(part.numel() and (part == part.flatten()[0]).all() for part in (picture.target, picture.yours)):
        return  # flat squares show nothing that the message does not say
    from ia3_teach.views.style import describe as described
    from ia3_teach.views.style import show
    from ia3_teach.views.triptych import plot_triptych

    figure = plot_triptych(picture.target, picture.yours, as_scale=picture.as_scale)
    words = "Three panels: the target, your result, and the difference between them"
    show(described(figure, f"{words}; the entry that differs most is marked."))
