"""Controls refuse what they do not have; a picture is drawn once, and stands there without widgets too."""

import pytest
import torch

from ia3_teach.views import plot_scale
from ia3_teach.views.controls import Control, Controlled

DRAWN: list[float] = []


def draw(factor: float, word: str):
    DRAWN.append(factor)
    return plot_scale(torch.tensor([factor, 1.0]), title=word)


@pytest.fixture
def view() -> Controlled:
    DRAWN.clear()
    controls = [
        Control("factor", {"one half": 0.5, "one": 1.0, "two": 2.0}, "one"),
        Control("word", {"a": "a", "$5 & <b>": "$5 & <b>"}, "a", "menu", {"a": {"factor": "two"}}),
    ]
    return Controlled(draw, lambda factor, word: f"{factor:g} {word}", controls)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"first": "three"}, "begins at 'three', which is none of its stops"),
        ({"look": "wheel"}, "looks like one of slider, menu, switch, film; found 'wheel'"),
        ({"stops": dict.fromkeys(map(str, range(10))), "first": "3"}, "10 stops; a slider has 9 at the most"),
        ({"look": "switch"}, "3 stops; a switch has 2 at the most"),
    ],
)
def test_a_control_that_cannot_be_is_refused(settings, words) -> None:
    stops = dict.fromkeys(["one", "two", "four"])
    with pytest.raises(ValueError, match=words):
        Control(**{"name": "factor", "stops": stops, "first": "one", **settings})


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ({"factor": "three", "word": "a"}, "factor stops at one half, one, two; found 'three'"),
        ({"factor": "one"}, "says where factor, word stand"),
        ({"factor": "one", "word": "a", "size": "1"}, "says where factor, word stand"),
    ],
)
def test_a_setting_that_there_is_not_is_refused_and_nothing_moves(view, setting, words) -> None:
    with pytest.raises(ValueError, match=words):
        view.setting = setting
    assert view.setting == {"factor": "one", "word": "a"}
    with pytest.raises(ValueError, match=words):
        view._answer(view, {"setting": setting}, [])


def test_what_the_browser_asks_for_is_drawn_once_and_sent(view, monkeypatch) -> None:
    sent = []
    monkeypatch.setattr(view, "send", sent.append)
    for _ in range(2):
        view._answer(view, {"setting": {"factor": "two", "word": "a"}}, [])
    assert DRAWN == [1.0, 2.0]
    assert sent[0] == sent[1] and sent[0]["words"] == "2 a"
    assert sent[0]["picture"].startswith('<img alt="')


def test_without_widgets_the_picture_where_it_stands_is_there_with_its_words(view) -> None:
    bundle, _ = view._repr_mimebundle_()
    assert (
        bundle["text/html"].startswith('<img alt="') and "application/vnd.jupyter.widget-view+json" in bundle
    )
    view.setting = {"factor": "two", "word": "$5 & <b>"}
    assert "$5 & <b>" in view._repr_mimebundle_()[0]["text/plain"]
    assert "$5 &amp; &lt;b&gt;" in view._repr_mimebundle_()[0]["text/html"]
