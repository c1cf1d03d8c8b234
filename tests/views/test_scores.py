"""The pictures of accuracies carry their numbers."""

from ia3_teach.views.scores import plot_bars, plot_draws


def test_bars_carry_their_numbers() -> None:
    (axes,) = plot_bars({"head alone": 0.5, "IA3": 0.873}, "accuracy").axes
    assert [text.get_text() for text in axes.texts] == ["0.50", "0.87"]


def test_draws_show_every_draw_and_the_median() -> None:
    (axes,) = plot_draws({"IA3": [0.6, 0.9, 0.7]}, "accuracy").axes
    assert axes.lines[0].get_ydata().tolist() == [0.6, 0.9, 0.7]
    assert axes.texts[0].get_text() == "0.70"


def test_the_line_of_chance_has_a_name_and_the_words_have_the_numbers() -> None:
    figure = plot_bars({"head alone": 0.5, "IA3": 0.873}, "accuracy", level=0.5)
    assert "chance" in [text.get_text() for text in figure.axes[0].texts]
    assert figure.description == (
        "Bars of accuracy: head alone ≈ 0.50 and IA3 ≈ 0.87. A dotted line marks chance, 0.5."
    )
