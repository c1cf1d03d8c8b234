"""A level's line bears its name, outside of what is drawn."""

from ia3_teach.views.levels import draw_level, draw_upright_level
from ia3_teach.views.style import new_figure


def test_a_level_is_named_at_its_right_end() -> None:
    _, axes = new_figure()
    draw_level(axes, 0.5, "coin")
    assert set(axes.lines[0].get_ydata()) == {0.5}
    assert axes.texts[0].get_text() == "coin" and axes.texts[0].xy == (1, 0.5)


def test_an_upright_level_is_named_in_the_legend() -> None:
    _, axes = new_figure()
    draw_upright_level(axes, 0.5)
    assert set(axes.lines[0].get_xdata()) == {0.5}
    assert axes.get_legend_handles_labels()[1] == ["chance"]
