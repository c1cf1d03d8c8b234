"""The picture of the tails counts every entry, and its normal is that of the entries."""

import math

import pytest
import torch

from ia3_teach.views import plot_tails
from ia3_teach.views.tails import normal_counts


def test_the_panels_share_one_axis_and_count_every_entry() -> None:
    l = torch.tensor([[0.5, 1.0, 2.0, -1.0], [1.0, 1.1, 0.9, 1.0]])
    panels = plot_tails({"l_k": l, "l_v": l.abs()}).axes
    assert [sum(bar.get_height() for bar in axes.patches) for axes in panels] == [8, 8]
    assert panels[0].patches[0].get_x() == panels[1].patches[0].get_x() == -1


def test_a_normal_has_as_many_entries_in_all_and_none_where_it_would_have_less_than_half_a_one() -> None:
    l = 1 + 0.1 * torch.randn(100, 100, generator=torch.Generator().manual_seed(0))
    middles, counts = normal_counts(l, torch.linspace(-1, 3, 81))
    assert sum(count for count in counts if count == count) == pytest.approx(10_000, abs=2)
    assert math.isnan(counts[0]) and math.isnan(counts[-1])
    drawn = [(count, middle) for count, middle in zip(counts, middles, strict=True) if count == count]
    assert max(drawn)[1] == pytest.approx(1, abs=0.1)


def test_the_words_say_how_far_the_entries_and_a_normal_reach() -> None:
    l = 1 + 0.1 * torch.randn(1, 1000, generator=torch.Generator().manual_seed(0))
    l[0, 7] = -2
    words = plot_tails({"l_k": l, "l_v": l}).description
    assert "l_k: ≈ -2.00 to" in words and "would end near ≈ 0." in words
