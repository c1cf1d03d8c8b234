"""The frontier's picture: levels across, the line of the unbeaten, ticks, words."""

import pytest

from ia3_teach.views.frontier import Score, plot_frontier, scores_in_words, unbeaten


def at(values: int, median: float, form: str = "add") -> Score:
    return Score(values, median, median - 0.01, median + 0.01, form)


SCORES = {
    "SSF": at(100, 0.8, "scale"),
    "LoRA": at(200, 0.7),
    "DoRA": at(300, 0.9),
    "head": at(10, 0.6, ""),
    "full": at(10**6, 0.95, ""),
}


@pytest.mark.parametrize(
    ("scores", "best"),
    [
        ({"a": at(1, 0.5), "b": at(1, 0.6)}, ["b"]),
        ({"a": at(1, 0.5), "b": at(2, 0.5)}, ["a"]),
        ({"a": at(2, 0.5), "b": at(1, 0.4)}, ["b", "a"]),
    ],
)
def test_who_has_more_values_must_be_better(scores, best) -> None:
    assert unbeaten(scores) == best


def test_a_panel_without_a_method_is_refused() -> None:
    with pytest.raises(ValueError, match="'plan' has no method with a form"):
        plot_frontier({"sentiment": SCORES, "plan": {"head": SCORES["head"]}})


def test_what_has_no_form_is_a_level_and_no_mark() -> None:
    (axes,) = plot_frontier({"plan": SCORES}).axes
    marked = [
        line for line in axes.lines if line.get_marker() not in ("None", "", None) and len(line.get_xdata())
    ]
    assert [line.get_xdata()[0] for line in marked] == [100, 200, 300]
    levels = [line.get_ydata()[0] for line in axes.lines if line.get_linestyle() == "--"]
    assert levels == [0.6, 0.95]
    assert {"head, 10 values", "full, 1,000,000 values"} < {text.get_text() for text in axes.texts}


def test_a_bar_reaches_from_quartile_to_quartile() -> None:
    (axes,) = plot_frontier({"plan": SCORES}).axes
    bars = [list(line.get_ydata()) for line in axes.lines if list(line.get_xdata()) == [100, 100]]
    assert bars == [[0.79, 0.81]]


def test_the_unbeaten_are_in_bold() -> None:
    (axes,) = plot_frontier({"plan": SCORES}).axes
    bold = {text.get_text() for text in axes.texts if text.get_fontweight() == "bold"}
    assert bold == {"SSF", "DoRA"}


def test_the_description_has_every_method_with_its_values() -> None:
    words = scores_in_words(SCORES)
    assert words.startswith("head 10 0.60, SSF 100 0.80, LoRA 200 0.70")
    assert words.endswith("no other reaches more with as little: SSF and DoRA")


def test_ratios_have_ticks_that_can_be_read_and_two_places() -> None:
    scores = {"IA3": at(0.94, 0.8, "scale"), "full": at(1.5, 0.9, ""), "SSF": at(1.8, 0.7, "scale")}
    figure = plot_frontier({"kept": scores}, across="times the frozen model's", unit="times")
    (axes,) = figure.axes
    assert [text.get_text() for text in axes.get_xticklabels()] == ["1", "1.2", "1.5", "2"]
    assert axes.get_xlabel() == "times the frozen model's"
    assert "full, 1.50 times" in {text.get_text() for text in axes.texts}


def test_a_single_method_has_room_around_it() -> None:
    (axes,) = plot_frontier({"plan": {"SSF": at(100, 0.8)}}).axes
    left, right = axes.get_xlim()
    assert left < 100 < right
