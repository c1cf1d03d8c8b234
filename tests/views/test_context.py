"""The pictures of lesson 01 carry the numbers they were given."""

import pytest

from ia3_teach.views.context import median, plot_changes, plot_shots, plot_turned


@pytest.mark.parametrize(
    ("values", "middle"), [([3.0], 3.0), ([5.0, 1.0, 2.0], 2.0), ([4.0, 1.0, 2.0, 3.0], 2.5)]
)
def test_median(values: list[float], middle: float) -> None:
    assert median(values) == middle


def test_shots_show_every_draw_the_medians_and_the_trained_line() -> None:
    (axes,) = plot_shots({0: [0.5], 4: [0.4, 0.6, 0.55]}, trained=[0.8, 0.9, 0.7]).axes
    single, several, middles, ia3, chance = axes.lines
    assert list(several.get_ydata()) == [0.4, 0.6, 0.55]
    assert list(middles.get_ydata()) == [0.5, 0.55]
    assert set(ia3.get_ydata()) == {0.8} and set(chance.get_ydata()) == {0.5}
    assert list(axes.get_xticks()) == [0, 4] == [single.get_xdata()[0], several.get_xdata()[0]]
    assert axes.texts[0].get_text() == "chance"


def test_turned_labels_stand_beside_right_ones() -> None:
    (axes,) = plot_turned({"4-shot": ([0.5, 0.6, 0.7], [0.4]), "IA3": ([0.9], [0.1])}).axes
    assert [bar.get_height() for bar in axes.patches] == [0.6, 0.4, 0.9, 0.1]
    assert [text.get_text() for text in axes.texts] == ["0.60", "0.40", "0.90", "0.10", "chance"]
    labels = [tick.get_text().split("\n")[0] for tick in axes.get_xticklabels()]
    assert labels == ["4-shot", "4-shot", "IA3", "IA3"]


def test_changes_are_percentages_by_kind() -> None:
    (axes,) = plot_changes({"other labels": [0.0, 0.02, 0.01], "other order": [0.1]}).axes
    assert list(axes.lines[0].get_xdata()) == pytest.approx([0, 2, 1])
    assert list(axes.lines[1].get_xdata()) == pytest.approx([1, 1])
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["other labels", "other order"]


def test_every_line_and_band_of_the_shots_has_a_name() -> None:
    figure = plot_shots({0: [0.5], 4: [0.4, 0.6, 0.55]}, trained=[0.8, 0.9, 0.7])
    assert len(figure.legends[0].get_texts()) == 3


DESCRIBED = {
    "shots": (
        plot_shots({0: [0.5], 4: [0.4, 0.6]}, trained=[0.8, 0.9], level=0.25),
        "0: ≈ 0.50; 4: ≈ 0.40 to ≈ 0.60. IA3 trained on 32 examples, none in the prompt: ≈ 0.80 to ≈ 0.90. "
        "Chance: 0.25.",
    ),
    "turned": (
        plot_turned({"IA3": ([0.9], [0.1])}),
        "IA3, ≈ 0.90 with right labels, ≈ 0.10 with turned ones.",
    ),
    "changes": (plot_changes({"other order": [0.1, 0.2]}), "other order: ≈ 10 to ≈ 20 %."),
}


@pytest.mark.parametrize("kind", DESCRIBED)
def test_a_description_follows_the_data(kind: str) -> None:
    figure, words = DESCRIBED[kind]
    assert words in figure.description
