"""Runs in pairs, resamples within tasks, and the interval of a mean difference."""

import pytest
import torch

from ia3_teach.course.lesson.pairing import interval, pairs, resamples
from ia3_teach.course.shipped.results import Run


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
    runs += [run(task, "LM+UL", seed, 0.9 + seed / 100) for task in ("plan", "mood") for seed in range(3)]
    found = pairs(reversed(runs), "LM", "LM+UL")
    assert found.tasks == ["mood", "plan", "plan"]
    assert found.first.tolist() == [0.4, 0.5, 0.6] and found.second.tolist() == [0.9, 0.9, 0.91]


def test_what_has_another_number_of_examples_can_be_named_apart() -> None:
    runs = [Run("plan", "tiny-bloom", "ia3", shots, 0, 0.1, test=shots / 1000) for shots in (32, 256)]
    with pytest.raises(ValueError, match="name apart"):
        pairs(runs, "ia3", "lora")
    found = pairs(runs, "ia3 256", "ia3 32", name=lambda run: f"{run.method} {run.shots}")
    assert (found.first - found.second).tolist() == [0.224]


def test_a_resample_takes_of_each_task_as_many_as_it_has_and_some_twice() -> None:
    groups = ["plan", "mood", "plan", "plan", "mood"]
    drawn = resamples(groups, 200, seed=0)
    assert all(
        groups[place] == group for row in drawn.tolist() for place, group in zip(row, groups, strict=True)
    )
    assert len({tuple(row) for row in drawn.tolist()}) > 50
    assert torch.equal(drawn, resamples(groups, 200, seed=0))


def test_the_interval_is_that_of_a_slow_loop() -> None:
    first, second = torch.rand(2, 12, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    drawn = resamples(["a"] * 6 + ["b"] * 6, 500, seed=1)
    means = sorted(sum((first[p] - second[p]).item() for p in row) / 12 for row in drawn.tolist())

    def quantile(share: float) -> float:
        place = share * (len(means) - 1)
        whole = int(place)
        return means[whole] + (place - whole) * (means[whole + 1] - means[whole])

    assert interval(first, second, drawn) == pytest.approx((quantile(0.025), quantile(0.975)), abs=1e-6)


def test_pairs_take_out_what_the_draws_have_in_common() -> None:
    """Draws that differ by much, methods that differ by little: pairs see it, unpaired quartiles do not."""
    common = torch.linspace(0, 1, 10, dtype=torch.float64)
    low, high = interval(common + 0.02, common, resamples(["a"] * 10, 100, seed=0))
    assert low == pytest.approx(0.02) and high == pytest.approx(0.02)
