"""Two tasks mixed: only two, the mixture around 1, every share asked, and the vectors put back."""

import pytest
import torch

from ia3_teach.views import Blend, mix_tasks, plot_blend
from ia3_teach.views import blending as asked
from ia3_teach.views.blending import SHARES, mixed

VALUES = {"plan": {"l_k": torch.tensor([[3.0, 1.0]])}, "sentiment": {"l_k": torch.tensor([[1.0, 2.0]])}}


@pytest.mark.parametrize("tasks", [{}, {"plan": None}, dict.fromkeys("abc")])
def test_another_number_of_tasks_is_refused(tasks) -> None:
    with pytest.raises(ValueError, match=f"two tasks are mixed; found {len(tasks)}"):
        mix_tasks(None, None, tasks)


def test_the_mixture_goes_straight_from_one_to_the_other() -> None:
    assert mixed(VALUES, 0.0)["l_k"].tolist() == [[3.0, 1.0]]
    assert mixed(VALUES, 0.25)["l_k"].tolist() == [[2.5, 1.25]]
    assert mixed(VALUES, 1.0)["l_k"].tolist() == [[1.0, 2.0]]


def test_both_questions_are_asked_at_every_share_and_the_vectors_are_back(monkeypatch) -> None:
    now = {}
    monkeypatch.setattr(asked, "vectors", lambda model, task: VALUES[task])
    monkeypatch.setattr(asked, "activate", lambda model, name: now.update(active=name))
    monkeypatch.setattr(asked, "set_vectors", lambda model, values, name: now.update(values=values))
    monkeypatch.setattr(
        asked, "accuracy", lambda model, tokenizer, rows: now["values"]["l_k"][0, rows].item()
    )
    both = mix_tasks(None, None, {"plan": 0, "sentiment": 1})
    assert both.accuracies == {"plan": [3 - 2 * s for s in SHARES], "sentiment": [1 + s for s in SHARES]}
    assert now == {"active": "plan", "values": VALUES["plan"]}


def test_the_picture_has_a_dot_per_entry_and_a_line_per_task() -> None:
    both = Blend(VALUES, {"plan": [1 - s / 2 for s in SHARES], "sentiment": [0.5 + s / 2 for s in SHARES]})
    left, right = plot_blend(both, 0.25, "l_k").axes
    assert left.collections[0].get_offsets().tolist() == [[3, 1], [1, 2]]
    assert left.get_title() == "cosine of l - 1: 0.00"
    assert [line.get_label() for line in right.lines[:2]] == ["plan", "sentiment"]
    assert "0.75 of plan and 0.25 of sentiment" in plot_blend(both, 0.25, "l_k").description
