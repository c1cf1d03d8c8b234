"""The controls of a reading: what a shuffle keeps, and statistics on numbers that can be done by hand."""

import math

import pytest
import torch

from ia3_teach.course.lesson.controls import (
    by_chance,
    effective_rank,
    head_sizes,
    normal_like,
    row_correlations,
    share_between_heads,
    shuffled,
)

X = torch.arange(60.0).view(3, 20)


@pytest.mark.parametrize("parts", [0, -1, 3, 40])
def test_rows_that_have_no_such_parts_are_refused(parts: int) -> None:
    said = f"20 channels are not {parts} parts of one size|at least 1; found {parts}"
    for act in (head_sizes, share_between_heads, normal_like):
        with pytest.raises(ValueError, match=said):
            act(X, parts)


def test_a_shuffle_keeps_each_row_and_gives_each_an_order_of_its_own() -> None:
    before = X.clone()
    found = shuffled(X, seed=1)
    assert torch.equal(found.sort(dim=1).values, X) and torch.equal(X, before)
    orders = {tuple((row - row.min()).tolist()) for row in found}
    assert len(orders) == 3
    assert torch.equal(shuffled(X, seed=1), found) and not torch.equal(shuffled(X, seed=2), found)


def test_by_chance_shuffles_every_kind_and_every_draw_in_its_own_way() -> None:
    met = []

    def statistic(values) -> float:
        met.extend(tuple(l[0].tolist()) for l in values.values())
        return values["l_k"][0, 0].item()

    found = by_chance(statistic, {"l_k": X, "l_v": X}, draws=5)
    assert len(set(met)) == 10 and found == [row[0] for row in met[::2]]


def test_a_normal_moved_as_far_as_the_whole_or_as_each_part() -> None:
    l = 1 + torch.tensor([[0.1, 2.0]]).repeat_interleave(5000, dim=1)
    whole, parts = normal_like(l), normal_like(l, parts=2)
    torch.testing.assert_close(head_sizes(whole, 1), head_sizes(l, 1), rtol=0.03, atol=0)
    torch.testing.assert_close(head_sizes(parts, 2), head_sizes(l, 2), rtol=0.03, atol=0)
    assert head_sizes(whole, 2).std() < 0.1


def test_the_share_between_heads_by_a_loop() -> None:
    x = shuffled(X, seed=3) ** 1.5
    between = total = 0.0
    for row in x.tolist():
        mean = sum(row) / 20
        total += sum((entry - mean) ** 2 for entry in row)
        for head in (row[start : start + 4] for start in range(0, 20, 4)):
            between += 4 * (sum(head) / 4 - mean) ** 2
    assert share_between_heads(x, 5) == pytest.approx(between / total, rel=1e-5)


def test_entries_that_are_independent_share_as_much_as_their_numbers_say() -> None:
    x = torch.randn(200, 64, generator=torch.Generator().manual_seed(0))
    assert share_between_heads(x, 8) == pytest.approx(7 / 63, rel=0.1)


def test_correlations_are_those_of_torch() -> None:
    x, y = torch.randn(2, 3, 50, generator=torch.Generator().manual_seed(0))
    wanted = [torch.corrcoef(torch.stack(pair))[0, 1].item() for pair in zip(x, y, strict=True)]
    assert row_correlations(x, y).tolist() == pytest.approx(wanted, abs=1e-6)


def test_the_rank_counts_directions_and_not_lengths() -> None:
    row = torch.randn(1, 30, generator=torch.Generator().manual_seed(0))
    assert effective_rank(torch.cat([row, 5 * row, -row])) == pytest.approx(1)
    apart = torch.eye(4, 9) * torch.tensor([[1.0], [10.0], [100.0], [1e-3]])
    assert effective_rank(apart) == pytest.approx(4)
    assert 1 < effective_rank(torch.tensor([[1.0, 0.0], [1.0, 1.0]])) < 2
    assert not math.isnan(effective_rank(torch.ones(2, 3)))
