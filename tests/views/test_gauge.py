"""The gauge's picture: sizes that cancel, logits that move or do not, and only factors that were tried."""

import pytest

from ia3_teach.views import plot_gauge

FACTORS = [0.5, 1.0, 2.0]
MOVES = {"keys times c": [0.3, 0.0, 0.9], "queries divided too": [1e-15, 0.0, 1e-15]}


def test_a_factor_that_was_not_tried_is_refused() -> None:
    with pytest.raises(ValueError, match=r"asked at c = 0.5, 1.0, 2.0; found 3"):
        plot_gauge(MOVES, FACTORS, 3.0)


def test_key_and_query_lie_on_both_sides_of_one_and_the_product_on_it() -> None:
    left, right = plot_gauge(MOVES, FACTORS, 2.0).axes
    assert [(bar.get_x(), bar.get_width()) for bar in left.patches] == [(1, 1), (1, -0.5), (1, 0)]
    assert [text.get_text() for text in left.texts] == ["× 2", "× 0.5", "× 1"]
    assert list(right.lines[0].get_ydata()) == MOVES["keys times c"]
    assert right.lines[-1].get_xdata()[0] == 2.0


def test_rounding_is_told_as_no_move() -> None:
    words = plot_gauge(MOVES, FACTORS, 2.0).description
    assert "keys times c: by ≈ 0.90 and queries divided too: not, but for rounding" in words
