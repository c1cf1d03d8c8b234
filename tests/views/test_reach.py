"""The closest matrix of a rank is the closest, and the picture says how much of the whole it holds."""

import pytest
import torch

from ia3_teach.views import of_rank, plot_reach
from ia3_teach.views.reach_explorer import ranks_of


@pytest.mark.parametrize("rank", [0, 4])
def test_a_rank_that_the_matrix_cannot_have_is_refused(rank: int) -> None:
    with pytest.raises(ValueError, match=f"(ranks 1 to 3|whole number of at least 1); found {rank}"):
        of_rank(torch.ones(3, 5), rank)


def test_no_other_product_of_thin_matrices_comes_closer() -> None:
    torch.manual_seed(0)
    delta = torch.randn(6, 5)
    mine = (delta - of_rank(delta, 2)).norm()
    A, B = (torch.nn.Parameter(torch.randn(size)) for size in ((2, 5), (6, 2)))
    optimizer = torch.optim.Adam([A, B], lr=0.05)
    for _ in range(400):
        loss = (B @ A - delta).square().sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert mine <= loss.sqrt() + 1e-5 and mine > 0.95 * loss.sqrt()
    assert torch.linalg.matrix_rank(of_rank(delta, 2)) == 2


def test_the_three_matrices_add_up_and_have_one_scale() -> None:
    figure = plot_reach(torch.diag(torch.tensor([3.0, 1.0])), 1, "IA3")
    whole, closest, rest = (axes.images[0] for axes in figure.axes[:3])
    assert (whole.get_array() == closest.get_array() + rest.get_array()).all()
    assert len({image.get_clim() for image in (whole, closest, rest)}) == 1
    assert figure.axes[3].get_title() == "share said: 90%"
    assert "IA3 and the closest matrix of rank 1, which holds ≈ 90 %" in figure.description


@pytest.mark.parametrize("full", [1, 2, 5, 192, 1024, 5000])
def test_the_ranks_rise_to_the_full_one_in_nine_stops_at_the_most(full: int) -> None:
    ranks = ranks_of(full)
    assert ranks == sorted(set(ranks)) and ranks[-1] == full and len(ranks) <= 9
