"""The pictures of merging show what they are given, and the controls agree with them."""

import pytest
import torch
from torch import Tensor, nn

from ia3_teach import IA3, attach, merge, set_vectors
from ia3_teach.views.merging import STRONGER, plot_microscope
from ia3_teach.views.merging_explorer import (
    explore_merge,
    ia3_sites,
    in_words,
    microscope,
)


def pictures(figure: object) -> list[Tensor]:
    return [torch.tensor(axes.images[0].get_array().filled(torch.nan)) for axes in figure.axes if axes.images]


@pytest.mark.parametrize("side", ["out", "in"])
def test_the_microscope_shows_weight_vector_merged_and_difference(side: str) -> None:
    weight, l = torch.tensor([[1.0, -2.0], [4.0, 0.5]]), torch.tensor([2.0, 0.5])
    merged = weight * (l[:, None] if side == "out" else l)
    figure = plot_microscope(weight, l, merged, side)
    shown = dict(
        zip((axes.get_label() for axes in figure.axes if axes.images), pictures(figure), strict=True)
    )
    assert torch.equal(shown["W"].float(), weight)
    assert torch.equal(shown["W′"].float(), merged)
    assert torch.equal(shown["W′ − W"].float(), merged - weight)
    assert shown["l"].tolist() == ([[1.0], [-1.0]] if side == "out" else [[1.0, -1.0]])


def test_weights_share_their_limits_and_small_ones_show_their_numbers() -> None:
    weight, merged = torch.ones(2, 2), torch.full((2, 2), -8.0)
    panels = {axes.get_label(): axes for axes in plot_microscope(weight, torch.ones(2), merged, "out").axes}
    weights = [panels[name] for name in ("W", "W′", "W′ − W")]
    assert [axes.images[0].get_clim() for axes in weights] == [(-8.0, 8.0)] * 3
    assert [text.get_text() for text in panels["W′"].texts] == ["-8"] * 4
    assert not any(
        axes.texts for axes in plot_microscope(torch.ones(9, 9), torch.ones(9), torch.ones(9, 9), "in").axes
    )


def test_the_difference_of_a_large_weight_is_drawn_stronger_and_its_title_says_so() -> None:
    figure = plot_microscope(torch.ones(9, 9), torch.full((9,), 1.5), torch.full((9, 9), 1.5), "in")
    panels = {axes.get_label(): axes for axes in figure.axes}
    limits = {name: panels[name].images[0].get_clim()[1] for name in ("W", "W′", "W′ − W")}
    assert limits == {"W": 1.5, "W′": 1.5, "W′ − W": 1.5 / STRONGER}
    assert f"{STRONGER} × as strong" in panels["W′ − W"].get_title()
    (bar,) = [axes for axes in figure.axes if axes.get_label() == "bar"]
    assert [label.get_text() for label in bar.get_yticklabels()] == ["-1.5", "0", "1.5"]


@pytest.mark.parametrize(("side", "lines"), [("out", "rows"), ("in", "columns")])
def test_the_microscope_says_which_lines_change(side: str, lines: str) -> None:
    l = torch.tensor([2.0, 1.0, 0.5])
    merged = l[:, None].expand(3, 3) if side == "out" else l.expand(3, 3)
    words = plot_microscope(torch.ones(3, 3), l, merged, side, title="a fold").description
    assert words.startswith(f"a fold. W, l on the {side}put side")
    assert f"of 3 {lines} 2 change, by ≈ 1.0 at the most" in words


def adapted() -> nn.Module:
    model = nn.Sequential(nn.Linear(8, 8), nn.Linear(8, 8))
    attach(model, IA3(sites={"0": "out", "1": "in"}), "a")
    set_vectors(model, {"l": torch.tensor([[0.3] * 8, [1.7] * 8])}, "a")
    return model


def test_sites_are_read_from_the_model() -> None:
    model = adapted()
    sites = ia3_sites(model, "a")
    assert {path: side for path, (_, _, side) in sites.items()} == {"0": "out", "1": "in"}
    assert torch.equal(sites["1"][1], torch.full((8,), 1.7))
    with pytest.raises(ValueError, match="b"):
        ia3_sites(model, "b")
    with pytest.raises(ValueError, match="merged"):
        ia3_sites(merge(model), "a")


def test_words_and_picture_follow_the_setting() -> None:
    site = ia3_sites(adapted(), "a")["0"]
    assert in_words(site, "bfloat16", 0.0).startswith("divided out again: 64 of 64 weights come back")
    assert not in_words(site, "float16", 1.0).startswith("divided out again: 64 of")
    assert microscope(site, "bfloat16", 2.0)._suptitle.get_text() == "bfloat16, λ = 2"


def test_the_controls_choose_strength_format_and_layer() -> None:
    view = explore_merge(adapted(), "a")
    assert view.setting == {"λ": "1", "format": "float32", "layer": "0"}
    first = view.drawn(*view.setting.values())
    view.setting = {"λ": "3", "format": "bfloat16", "layer": "1"}
    strength, form, site = view.values()
    assert (strength, form) == (3.0, "bfloat16")
    assert view.drawn("3", "bfloat16", "1")["words"] == in_words(site, form, strength)
    assert view.drawn("3", "bfloat16", "1")["picture"] != first["picture"]
