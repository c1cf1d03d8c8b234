"""Lesson 06's pictures of rates, decay, stairs and memory show what they are given."""

import pytest
import torch

from ia3_teach.views.memory import plot_memory
from ia3_teach.views.pull import plot_pull
from ia3_teach.views.staircase import plot_staircase, rungs
from ia3_teach.views.style import METHODS
from ia3_teach.views.sweep import best_rate, plot_sweep

SWEEPS = {"IA3 + head": {0.01: 0.6, 0.1: 0.9, 0.3: 0.8}, "LoRA, r = 4": {0.001: 0.6, 0.01: 0.9}}


def test_each_method_has_its_own_rates_and_a_ring_around_its_best() -> None:
    left, right = plot_sweep(SWEEPS, {0.01: 0.1, 0.1: 1.5}, reach=20.0).axes
    ia3, ring, lora, _, _ = left.lines
    assert list(ia3.get_xdata()) == [0.01, 0.1, 0.3]
    assert (ring.get_xdata()[0], ring.get_ydata()[0]) == (0.1, 0.9)
    assert lora.get_color() == METHODS["LoRA"]["color"]
    assert [text.get_text() for text in left.texts] == ["0.1", "0.01"]
    assert [text.get_text() for text in left.get_xticklabels()] == ["0.001", "0.01", "0.1"]
    assert list(right.lines[0].get_ydata()) == pytest.approx([0.2, 2.0])


def test_of_two_equally_good_rates_the_lower_counts() -> None:
    assert best_rate({1.0: 0.9, 0.1: 0.9}) == 0.1


def test_the_pull_has_one_map_per_run_in_one_scale_and_its_means() -> None:
    runs = {"no decay": {"l_v": torch.ones(2, 8)}, "towards 0": {"l_v": torch.full((2, 8), 0.5)}}
    figure = plot_pull(runs)
    maps = [axes for axes in figure.axes if axes.images]
    assert [axes.images[0].get_array()[0, 0] for axes in maps] == [0, -1]
    assert {axes.images[0].get_clim() for axes in maps} == {(-1, 1)}
    (entries,) = [axes for axes in figure.axes if "means" in axes.get_title()]
    assert [line.get_xdata()[0] for line in entries.lines] == [1, 0.5]


def test_rungs_are_the_numbers_that_bfloat16_has() -> None:
    assert rungs(1.0, 1.02) == [1, 1 + 1 / 128, 1 + 2 / 128, 1 + 3 / 128]
    assert rungs(0.99, 1.0) == [1 - 3 / 256, 1 - 2 / 256, 1 - 1 / 256, 1]


def test_only_sixteen_bits_have_rungs_and_a_path_keeps_its_colour() -> None:
    path = torch.tensor([[1.0, 1.0], [1.01, 0.99]])
    left, right = plot_staircase({"float32": path, "bfloat16": path.bfloat16()}).axes
    assert len(left.collections) == 0
    assert len(right.collections[0].get_segments()) == len(rungs(0.99, 1.01))
    colours = [[line.get_color() for line in axes.lines[:2]] for axes in (left, right)]
    assert colours[0] == colours[1]
    assert colours[0][0] != colours[0][1]
    assert left.lines[1].get_ydata().tolist() == pytest.approx([1.0, 0.99])


def test_a_bar_is_as_long_as_its_bytes() -> None:
    bills = {"full": {"weights": 3_000_000, "gradients": 1_000_000}, "head": {"weights": 3_000_000}}
    figure = plot_memory(bills)
    bars = [patch for patch in figure.axes[0].patches if patch.get_width()]
    assert [(bar.get_x(), bar.get_width()) for bar in bars] == [(0, 3), (3, 1), (0, 3)]
    assert [text.get_text().strip() for text in figure.axes[0].texts] == ["4.0", "3.0"]
