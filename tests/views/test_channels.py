"""A channel's facts are those of the model, the control is another channel, and nothing stays moved."""

import pytest
import torch

from ia3_teach import IA3, attach, load_model, load_task, set_vectors, vectors
from ia3_teach.course.lesson import scores
from ia3_teach.views import Channel, inspect_channels, plot_channel
from ia3_teach.views.channel_facts import in_context, loud_tokens, margin

ROWS = 4


@pytest.fixture(scope="module")
def found():
    model, tokenizer = load_model("tiny-bloom")
    attach(model, IA3())
    moved = vectors(model)
    moved["l_ff"][1, 5], moved["l_ff"][2, 7] = 8.0, 0.5
    set_vectors(model, moved)
    rows = load_task("sentiment")["test"].select(range(ROWS))
    return model, tokenizer, rows, moved, inspect_channels(model, tokenizer, rows, most=2)


def test_the_farthest_come_first_and_the_vectors_are_back(found) -> None:
    model, *_, moved, channels = found
    assert [(each.layer, each.channel, each.factor) for each in channels] == [(1, 5, 8.0), (2, 7, 0.5)]
    assert all(torch.equal(vectors(model)[kind], l) for kind, l in moved.items())


def test_the_margins_are_those_with_the_entry_back_at_one(found) -> None:
    model, tokenizer, rows, moved, (first, _) = found
    assert first.margins[0] == pytest.approx(margin(model, tokenizer, rows), abs=1e-6)
    without = {kind: l.clone() for kind, l in moved.items()}
    without["l_ff"][1, 5] = 1.0
    set_vectors(model, without)
    assert first.margins[1] == pytest.approx(margin(model, tokenizer, rows), abs=1e-5)
    set_vectors(model, moved)
    assert first.margins[2] == pytest.approx(first.margins[0], abs=1e-5), "the control was at 1 already"


def test_the_margin_is_the_right_answer_over_the_best_wrong_one(found) -> None:
    model, tokenizer, rows, *_ = found
    shares = scores(model, tokenizer, rows)
    right = [row[label] - row[1 - label] for row, label in zip(shares, rows["label"], strict=True)]
    assert margin(model, tokenizer, rows) == pytest.approx(torch.stack(right).mean().item(), abs=1e-6)


def test_the_loudest_tokens_are_by_size_and_each_once() -> None:
    assert loud_tokens(torch.tensor([1.0, -3.0, 2.0, -3.0]), ["a", "b", "c", "b"]) == [
        ("b", -3.0),
        ("c", 2.0),
        ("a", 1.0),
    ]
    assert in_context(["<a>", " b"]) == ["[<a>] b", "<a> [b]"]


def test_the_picture_draws_before_and_after_and_both_changes() -> None:
    figure = plot_channel(Channel(1, 5, -0.5, [("the [room] was", 2.0)], (3.0, 2.5, 3.25)))
    left, right = figure.axes
    assert [bar.get_width() for bar in left.patches] == [2.0, -1.0]
    assert [bar.get_width() for bar in right.patches] == [-0.5, 0.25]
    assert "Loudest at the [room] was: ≈ 2.0 before, ≈ -1.0 after" in figure.description
