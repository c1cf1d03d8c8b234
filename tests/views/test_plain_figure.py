"""A reader's own text is drawn as it stands, in every picture: a dollar sign is no formula."""

import ast
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from matplotlib.figure import Figure
from matplotlib.text import Text

from ia3_teach import views
from ia3_teach.views.curves import plot_losses
from ia3_teach.views.dial_grid import DialGrid
from ia3_teach.views.scores import plot_draws
from ia3_teach.views.style import new_figure, png
from ia3_teach.views.triptych import plot_triptych

FOREIGN = ["$50 or $20", "$$", "\\$", "50% of $10 is #1, not $5_", "$\\frac$ a_b^{"]
SQUARE = torch.tensor([[1.0, 0.5], [0.25, 1.0]])


def dial_of(text: str) -> DialGrid:
    return DialGrid([text], [text, f"not {text}"], torch.full((3, 1, 2), 0.25), (-1.0, 0.0, 1.0))


PICTURES: dict[str, Callable[[str], Figure]] = {
    "answers": lambda text: views.plot_answers(dial_of(text), [text]),
    "attention": lambda text: views.plot_attention(SQUARE[None], SQUARE[None], [text], [text, text]),
    "bars": lambda text: views.plot_bars({text: 0.5}, text),
    "changes": lambda text: views.plot_changes({text: [0.1, 0.2]}),
    "deltas": lambda text: views.plot_deltas({text: SQUARE}),
    "dial": lambda text: views.plot_dial(dial_of(text), 1.0),
    "draws": lambda text: plot_draws({"IA3": [0.5]}, text),
    "groups": lambda text: views.plot_groups({text: {text: 0.5}}, text),
    "inner": lambda text: views.plot_inner(SQUARE, SQUARE[0], SQUARE, [text, text]),
    "lines": lambda text: views.plot_lines([1, 2], {text: [1, 2]}, x_label=text, y_label=text, title=text),
    "losses": lambda text: plot_losses({text: [1.0, 0.5]}, text),
    "norms": lambda text: views.plot_norms({text: SQUARE, "b": SQUARE}, [text, text]),
    "numbers": lambda text: views.plot_numbers({text[:9]: SQUARE}, ["$a", "$b"], ["a$", "b$"], 0.5, 0.5),
    "parts": lambda text: views.plot_parts({text: {"l_k": 3}}),
    "profiles": lambda text: views.plot_profiles({text: {"l_k": SQUARE}}),
    "scale": lambda text: views.plot_scale(SQUARE, text, row_names=[text, text]),
    "tokens": lambda text: views.plot_tokens({text: [(text, True)]}),
    "triptych": lambda text: plot_triptych(SQUARE, SQUARE.T, text),
}


@pytest.mark.parametrize("text", FOREIGN)
@pytest.mark.parametrize("name", PICTURES)
def test_any_text_is_drawn_and_none_is_a_formula(name: str, text: str) -> None:
    figure = PICTURES[name](text)
    png(figure)
    shown = [found for found in figure.findobj(Text) if "$" in found.get_text()]
    assert shown and not any(found.get_parse_math() for found in shown)


def test_what_matplotlib_writes_on_a_logarithmic_axis_stays_a_power() -> None:
    figure, axes = new_figure()
    axes.plot([1, 10, 100], [1, 2, 3], label="$5 or $6")
    axes.set_xscale("log")
    png(figure)
    assert all(label.get_parse_math() for label in axes.get_xticklabels())


def test_every_view_draws_in_such_a_figure() -> None:
    for path in Path(views.__file__).parent.rglob("*.py"):
        called = [node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
        names = {getattr(function, "id", getattr(function, "attr", "")) for function in called}
        assert not names & {"Figure", "figure"}, f"{path.name} makes a figure of its own"


UNSEEN = "a\x00b \x1b[31mred \ud83d \r\n\u202eback \x7f\x85 \u2028 \x01"


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.filterwarnings("error:Glyph")
def test_what_no_font_has_is_drawn_by_its_number(name: str) -> None:
    figure = PICTURES[name](UNSEEN)
    png(figure)
    assert all(found.get_text().replace("\n", "").isprintable() for found in figure.findobj(Text))
    assert (
        getattr(figure, "description", "").encode() is not None
    )  # and what a page or a notebook says of it can be saved


UNDERSCORED = ["_x", "_", "__init__", "_legend", "_nolegend", "_child", "_1"]


@pytest.mark.parametrize("text", UNDERSCORED)
def test_a_name_that_begins_with_an_underscore_stands_in_the_legend(text: str) -> None:
    """matplotlib leaves such names out, as if the reader had hidden them."""
    figure, axes = new_figure()
    axes.plot([1, 2], [1, 2], label=text)
    axes.plot([1, 2], [2, 1])  # without a name, and so without a line in the legend
    axes.bar([1], [1], label=f"{text} bar")
    axes.hist([1, 2], histtype="step", label=f"{text} steps")
    axes.scatter([1], [1], label=f"{text} dots")
    axes.fill_between([1, 2], [1, 1], label=f"{text} band")
    legends = [axes.legend(), figure.legend(*axes.get_legend_handles_labels())]
    png(figure)
    for legend in legends:
        found = sorted(each.get_text() for each in legend.get_texts())
        assert found == sorted([text, *(f"{text} {kind}" for kind in ("bar", "steps", "dots", "band"))])


def test_every_panel_of_every_grid_has_such_a_legend() -> None:
    figure, axes = new_figure(columns=3)
    figure.clear()
    panels = [*figure.subplot_mosaic([["a", "b"]]).values(), figure.add_subplot(2, 2, 3), figure.subplots()]
    for panel in panels:
        panel.plot([1], [1], label="_x")
        assert len(panel.legend().get_texts()) == 1
