"""The strip of tokens shows every token once, in order, with the colour of its label."""

from matplotlib.colors import to_hex

from ia3_teach.views.token_strip import GAP, LEARNED, READ, WIDTH, places, plot_tokens

PIECES = [("Say", False), (" hello", False), ("\n", False), (" Hi", True), ("</s>", True)]


def test_each_token_has_its_text_and_the_colour_of_its_label() -> None:
    (axes,) = plot_tokens({"a row": PIECES}).axes
    shown = [text.get_text() for text in axes.texts]
    assert shown[:6] == ["a row", "Say", "·hello", "↵", "·Hi", "</s>"]
    colours = [to_hex(bars.get_facecolor()[0]) for bars in axes.collections]
    dark = to_hex(LEARNED[0])
    assert colours[:5] == [READ[0], READ[0], READ[0], dark, dark]
    assert colours[5:] == [READ[0], dark], "the key"


def test_long_examples_are_wrapped_and_no_box_leaves_the_picture() -> None:
    pieces = [("abcdefghi", True)] * 20
    found = places(pieces)
    assert found[0] == (0, 0.0) and found[-1][0] == 2
    assert all(left + 10 <= WIDTH for _, left in found)
    for (line, left), (next_line, next_left) in zip(found, found[1:], strict=False):
        assert next_line > line or next_left >= left + 10 + GAP - 1e-9


def test_a_second_example_stands_below_the_first() -> None:
    (axes,) = plot_tokens({"one": PIECES, "two": PIECES}).axes
    heights = {
        text.get_text(): text.get_position()[1] for text in axes.texts if text.get_text() in ("one", "two")
    }
    assert heights["two"] > heights["one"] + 1


def test_the_learned_tokens_are_told_by_their_places() -> None:
    words = plot_tokens({"one": PIECES, "two": PIECES[:3], "three": [("a", True), *PIECES]}).description
    assert "one: 5 tokens, learned 4 to 5; two: 3 tokens, learned none; three: 6 tokens, " in words
    assert words.endswith("learned 1 and 5 to 6.")
