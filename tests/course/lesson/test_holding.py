"""The most that is held at once: what is gone, what is shared and what was there before do not count."""

import pytest
import torch
from torch import nn

from ia3_teach.course.lesson.holding import most_held

FLOAT = 4


def test_an_error_goes_through_and_counting_ends() -> None:
    with pytest.raises(RuntimeError, match="busy"):
        most_held(lambda: (_ for _ in ()).throw(RuntimeError("busy")))
    assert most_held(lambda: None) == 0


def test_what_is_gone_does_not_count_and_what_is_kept_does() -> None:
    x = torch.ones(100)

    def one_after_the_other() -> None:
        for _ in range(3):
            x + 1

    assert most_held(one_after_the_other) == 100 * FLOAT
    assert most_held(lambda: [x + 1 for _ in range(3)]) == 300 * FLOAT


def test_weights_views_and_changes_in_place_take_no_new_memory() -> None:
    layer, x = nn.Linear(10, 20, bias=False), torch.ones(5, 10)
    with torch.no_grad():
        assert most_held(lambda: layer(x)) == 5 * 20 * FLOAT
        assert most_held(lambda: layer.weight.t()[:3].add_(1)) == 0


def test_a_storage_that_a_view_keeps_alive_counts_whole() -> None:
    x = torch.ones(100)

    def last_of_two() -> None:
        last = (x + 1)[-1:]
        last + (x * 2)[:1]

    assert most_held(last_of_two) == (200 + 1) * FLOAT


def test_a_pass_that_keeps_for_backward_holds_more_and_each_time_the_same() -> None:
    layers, x = (
        nn.Sequential(*(nn.Sequential(nn.Linear(8, 8), nn.Tanh()) for _ in range(6))),
        torch.ones(4, 8),
    )

    def without() -> None:
        with torch.no_grad():
            layers(x)

    found = [most_held(lambda: layers(x)) for _ in range(2)]
    assert found[0] == found[1] > most_held(without)
