"""The pictures of the causal check show what they are given."""

from ia3_teach.views.ablation import plot_ablation, plot_kinds


def test_the_ablation_draws_every_run_against_entries_and_against_departure() -> None:
    runs = {
        "farthest": [(0.1, 0.5, 0.6)], "nearest": [(0.1, 0.01, 0.9)],
        "random 0": [(0.1, 0.1, 0.8)], "random 1": [(0.1, 0.1, 0.7)],
    }  # fmt: skip
    left, right = plot_ablation(runs, 0.95, 0.5).axes
    assert [line.get_xydata()[0].tolist() for line in left.lines[:2]] == [[10, 0.6], [10, 0.9]]
    assert [line.get_xdata()[0] for line in right.lines[:2]] == [50, 1]
    labels = [text.get_text() for text in right.get_legend().get_texts()]
    assert labels == ["farthest from 1", "nearest to 1", "random"]


def test_kinds_are_drawn() -> None:
    bars = {"l_k": 0.6, "l_v": 0.7, "l_ff": 0.9}
    panels = plot_kinds(bars, dict.fromkeys(bars, 0.8), 0.95, 0.5).axes
    assert [bar.get_height() for bar in panels[0].patches] == [0.6, 0.7, 0.9]
