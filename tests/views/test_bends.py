"""A factor passes through ReLU, and not through GELU."""

import pytest

from ia3_teach.views.bends import plot_bends


@pytest.mark.parametrize("panel, apart", [(0, False), (1, True)], ids=["ReLU", "GELU"])
def test_bends_part_for_gelu_alone(panel: int, apart: bool) -> None:
    after, before = plot_bends(2.0).axes[panel].lines
    gap = abs(after.get_ydata() - before.get_ydata()).max()
    assert (gap > 0.1) == apart


@pytest.mark.parametrize("factor, gelu", [(1.0, "coincide"), (2.0, "part by up to 0.3")])
def test_the_description_of_bends_follows_the_factor(factor: float, gelu: str) -> None:
    relu, other = plot_bends(factor).description.split("GELU")
    assert "coincide" in relu and gelu in other
