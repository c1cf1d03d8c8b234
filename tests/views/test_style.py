"""The colour language: direction, symmetry, flipped signs, and alternative text."""

import ast
from pathlib import Path
from typing import Any

import pytest
import torch

from ia3_teach.views import cells, output, plain_figure, plot_scale, style


def rgb(position: float) -> tuple[float, ...]:
    return tuple(style.colour_map()(position)[:3])


def test_blue_inhibits_white_is_one_orange_amplifies() -> None:
    low, middle, high = rgb(0.1), rgb(0.5), rgb(0.9)
    assert low[2] > low[0] and high[0] > high[2]
    assert min(middle) > 0.98


def test_both_directions_are_equally_dark() -> None:
    """A factor of two must not look stronger than a factor of one half."""

    def lightness(colour: tuple[float, ...]) -> float:
        return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), colour, strict=True))

    assert abs(lightness(rgb(0.0)) - lightness(rgb(1.0))) < 0.15


def test_flipped_signs_are_black() -> None:
    values = style.log2_scale(torch.tensor([[-1.0, 1.0]]))
    colours = style.colour_map()(torch.nan)
    assert values[0, 0].isnan() and tuple(colours[:3]) == (0.0, 0.0, 0.0)


def test_limits_are_symmetric_and_never_tiny() -> None:
    (axes, _) = plot_scale(torch.tensor([1.0, 4.0])).axes
    assert axes.images[0].get_clim() == (-2.0, 2.0)
    assert style.symmetric_limit(torch.zeros(3)) == 0.1
    assert style.symmetric_limit(torch.tensor([torch.nan])) == 0.1


def test_triptych_shares_limits_and_shows_the_difference() -> None:
    target, yours = torch.tensor([1.0, 2.0]), torch.tensor([1.0, 1.0])
    figure = style.plot_triptych(target, yours, as_scale=True)
    panels = figure.axes[:3]
    assert {axes.images[0].get_clim() for axes in panels} == {(-1.0, 1.0)}
    assert panels[2].images[0].get_array().tolist() == [[0.0, -1.0]]
    assert [axes.get_title() for axes in panels] == ["target", "yours", "difference"]


def test_numbers_that_are_no_factors_are_grey_and_neither_blue_nor_orange() -> None:
    """In a course where white is 1, a target of ones must not be drawn deepest orange."""
    figure = style.plot_triptych(torch.ones(2, 2), torch.tensor([[1.0, -3.0], [0.0, 1.0]]))
    for axes in figure.axes[:3]:
        image = axes.images[0]
        colours = image.cmap(image.norm(image.get_array()))[..., :3]
        assert (colours == colours[..., :1]).all()


def test_a_small_tensor_has_its_numbers_its_indices_and_a_ring_at_the_worst_entry() -> None:
    target, yours = torch.zeros(3, 3, 3), torch.zeros(3, 3, 3)
    yours[2, 1, 0], yours[0, 0, 1] = -4.0, 1.0
    for axes in style.plot_triptych(target, yours).axes[:3]:
        assert [label.get_text() for label in axes.get_yticklabels()][::4] == ["0, 0", "1, 1", "2, 2"]
        assert len(axes.texts) == 27
        assert axes.collections[0].get_offsets().tolist() == [[0, 7]]
    assert [text.get_text() for text in axes.texts][21] == "-4"


def test_a_large_tensor_has_its_ends_named_and_no_numbers() -> None:
    axes = style.plot_triptych(torch.zeros(4, 768), torch.ones(4, 768)).axes[0]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["0", "767"] and not axes.texts


@pytest.mark.parametrize("as_scale", [True, False])
def test_a_triptych_of_odd_numbers_is_drawn(as_scale: bool) -> None:
    odd = torch.tensor([-1.0, 0.0, torch.inf])
    assert style.png(style.plot_triptych(odd, odd.flip(0), as_scale=as_scale)).startswith(b"\x89PNG")


def test_triptych_refuses_different_shapes() -> None:
    with pytest.raises(ValueError, match=r"target is \(2,\) but yours is \(3,\)"):
        style.plot_triptych(torch.ones(2), torch.ones(3))


def test_show_gives_the_image_its_text(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[Any] = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: shown.append(data))
    alt = 'One row of squares, "l_k", all of them white.'
    style.show(style.describe(plot_scale(torch.ones(2)), alt))
    assert shown[0]["text/plain"] == alt
    assert shown[0]["text/html"].startswith('<img alt="One row of squares, &quot;l_k&quot;')


def test_show_refuses_a_figure_without_words() -> None:
    with pytest.raises(ValueError, match="no description"):
        style.show(style.new_figure()[0])
    with pytest.raises(ValueError, match="too short"):
        style.describe(style.new_figure()[0], "plot")


def test_pictures_are_the_same_every_time() -> None:
    first, second = (style.png(plot_scale(torch.tensor([1.0, 2.0]))) for _ in range(2))
    assert first == second and b"Software" not in first


def test_pyplot_never_sees_the_figures() -> None:
    import matplotlib.pyplot as plt

    before = plt.get_fignums()
    plot_scale(torch.ones(2))
    assert plt.get_fignums() == before


def test_methods_differ_in_more_than_colour() -> None:
    looks = style.METHODS.values()
    assert len({look["marker"] for look in looks}) == len(style.METHODS)


def test_style_imports_nothing_of_the_project() -> None:
    """Checks and lessons below the views may therefore draw in the same language."""
    modules: set[str] = set()
    for path in (module.__file__ for module in (style, output, plain_figure, cells)):
        tree = ast.parse(Path(path).read_text())
        modules |= {n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    own = {f"ia3_teach.views{name}" for name in ("", ".output", ".plain_figure")}
    own |= {"ia3_teach.wording"}  # how an error shows what it found, which itself imports nothing
    assert {name for name in modules if "ia3_teach" in name} == own
