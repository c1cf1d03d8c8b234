"""The colour language: direction, symmetry, flipped signs, and alternative text."""

import ast
from pathlib import Path
from typing import Any

import pytest
import torch

from ia3_teach.views import cells, output, plain_figure, plot_scale, style, triptych


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
    for path in (module.__file__ for module in (style, triptych, output, plain_figure, cells)):
        tree = ast.parse(Path(path).read_text())
        modules |= {n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    own = {f"ia3_teach.views{name}" for name in ("", ".style", ".output", ".plain_figure")}
    own |= {"ia3_teach.wording"}  # how an error shows what it found, which itself imports nothing
    assert {name for name in modules if "ia3_teach" in name} == own
