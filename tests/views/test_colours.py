"""The colours of the course stay apart for people with each common colour blindness."""

from itertools import combinations

import pytest
import torch
from colour_vision import KINDS, distance, lab, seen
from matplotlib.colors import to_hex

from ia3_teach.views import curves, dial, style

EVERYONE = [None, *KINDS]
APART = 20.0


@pytest.mark.parametrize("kind", KINDS)
def test_the_simulation_keeps_greys_and_confuses_what_it_should(kind: str) -> None:
    greys = torch.linspace(0, 1, 5)[:, None].expand(5, 3)
    torch.testing.assert_close(seen(greys, kind), greys, atol=2e-3, rtol=0)
    confused = ("#40b0a0", "#5090d0") if kind == "tritanopia" else ("#a06000", "#508000")
    assert distance(*confused, kind) < 0.6 * distance(*confused, None)


def test_lab_of_white_and_of_red() -> None:
    torch.testing.assert_close(lab(torch.ones(3)), torch.tensor([100.0, 0.0, 0.0]), atol=0.01, rtol=0)
    torch.testing.assert_close(
        lab(torch.tensor([1.0, 0.0, 0.0])), torch.tensor([53.24, 80.09, 67.20]), atol=0.1, rtol=0
    )


@pytest.mark.parametrize("kind", EVERYONE)
def test_both_ends_of_the_scale_stay_apart_from_each_other_and_from_white(kind: str | None) -> None:
    for strength in (0.5, 1.0):
        low, high = (to_hex(style.colour_map()((1 + sign * strength) / 2)) for sign in (-1, 1))
        for one, other in ((low, high), (low, "white"), (high, "white"), (low, "black"), (high, "black")):
            assert distance(one, other, kind) > APART, (strength, one, other)


@pytest.mark.parametrize("kind", EVERYONE)
@pytest.mark.parametrize("pair", combinations(style.METHODS, 2), ids="-".join)
def test_methods_stay_apart_by_colour_or_by_two_other_marks(pair: tuple[str, str], kind: str | None) -> None:
    one, other = (style.METHODS[name] for name in pair)
    if one["color"] == other["color"]:
        assert one["marker"] != other["marker"]
    else:
        assert distance(one["color"], other["color"], kind) > APART


@pytest.mark.parametrize("kind", EVERYONE)
@pytest.mark.parametrize("pair", combinations(style.QKV_COLOURS, 2), ids="-".join)
def test_queries_keys_values_and_inner_activations_stay_apart(
    pair: tuple[str, str], kind: str | None
) -> None:
    assert distance(*(style.QKV_COLOURS[name] for name in pair), kind) > APART


PALETTES = [*combinations(curves._OTHERS, 2), *combinations(dial.ANSWER_COLOURS, 2)]


@pytest.mark.parametrize("kind", EVERYONE)
@pytest.mark.parametrize("pair", PALETTES, ids="-".join)
def test_colours_used_together_stay_apart(pair: tuple[str, str], kind: str | None) -> None:
    assert distance(*pair, kind) > APART


@pytest.mark.parametrize("colour", [*style.QKV_COLOURS.values(), "white", "black"])
def test_letters_on_a_colour_can_be_read(colour: str) -> None:
    assert distance(style.text_on(colour), colour, None) > 35
