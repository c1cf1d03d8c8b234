"""Bars in groups show each number once, beside the others of its measure."""

from matplotlib.colors import to_hex

from ia3_teach.views.groups import plot_groups
from ia3_teach.views.style import METHODS


def test_bars_of_one_measure_stand_together_without_touching() -> None:
    models = {"before": {"right": 0.25, "stops": 0.5}, "after": {"right": 0.75, "stops": 1.0}}
    figure = plot_groups(models, "share")
    (axes,) = figure.axes
    bars = [(bar.get_x(), bar.get_width(), bar.get_height()) for bar in axes.patches]
    assert [round(height, 6) for _, _, height in bars] == [0.25, 0.5, 0.75, 1.0]
    assert [text.get_text() for text in axes.get_xticklabels()] == ["right", "stops"]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["before", "after"]
    in_order = sorted(bars)
    for (left, width, _), (following, _, _) in zip(in_order, in_order[1:], strict=False):
        assert left + width < following
    assert [round(height, 6) for _, _, height in in_order] == [0.25, 0.75, 0.5, 1.0]


def test_a_method_keeps_its_colour_and_no_bar_is_called_none() -> None:
    models = {"before": {"right": 0.0}, "IA3, slow": {"right": 0.2}, "IA3, fast": {"right": 0.4}}
    figure = plot_groups(models, "share")
    before, slow, fast = figure.axes[0].patches
    assert to_hex(slow.get_facecolor()) == to_hex(fast.get_facecolor()) == METHODS["IA3"]["color"]
    assert slow.get_hatch() == "//" and not fast.get_hatch()
    assert [text.get_text() for text in figure.axes[0].texts] == ["none", "0.20", "0.40"]
    assert "right: before ≈ 0.00, IA3, slow ≈ 0.20 and IA3, fast ≈ 0.40." in figure.description
