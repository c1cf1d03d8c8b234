"""A difference is said to be one only where its interval leaves 0 out."""

import numpy as np
import pytest

from ia3_teach.course.lesson.paired import difference


@pytest.mark.parametrize("by_task", [[], [[]], [[0.1]], [[0.1, 0.2], [0.3]]])
def test_fewer_than_two_draws_of_a_task_are_refused(by_task: list) -> None:
    with pytest.raises(ValueError, match="at least two draws of each; found"):
        difference(by_task)


def test_tasks_count_alike_whatever_their_number_of_draws() -> None:
    assert difference([[0.1] * 2, [0.3] * 9]).mean == 0.2


def test_what_scatters_around_zero_is_not_sure_and_what_lies_apart_is() -> None:
    assert not difference([[0.05, -0.04, 0.02, -0.03, 0.01]]).sure
    assert difference([[0.05, 0.04, 0.02, 0.03, 0.06]]).sure
    assert difference([[-0.05, -0.04, -0.02, -0.03, -0.06]]).sure


def test_one_in_twenty_intervals_misses_or_a_little_more() -> None:
    """Of six tasks with five draws each, as in the shipped table, and a true difference of 0."""
    drawn = np.random.default_rng(0).normal(0, 0.05, (300, 6, 5))
    missed = sum(difference(pairs.tolist()).sure for pairs in drawn)
    assert 0.02 < missed / 300 < 0.10
