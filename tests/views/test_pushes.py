"""What a loss pushes: two lines a panel, on one scale for all, told in words."""

from ia3_teach.views.pushes import plot_pushes

PANELS = {"L_LM": ([0.1, 0.9], [0.1, 0.1]), "L_UL": ([0.1, 0.1], [0.1, 0.001])}


def test_a_single_panel_is_drawn_too() -> None:
    (axes,) = plot_pushes({"L_LM": PANELS["L_LM"]}).axes
    assert [line.get_ydata().tolist() for line in axes.lines] == [[0.1, 0.9], [0.1, 0.1]]


def test_all_panels_have_one_scale_that_holds_every_value() -> None:
    first, second = plot_pushes(PANELS).axes
    assert first.get_ylim() == second.get_ylim()
    assert first.get_ylim()[0] < 0.001 and first.get_yscale() == "log"


def test_the_words_say_where_each_line_goes() -> None:
    assert (
        "L_UL: the right answers' stays at ≈ 0.10, the wrong ones' falls from ≈ 0.10 to ≈ 0.0010"
        in plot_pushes(PANELS).description
    )
