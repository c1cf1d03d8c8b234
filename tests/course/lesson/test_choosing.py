"""The chooser: needs strike out, accuracy ranks, and what is level is said to be."""

import pytest

from ia3_teach.course.lesson.choosing import choose

VALUES = {"IA3": 1000, "SSF": 3000, "SerialAdapter": 9000, "PrefixTuning": 5000, "head": 10}


def row(method: str, median: float, task: str = "plan", bar: float = 0.02) -> dict[str, object]:
    ends = {"quartile_1": median - bar / 2, "quartile_3": median + bar / 2}
    return {"task": task, "method": method, "median": median, "seeds": 3, "shots": 256, **ends}


ROWS = [
    row("IA3", 0.80),
    row("SSF", 0.81),
    row("SerialAdapter", 0.90),
    row("PrefixTuning", 0.85),
    row("head", 0.99),
]


def names(**needs: object) -> list[str]:
    return [choice.method for choice in choose(ROWS, VALUES, **needs)]


def test_needs_that_none_meets_are_refused() -> None:
    with pytest.raises(ValueError, match="none of the 5 measured methods meets all of this"):
        choose(ROWS, VALUES, tasks=1000, most_stored=1000)


def test_without_needs_accuracy_alone_ranks_and_the_head_is_no_method() -> None:
    assert names() == ["SerialAdapter", "PrefixTuning", "SSF", "IA3"]


@pytest.mark.parametrize(
    ("needs", "left"),
    [
        ({"must_merge": True}, ["SSF", "IA3"]),
        ({"must_start_unchanged": True}, ["SerialAdapter", "SSF", "IA3"]),
        ({"tasks": 10, "most_stored": 10 * 4 * 5000}, ["PrefixTuning", "SSF", "IA3"]),
        ({"must_merge": True, "most_stored": 4000}, ["IA3"]),
    ],
)
def test_each_need_strikes_out(needs: dict[str, object], left: list[str]) -> None:
    assert names(**needs) == left


def test_a_distance_within_the_wider_bar_is_level() -> None:
    found = choose(ROWS, VALUES, must_merge=True)
    assert [choice.level for choice in found] == [True, True]
    far = choose([row("IA3", 0.7), row("SSF", 0.81)], VALUES)
    assert [choice.level for choice in far] == [True, False]


def test_accuracy_is_the_mean_over_the_tasks_and_the_evidence_names_each() -> None:
    (one,) = choose([row("IA3", 0.8), row("IA3", 0.6, "price_complaint")], VALUES, tasks=10, examples=32)
    assert one.accuracy == pytest.approx(0.7)
    assert one.evidence == "plan 0.80, price complaint 0.60 (3 draws of 256, you have 32); 40 kB"


def test_who_has_as_many_examples_is_not_warned() -> None:
    (one,) = choose([row("IA3", 0.8)], VALUES, examples=256)
    assert "you have" not in one.evidence
