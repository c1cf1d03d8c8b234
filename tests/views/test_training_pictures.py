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
    assert [text.get_text() for text in left.texts] == ["0.1", "0.01", "chance"]
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


def test_the_words_of_a_sweep_name_the_best_rates_and_whether_the_bound_holds() -> None:
    within = plot_sweep(SWEEPS, {0.01: 0.1, 0.1: 1.5}, reach=20.0).description
    beyond = plot_sweep(SWEEPS, {0.01: 0.1, 0.1: 2.5}, reach=20.0).description
    assert "IA3 + head is best at ≈ 0.1 with ≈ 0.90; LoRA, r = 4 is best at ≈ 0.01 with ≈ 0.90." in within
    assert "never beyond the dotted bound" in within and "at some rates beyond" in beyond


def test_the_words_of_a_pull_follow_colours_and_means() -> None:
    runs = {"no decay": {"l_v": torch.ones(2, 8)}, "towards 0": {"l_v": torch.full((2, 8), 0.5)}}
    words = plot_pull(runs).description
    assert "no decay: white ≈ 100 %, the mean of all vectors ≈ 1.00" in words
    assert "towards 0: blue ≈ 100 %, the mean of all vectors ≈ 0.50" in words


def test_no_key_hides_a_peak() -> None:
    figure = plot_pull({"no decay": {"l_v": torch.ones(2, 8)}, "towards 0": {"l_v": torch.ones(2, 8)}})
    figure.canvas.draw()
    (entries,) = [axes for axes in figure.axes if "means" in axes.get_title()]
    assert not entries.get_legend().get_window_extent().overlaps(entries.get_window_extent())


def test_the_words_of_stairs_say_where_paths_end() -> None:
    path = torch.tensor([[1.0, 1.0], [1.5, 0.5]])
    words = plot_staircase({"float32": path, "stuck": torch.ones(2, 2)}).description
    assert "Paths of 2 entries over 1 steps." in words
    assert "float32: they end at ≈ 0.50 to ≈ 1.50, ≈ 50 % above 1 and ≈ 50 % below" in words
    assert "stuck: they end at ≈ 1.00 to ≈ 1.00, ≈ 0 % above 1 and ≈ 0 % below" in words


def test_the_words_of_memory_are_its_parts() -> None:
    words = plot_memory({"full": {"weights": 3_000_000, "gradients": 1_000_000}}).description
    assert words == "Megabytes of one training step. full: weights ≈ 3.0 and gradients ≈ 1.0."
