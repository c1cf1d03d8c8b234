"""Every control is of one kind: a picture with its words is always there, few stops, Reset in the browser."""

import ast
import inspect
import re
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from ia3_teach import IA3, attach, views
from ia3_teach.views.controls import MOST, Controlled
from ia3_teach.views.dial_grid import DialGrid
from ia3_teach.views.output import INCH, image

PRICES = ["$5 or $6", "<b> & $$"]


def dial() -> Any:
    return views.explore_dial(DialGrid(PRICES, PRICES, torch.full((17, 2, 2), 0.25)))


def film() -> Any:
    frames = {step: {"l_k": torch.full((2, 4), 1.0 + step)} for step in (0, 1)}
    return views.explore_film(frames, [1.0, 0.5])


def merging() -> Any:
    model = nn.Sequential(nn.Linear(8, 8))
    attach(model, IA3(sites={"0": "out"}), name="a")
    return views.explore_merge(model, "a")


def desk() -> Any:
    values = {"l_k": torch.full((2, 3), 2.0), "l_ff": torch.full((2, 4), 0.5)}
    places = product((False, True), repeat=4)
    return views.explore_desk(views.Desk(values, {switches: sum(switches) / 4 for switches in places}))


def blended() -> Any:
    values = {"plan": {"l_k": torch.tensor([[2.0, 0.5]])}, "sentiment": {"l_k": torch.tensor([[0.5, 3.0]])}}
    return views.explore_blend(views.Blend(values, dict.fromkeys(values, [step / 8 for step in range(9)])))


def channels() -> Any:
    loudest = [("the [room] was", 1.5), ("$5 & [<b>]", -1.0)]
    return views.explore_channels(
        [views.Channel(0, channel, 2.0, loudest, (3.0, 2.5, 3.1)) for channel in (4, 7)]
    )


def gauge() -> Any:
    factors = [2.0**power for power in range(-4, 5)]
    return views.explore_gauge({"keys": [abs(f - 1) for f in factors], "both": [0.0] * 9}, factors)


def reach() -> Any:
    return views.explore_reach({"IA3": torch.eye(16), "LoRA": torch.ones(16, 16)})


EXPLORERS: dict[str, Callable[[], Any]] = {
    "explore_blend": blended,
    "explore_budget": views.explore_budget,
    "explore_channels": channels,
    "explore_desk": desk,
    "explore_dial": dial,
    "explore_film": film,
    "explore_gauge": gauge,
    "explore_merge": merging,
    "explore_reach": reach,
}
LIVE = {"explore_vectors", "explore_map"}  # drawn in the browser altogether; test_vector_explorer.py


def test_every_explorer_is_tried() -> None:
    assert {name for name in views.__all__ if name.startswith("explore_")} == set(EXPLORERS) | LIVE


@pytest.mark.parametrize("name", EXPLORERS)
def test_the_picture_has_its_words_and_the_width_of_a_shown_one(name: str) -> None:
    bundle, _ = EXPLORERS[name]()._repr_mimebundle_()
    assert re.match(r'<img alt="[^"]{20,}" width="(\d+)" height="\d+"', bundle["text/html"])
    shown = image(views.plot_scale(torch.ones(4)))
    for part in (r'width="\d+"', r'style="[^"]+"'):
        assert re.search(part, bundle["text/html"])[0] == re.search(part, shown)[0]
    assert len(bundle["text/plain"]) > 20


@pytest.mark.parametrize("name", EXPLORERS)
def test_it_is_thin_says_what_it_does_and_stops_nine_times_at_the_most(name: str) -> None:
    view = EXPLORERS[name]()
    assert isinstance(view, Controlled) and inspect.getdoc(getattr(views, name))
    assert all(len(each["stops"]) <= MOST for each in view.controls if each["look"] != "menu")
    assert view.setting == view.first and all(view.begin[part] for part in ("picture", "words"))


def test_words_of_anybodys_are_sent_as_they_stand_and_written_as_text() -> None:
    assert dial().begin["words"] == "λ = 1: $5 or $6 25 %, <b> & $$ 25 %, any other word 50 %"
    written = (Path(views.__file__).parent / "live/stops/stops.js").read_text()
    assert "this.words.textContent = words" in written and written.count("innerHTML") == 1


def test_no_view_uses_ipywidgets() -> None:
    for path in Path(views.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = (
                [alias.name for alias in getattr(node, "names", [])]
                if "Import" in type(node).__name__
                else []
            )
            assert "ipywidgets" not in [*names, getattr(node, "module", "")], "controls are views.controls"


def test_an_image_is_drawn_in_its_own_size_inside_its_card() -> None:
    figure = views.plot_scale(torch.ones(4))
    width, height = (round(inches * INCH) for inches in figure.get_size_inches())
    assert f'width="{width + 16}" height="{height + 16}"' in image(figure)
    assert "padding:8px" in image(figure) and "box-sizing:border-box" in image(figure)
