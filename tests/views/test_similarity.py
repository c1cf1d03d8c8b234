"""Tables as pictures carry their numbers, rounded to hundredths, and one colour scale."""

import torch

from ia3_teach.views.similarity import plot_numbers


def test_many_wide_tables_are_no_wider_than_a_page_and_have_room_for_their_numbers() -> None:
    names = [f"a task of name {number}" for number in range(9)]
    for count in (1, 2, 3, 6):
        tables = {str(number): torch.eye(9) for number in range(count)}
        figure = plot_numbers(tables, names, names, centre=0, reach=1)
        figure.canvas.draw()
        assert figure.get_size_inches()[0] <= 7 and len(figure.axes) == count
        square = figure.axes[-1].get_window_extent().width / 9
        widest = max(text.get_window_extent().width for text in figure.axes[-1].texts)
        assert widest <= square, f"{count} tables: letters of {widest:.0f} in squares of {square:.0f}"


def test_each_table_names_its_rows_where_none_stands_before_it() -> None:
    names = list("abcdefghi")
    left, right, below = plot_numbers(dict.fromkeys("xyz", torch.eye(9)), names, names, 0, 1).axes
    named = [[label.get_text() for label in axes.get_yticklabels()] for axes in (left, right, below)]
    assert named == [names, [], names]


def test_what_the_numbers_are_is_said() -> None:
    figure = plot_numbers({"cosine": torch.eye(2)}, "ab", "ab", centre=0, reach=1)
    assert figure.get_supxlabel() == "hundredths"


def test_every_number_is_written_into_its_square() -> None:
    tables = {"l_k": torch.tensor([[1.0, -0.004], [0.256, -0.5]]), "l_v": torch.full((2, 2), torch.nan)}
    left, right = plot_numbers(tables, ["a", "b"], ["x", "y"], centre=0, reach=1).axes
    assert [text.get_text() for text in left.texts] == ["100", "0", "26", "-50"]
    assert [label.get_text() for label in left.get_yticklabels()] == ["a", "b"]
    assert [label.get_text() for label in right.get_xticklabels()] == ["x", "y"]
    assert not right.get_yticklabels() and not right.texts and right.images[0].get_array().sum() == 0


def test_colours_run_from_the_centre_and_dark_squares_have_white_letters() -> None:
    axes = plot_numbers({"accuracy": torch.tensor([[0.5, 1.0]])}, ["a"], ["x", "y"], 0.5, 0.5).axes[0]
    image = axes.images[0]
    assert image.get_array().tolist() == [[0, 1]] and image.get_clim() == (-1, 1)
    assert [text.get_color() for text in axes.texts] == ["black", "white"]


def test_a_small_table_is_told_whole_and_a_large_one_by_its_ends() -> None:
    tables = {"accuracy": torch.tensor([[1.0, 0.5]]), "pairs": torch.tensor([[0.25, 0.75]])}
    words = plot_numbers(tables, ["sum"], ["x", "y"], 0.5, 0.5).description
    assert "accuracy: sum with x ≈ 100 and sum with y ≈ 50; pairs: sum with x ≈ 25 and" in words
    names = list("abcde")
    large = torch.eye(5)
    large[3, 1], large[4, 2] = 0.75, -0.25
    words = plot_numbers({"l_k": large}, names, names, 0, 1).description
    assert words.endswith("l_k: highest d with b, ≈ 75, lowest e with c, ≈ -25.")
