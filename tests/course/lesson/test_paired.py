"""A difference is said to be one only where its interval leaves 0 out."""

import numpy as np
import pytest

from ia3_teach.course.lesson.paired import difference, pairs
from ia3_teach.course.shipped.results import Run


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


def run(task: str, method: str, seed: int, test: float) -> Run:
    return Run(task, "tiny-bloom", method, 32, seed, 0.1, test=test)


def test_methods_without_a_common_draw_are_refused() -> None:
    with pytest.raises(ValueError, match="no run on the same draw"):
        pairs([run("plan", "LM", 0, 0.5), run("plan", "LM+UL", 1, 0.6)], "LM", "LM+UL")


def test_two_runs_of_one_place_are_refused_with_what_to_do() -> None:
    twice = [run("plan", "LM", 0, 0.5), run("plan", "LM", 0, 0.6)]
    with pytest.raises(ValueError, match="two runs at .* take those of `used`"):
        pairs(twice, "LM", "LM+UL")


def test_each_pair_is_of_one_task_and_one_draw_and_other_runs_are_left_out() -> None:
    runs = [run("plan", "LM", 1, 0.6), run("mood", "LM", 0, 0.4), run("plan", "LM", 0, 0.5)]
    runs += [run(task, "LM+UL", seed, 0.9 + seed / 10) for task in ("plan", "mood") for seed in range(3)]
    found = pairs(reversed(runs), "LM", "LM+UL")
    assert {task: [round(each, 6) for each in of] for task, of in found.items()} == {
        "mood": [-0.5],
        "plan": [-0.4, -0.4],
    }


def test_what_has_another_number_of_examples_can_be_named_apart() -> None:
    runs = [Run("plan", "tiny-bloom", "ia3", shots, 0, 0.1, test=shots / 1000) for shots in (32, 256)]
    with pytest.raises(ValueError, match="name apart"):
        pairs(runs, "ia3", "lora")
    assert pairs(runs, ("ia3", 256), ("ia3", 32), name=lambda run: (run.method, run.shots)) == {
        "plan": [0.224]
    }


def test_pairs_take_out_what_the_draws_have_in_common() -> None:
    """Draws that differ by much, methods that differ by little: the pairs see it."""
    runs = [run("plan", "LM", seed, seed / 10) for seed in range(9)]
    runs += [run("plan", "LM+UL", seed, seed / 10 - 0.02) for seed in range(9)]
    found = difference(list(pairs(runs, "LM", "LM+UL").values()))
    assert (found.mean, found.low, found.high, found.sure) == (0.02, 0.02, 0.02, True)
