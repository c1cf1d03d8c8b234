"""What is kept of what a box says: of exercises that were asked for, in bounds, and told without a case."""

import pytest

from ia3_teach.grading.boxed import Ran
from ia3_teach.grading.work import LARGEST_RECORD, Work

ASKED = {"set_1.fold"}
STRANGE = ["3.14159 of a case\nada: 20 points", "set_1.other", ["set_1.fold"], {"a": 1}, 7, None, ""]


def work_after(*frames: tuple[dict, bytes], ended: str = "") -> Work:
    work = Work()
    work.take(Ran(frames=list(frames), ended=ended), ASKED)
    return work


@pytest.mark.parametrize("kind", ["record", "failed", "missing"])
@pytest.mark.parametrize("name", STRANGE)
def test_a_name_that_was_not_asked_for_leaves_no_trace(kind, name) -> None:
    work = work_after(({kind: name, "other_name": True, "found": "x", "wrong": "ValueError"}, b"1"))
    assert work == Work()


def test_a_record_that_is_far_too_large_is_told_and_dropped() -> None:
    work = work_after(({"record": "set_1.fold"}, bytes(LARGEST_RECORD + 1)))
    assert not work.records and "far more than was asked for" in work.troubles["set_1.fold"]


def test_the_number_with_which_it_ended_is_for_the_teacher_alone() -> None:
    work = Work()
    work.tell_end(Ran(ended="exit 65"), "set_1.fold 0")
    assert work.lines == ["set_1.fold: it ended its own process (exit 65)"]
    assert work.troubles == {"set_1.fold": "it ended its own process"}
