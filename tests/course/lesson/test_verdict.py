"""Who is ahead: by medians, and by more than the seeds scatter."""

import pytest

from ia3_teach.course.lesson.verdict import TIE, leads, tally


def row(method: str, low: float, median: float, high: float, task: str = "plan", shots: int = 32) -> dict:
    place = {"task": task, "model": "tiny-bert", "method": method, "shots": shots}
    return {**place, "median": median, "quartile_1": low, "quartile_3": high}


def test_a_lead_is_clear_when_it_exceeds_the_scatter_of_both() -> None:
    rows = [row("ia3", 0.89, 0.9, 0.91), row("lora", 0.6, 0.7, 0.85), row("head", 0.5, 0.5, 0.5)]
    (lead,) = leads(rows)
    assert (lead.method, lead.margin, lead.spread, lead.clear) == ("ia3", 0.2, 0.25, False)
    (lead,) = leads(rows, methods=("ia3", "head"))
    assert (lead.method, lead.margin, lead.clear) == ("ia3", 0.4, True)


def test_equal_medians_are_a_tie() -> None:
    (lead,) = leads([row("ia3", 0.9, 0.9, 0.9), row("lora", 0.8, 0.9, 1.0)])
    assert (lead.method, lead.clear) == (TIE, False)


def test_a_cell_with_one_method_has_no_leader() -> None:
    assert leads([row("full", 0.9, 0.9, 0.9, shots=3000), row("zero_shot", 0.5, 0.5, 0.5, shots=0)]) == []


@pytest.mark.parametrize("order", [1, -1])
def test_the_tally_counts_cells(order: int) -> None:
    rows = [
        row("ia3", 0.9, 0.9, 0.9), row("lora", 0.8, 0.8, 0.8),
        row("ia3", 0.9, 0.9, 0.9, "formality"), row("lora", 0.6, 0.8, 0.9, "formality"),
        row("ia3", 0.9, 0.9, 0.9, shots=256), row("lora", 1, 1, 1, shots=256),
    ]  # fmt: skip
    assert tally(leads(rows[::order])) == {"ia3": (2, 1), "lora": (1, 1)}
