"""The panels of many tasks show what they are given."""

import pytest
import torch

from ia3_teach.views.many_tasks import plot_profiles


def test_each_task_has_a_panel_and_each_kind_a_line_on_one_scale() -> None:
    l_k = torch.stack([torch.full((6,), value) for value in (1.5, 1.0, 0.5, 0.75)])
    tasks = {
        name: {"l_k": l_k, "l_ff": torch.full((4, 24), 1.25)} for name in ("one", "two", "three", "four")
    }
    figure = plot_profiles(tasks)
    panels = figure.axes
    assert [axes.get_title() for axes in panels] == ["one", "two", "three", "four"]
    assert panels[0].lines[0].get_ydata() == pytest.approx([0.5, 0, 0.5, 0.25])
    assert panels[3].lines[1].get_ydata() == pytest.approx([0.25] * 4)
    assert len({axes.get_ylim() for axes in panels}) == 1
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["l_k", "l_ff"]
    assert "a line for each of l_k, l_ff. one: ≈ 0.00 to ≈ 0.50; two: " in figure.description
