"""Bars in groups show each number once, beside the others of its measure."""

from ia3_teach.views.groups import plot_groups


def test_bars_of_one_measure_stand_together_without_touching() -> None:
    models = {"before": {"right": 0.25, "stops": 0.5}, "after": {"right": 0.75, "stops": 1.0}}
    (axes,) = plot_groups(models, "share").axes
    bars = [(bar.get_x(), bar.get_width(), bar.get_height()) for bar in axes.patches]
    assert [round(height, 6) for _, _, height in bars] == [0.25, 0.5, 0.75, 1.0]
    assert [text.get_text() for text in axes.get_xticklabels()] == ["right", "stops"]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["before", "after"]
    in_order = sorted(bars)
    for (left, width, _), (following, _, _) in zip(in_order, in_order[1:], strict=False):
        assert left + width < following
    assert [round(height, 6) for _, _, height in in_order] == [0.25, 0.75, 0.5, 1.0]
