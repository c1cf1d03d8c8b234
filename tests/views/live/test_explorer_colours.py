"""The explorer's colours: those of every other picture, and apart for everyone in either theme."""

import re
from itertools import combinations

import pytest
from colour_vision import KINDS, distance, linear
from torch import tensor

from ia3_teach.views import style
from ia3_teach.views.bundling import LIVE

EXPLORER = LIVE / "explorer"
COLOUR = re.compile(r"#[0-9a-f]{6}")
THEMES = {}
for block in re.findall(r"--ground: [^}]*", (EXPLORER / "explorer.css").read_text(encoding="utf-8")):
    THEMES[block.split(";")[0]] = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", block))


def written(file: str, name: str) -> list[str]:
    """The colours on the line of a module that defines `name`."""
    text = (EXPLORER / file).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.startswith("const") and name in line]
    return COLOUR.findall(lines[0])


def contrast(one: str, other: str) -> float:
    """The ratio of luminances of WCAG 2: 4.5 for letters, 3 for lines."""
    from matplotlib.colors import to_rgb

    weights = tensor([0.2126, 0.7152, 0.0722])
    low, high = sorted((linear(tensor(to_rgb(colour))) @ weights).item() + 0.05 for colour in (one, other))
    return high / low


def test_the_map_has_the_colours_of_every_other_picture() -> None:
    assert written("scale.js", "STOPS") == style._STOPS


@pytest.mark.parametrize("kind", [None, *KINDS])
def test_frames_stay_apart_from_each_other(kind: str | None) -> None:
    for one, other in combinations(written("maps.js", "SELECTED"), 2):
        assert distance(one, other, kind) > 20, (one, other)


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_letters_and_lines_can_be_read_in_both_themes(theme: dict[str, str]) -> None:
    for ground in (theme["ground"], theme["panel"]):
        assert all(contrast(theme[name], ground) >= 4.5 for name in ("ink", "faint", "alarm"))
        assert all(contrast(theme[name], ground) >= 3 for name in ("line", "bar"))
    assert contrast(theme["bar"], theme["ground"]) >= 4.5  # letters of a pressed button


def test_both_ways_to_a_dark_page_have_the_same_colours() -> None:
    text = (EXPLORER / "explorer.css").read_text(encoding="utf-8")
    dark = re.findall(r"--ground: [^}]*?color-scheme: dark", text)
    assert len(dark) == 2 and len({re.sub(r"\s+", " ", block) for block in dark}) == 1
