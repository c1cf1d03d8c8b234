"""The map of heads compares each head with its own layer."""

import pytest
import torch

from ia3_teach.views import plot_heads
from ia3_teach.views.head_maps import against_layer


def test_a_layer_that_moved_far_as_a_whole_is_not_darker() -> None:
    l = torch.tensor([[1.1, 0.9, 1.1, 0.9], [3.0, -1.0, 3.0, -1.0]])
    torch.testing.assert_close(against_layer(l, 2), torch.ones(2, 2))


def test_a_square_is_a_head_and_greys_are_factors_of_two() -> None:
    l = 1 + torch.tensor([[0.1, 0.1, 0.4, 0.4]])
    figure = plot_heads({"l_k": l, "l_v": l.flip(1)}, n_heads=2)
    first, second = (figure.axes[place].images[0].get_array() for place in (0, 1))
    assert first.shape == (1, 2) and first[0].tolist() == pytest.approx(second[0, ::-1].tolist(), abs=1e-5)
    assert round(first[0, 1] - first[0, 0], 5) == 2
    assert "1 blocks by 2 heads" in figure.description
