"""The pictures of a results table: every median and quartile is drawn where it belongs."""

import pytest

from ia3_teach.course.lesson.verdict import TIE, Lead
from ia3_teach.views.results_table import by_examples, left_end, plot_leads, plot_medians


def row(task: str, method: str, shots: int, median: float, model: str = "tiny-bloom") -> dict:
    place = {"task": task, "model": model, "method": method, "shots": shots}
    return {**place, "median": median, "quartile_1": median - 0.05, "quartile_3": median + 0.01}


ROWS = [
    row("plan", "ia3", 32, 0.8), row("plan", "lora", 32, 0.7), row("who_liked", "ia3", 32, 0.6),
    row("plan", "ia3", 256, 0.9), row("plan", "zero_shot", 0, 0.5), row("plan", "in_context", 4, 0.55),
    row("plan", "full", 3000, 0.99), row("plan", "head", 32, 0.6, "tiny-bert"),
]  # fmt: skip


def test_untrained_methods_stand_in_each_panel_and_the_whole_pool_in_none() -> None:
    small, large = by_examples(ROWS, "tiny-bloom").values()
    assert [each["median"] for each in small] == [0.8, 0.7, 0.6, 0.5, 0.55]
    assert [each["median"] for each in large] == [0.9, 0.5, 0.55]


def test_each_median_is_a_mark_with_its_quartiles_beside_its_task() -> None:
    figure = plot_medians(by_examples(ROWS, "tiny-bloom"))
    left, right = figure.axes
    assert [label.get_text() for label in left.get_yticklabels()] == ["plan", "who liked"]
    marks = {line.get_label(): line for line in left.lines}
    assert list(marks["IA3"].get_xdata()) == [0.8, 0.6]
    assert [round(height) for height in marks["IA3"].get_ydata()] == [0, 1]
    ends = [segment[:, 0].tolist() for bars in left.collections for segment in bars.get_segments()]
    assert pytest.approx([0.75, 0.81]) in ends
    assert [text.get_text() for text in figure.legends[0].get_texts()] == [
        "zero-shot",
        "4-shot",
        "IA3",
        "LoRA",
    ]
    assert left.get_xlim() == right.get_xlim()


def test_the_description_ranks_the_methods_of_each_task() -> None:
    words = plot_medians(by_examples(ROWS, "tiny-bloom")).description
    assert (
        "tiny-bloom 32 examples: plan, IA3 0.80, LoRA 0.70, 4-shot 0.55, zero-shot 0.50; who liked, IA3"
        in words
    )
    assert "tiny-bloom 256 examples: plan, IA3 0.90" in words


def test_the_level_of_chance_is_named() -> None:
    (legend,) = plot_medians(by_examples(ROWS, "tiny-bloom"), level=0.5).legends
    assert legend.get_texts()[-1].get_text() == "chance"


def test_the_axis_begins_at_a_tenth_below_everything() -> None:
    assert left_end({"": [row("plan", "ia3", 32, 0.55)]}) == 0.4
    assert left_end({"": [row("plan", "ia3", 32, 0.62)]}) == 0.5


def test_leads_are_named_and_only_clear_ones_are_full() -> None:
    leads = [
        Lead("plan", "tiny-bert", 32, "ia3", 0.1, 0.05),
        Lead("plan", "tiny-bert", 256, "lora", 0.01, 0.05),
        Lead("sentiment", "tiny-bert", 32, TIE, 0.0, 0.1),
    ]
    (axes,) = plot_leads(leads).axes
    assert [text.get_text() for text in axes.texts] == ["IA3 +0.100", "LoRA +0.010", "tie"]
    assert [bar.get_alpha() for bar in axes.patches] == [1, 0.25, 0.25]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["plan", "sentiment"]
    words = plot_leads(leads).description
    assert (
        "IA3 in 1 of 3, clearly in 1, LoRA in 1 of 3, clearly in 0 and tie in 1 of 3, clearly in 0." in words
    )


def test_four_panels_stand_two_by_two() -> None:
    panels = by_examples(ROWS, "tiny-bloom") | by_examples(ROWS, "tiny-bert")
    figure = plot_medians(panels)
    places = [axes.get_subplotspec() for axes in figure.axes]
    assert [(place.rowspan.start, place.colspan.start) for place in places] == [
        (0, 0),
        (0, 1),
        (1, 0),
        (1, 1),
    ]
