"""Under all controls stands the picture that `show` would send, and words that are never a formula."""

import ast
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from ia3_teach import IA3, attach, views
from ia3_teach.views.budget_explorer import budget_controls
from ia3_teach.views.dial_explorer import dial_controls
from ia3_teach.views.dial_grid import DialGrid
from ia3_teach.views.film_explorer import film_controls
from ia3_teach.views.merging_explorer import ia3_sites, merging_controls
from ia3_teach.views.output import INCH, image

PRICES = ["$5 or $6", "<b> & $$"]


def dial() -> Any:
    return dial_controls(DialGrid(PRICES, PRICES, torch.full((17, 2, 2), 0.25)))


def film() -> Any:
    frames = {step: {"l_k": torch.full((2, 4), 1.0 + step)} for step in (0, 1)}
    return film_controls(frames, [1.0, 0.5])


def merging() -> Any:
    model = nn.Sequential(nn.Linear(8, 8))
    attach(model, IA3(sites={"0": "out"}), name="a")
    return merging_controls(ia3_sites(model, "a"))


EXPLORERS: dict[str, Callable[[], Any]] = {
    "budget": budget_controls,
    "dial": dial,
    "film": film,
    "merging": merging,
}


@pytest.mark.parametrize("name", EXPLORERS)
def test_the_picture_has_its_words_and_the_width_of_a_shown_one(name: str) -> None:
    *_, picture, _ = EXPLORERS[name]().children
    assert re.match(r'<img alt="[^"]{20,}" width="(\d+)" height="\d+"', picture.value)
    shown = image(views.plot_scale(torch.ones(4)))
    for part in (r'width="\d+"', r'style="[^"]+"'):
        assert re.search(part, picture.value)[0] == re.search(part, shown)[0]


@pytest.mark.parametrize("name", EXPLORERS)
def test_no_control_is_wider_than_the_page(name: str) -> None:
    box = EXPLORERS[name]()
    inner = [child for line in box.children for child in getattr(line, "children", [line])]
    wide = [control for control in inner if (control.layout.width or "").endswith("em")]
    assert wide and {control.layout.max_width for control in wide} == {"100%"}


def test_words_of_anybodys_are_shown_as_they_stand() -> None:
    *_, words = dial().children
    assert words.value == "λ = 1: $5 or $6 25 %, &lt;b&gt; &amp; $$ 25 %, any other word 50 %"


def test_no_view_uses_a_widget_that_reads_formulas_or_has_no_words() -> None:
    trees = [ast.parse(path.read_text()) for path in Path(views.__file__).parent.rglob("*.py")]
    used = {node.attr for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert "HTML" in used
    assert not used & {"Label", "HTMLMath", "Image"}, "a Label reads $ as a formula, an Image has no words"


def test_an_image_is_drawn_in_its_own_size_inside_its_card() -> None:
    figure = views.plot_scale(torch.ones(4))
    width, height = (round(inches * INCH) for inches in figure.get_size_inches())
    assert f'width="{width + 16}" height="{height + 16}"' in image(figure)
    assert "padding:8px" in image(figure) and "box-sizing:border-box" in image(figure)
