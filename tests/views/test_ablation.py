"""The pictures of the causal check show what they are given."""

from ia3_teach.views.ablation import plot_ablation, plot_kinds


def test_the_ablation_draws_every_run_against_entries_and_against_departure() -> None:
    runs = {
        "farthest": [(0.1, 0.5, 0.6)], "nearest": [(0.1, 0.01, 0.9)],
        "random 0": [(0.1, 0.1, 0.8)], "random 1": [(0.1, 0.1, 0.7)],
    }  # fmt: skip
    figure = plot_ablation(runs, 0.95, 0.5)
    left, right = figure.axes
    assert [line.get_xydata()[0].tolist() for line in left.lines[:2]] == [[10, 0.6], [10, 0.9]]
    assert [line.get_xdata()[0] for line in right.lines[:2]] == [50, 1]
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert labels == ["farthest from 1", "nearest to 1", "random"]


def test_both_panels_name_what_the_whole_adapter_and_the_frozen_model_reach() -> None:
    runs = {"farthest": [(0.1, 0.5, 0.9), (0.8, 0.99, 0.6)], "nearest": [(0.1, 0.01, 0.9), (0.8, 0.4, 0.9)]}
    figure = plot_ablation(runs, 0.95, 0.5)
    for axes in figure.axes:
        assert [text.get_text() for text in axes.texts] == ["trained", "frozen"]
    assert "farthest falls from ≈ 0.90 to ≈ 0.60, where 80 % of the entries and ≈ 99 %" in figure.description
    assert "nearest stays at ≈ 0.90" in figure.description
    assert figure.description.endswith("Dotted: trained ≈ 0.95, frozen ≈ 0.50.")


def test_kinds_are_drawn_from_zero_and_told() -> None:
    bars = {"l_k": 0.6, "l_v": 0.7, "l_ff": 0.9}
    figure = plot_kinds(bars, dict.fromkeys(bars, 0.8), 0.95, 0.5)
    assert [bar.get_height() for bar in figure.axes[0].patches] == [0.6, 0.7, 0.9]
    assert all(axes.get_ylim()[0] == 0 for axes in figure.axes)
    assert "only this kind: l_k ≈ 0.60, l_v ≈ 0.70 and l_ff ≈ 0.90; all but this kind: " in figure.description
