"""The dial's pictures and controls show the answers of the grid; turning it leaves the model as it was."""

import pytest
import torch
from datasets import ClassLabel, Dataset, Features, Value
from small_models import bloom, randomise

from ia3_teach import IA3, attach, vectors
from ia3_teach.views.dial import plot_accuracy, plot_answers, plot_dial
from ia3_teach.views.dial_explorer import explore_dial
from ia3_teach.views.dial_grid import FINE, DialGrid, turn_dial

TEXTS = ["The soup was good.", "The soup was not good."]


@pytest.fixture
def grid() -> DialGrid:
    """Two texts; the chance of "yes" rises with λ for the first and falls for the second."""
    up = torch.linspace(0.05, 0.85, len(FINE))
    first = torch.stack([0.9 - up, up], dim=-1)
    return DialGrid(TEXTS, ["no", "yes"], torch.stack([first, first.flip(-1)], dim=1))


def test_the_chances_of_one_text_sum_to_one(grid: DialGrid) -> None:
    assert len(grid.at(1.0, 0)) == 3
    assert sum(grid.at(1.0, 0)) == pytest.approx(1)


def test_a_setting_between_the_stops_is_refused(grid: DialGrid) -> None:
    with pytest.raises(ValueError, match="found 0.3"):
        grid.at(0.3, 0)


def test_margin_is_the_difference_of_the_logarithms(grid: DialGrid) -> None:
    assert grid.margin(0)[0].item() == pytest.approx(torch.tensor(0.05 / 0.85).log().item(), rel=1e-4)
    torch.testing.assert_close(grid.margin(0), -grid.margin(1))


def test_the_picture_shows_the_answer_and_the_cursor(grid: DialGrid) -> None:
    left, right = plot_dial(grid, 3.0, row=0).axes
    assert [round(bar.get_width(), 2) for bar in left.patches] == [0.05, 0.85, 0.1]
    cursor = right.lines[-1]
    assert cursor.get_xdata()[0] == 3.0
    assert cursor.get_ydata()[0] == pytest.approx(grid.margin(0)[-1].item())


def test_one_panel_for_each_text(grid: DialGrid) -> None:
    titles = [axes.get_title() for axes in plot_answers(grid, ["yes", "no"]).axes]
    assert titles == [f"{TEXTS[0]}\n(truth: yes)", f"{TEXTS[1]}\n(truth: no)"]


def test_accuracy_over_the_stops() -> None:
    axes = plot_accuracy((0.0, 1.0), (0.5, 0.9)).axes[0]
    assert list(axes.lines[-1].get_ydata()) == [0.5, 0.9]


def test_the_description_of_a_setting_tells_bars_and_cursor(grid: DialGrid) -> None:
    words = plot_dial(grid, 3.0, row=1).description
    assert TEXTS[1] in words and "λ = 3: no ≈ 85 %, yes ≈ 5 % and any other word ≈ 10 %" in words
    assert "≈ 2.8 at λ = -1, ≈ -2.8 at the cursor" in words


def test_the_description_of_the_answers_tells_where_the_mind_is_changed() -> None:
    chances = torch.tensor([[[0.7, 0.2]], [[0.1, 0.2]], [[0.2, 0.7]], [[0.1, 0.9]]])
    grid = DialGrid(TEXTS[:1], ["no", "yes"], chances, stops=(-1.0, 0.0, 1.0, 2.0))
    words = plot_answers(grid, ["yes"]).description
    assert f"{TEXTS[0]} No from λ = -1, any other word from λ = 0, yes from λ = 1." in words


def test_the_description_of_accuracy_tells_every_stop() -> None:
    words = plot_accuracy((0.0, 1.0), (0.51, 0.9), guessing=0.25).description
    assert "≈ 51 % at λ = 0 and ≈ 90 % at λ = 1. Guessing gives 25 %." in words


def test_the_words_follow_the_slider_and_the_menu_and_stand_as_they_are(grid: DialGrid) -> None:
    view = explore_dial(grid, row=0)
    assert view.values() == [1.0, 0] and len(view.controls[0]["stops"]) <= 9
    first = view.drawn(*view.setting.values())
    view.setting = view.setting | {"λ": "3"}
    now = view.drawn(*view.setting.values())
    assert (
        now["words"] == "λ = 3: no 5 %, yes 85 %, any other word 10 %" and now["picture"] != first["picture"]
    )
    view.setting = view.setting | {"text": view.controls[1]["stops"][1]}
    assert view.drawn(*view.setting.values())["words"] == "λ = 3: no 85 %, yes 5 %, any other word 10 %"


def test_a_text_that_stands_there_twice_can_be_chosen_twice() -> None:
    view = explore_dial(DialGrid(["same", "same"], ["no", "yes"], torch.full((17, 2, 2), 0.25)), row=1)
    assert view.values()[1] == 1 and len(view.controls[1]["stops"]) == 2


class Letters:
    """A tokenizer with a token for each letter's place in a small alphabet, and none around a text."""

    eos_token_id = sep_token_id = None

    def __call__(self, texts, add_special_tokens: bool = True):
        if isinstance(texts, str):
            return {"input_ids": [5 + ord(texts.strip()[0]) % 40]}
        return {"input_ids": [[5 + ord(letter) % 40 for letter in text] for text in texts]}


def test_turning_the_dial_moves_the_answers_and_puts_the_vectors_back() -> None:
    model = bloom()
    attach(model, IA3())
    randomise(model)
    before = vectors(model)
    features = Features(
        {"text": Value("string"), "label": ClassLabel(names=["no", "yes"]), "prompt": Value("string")}
    )
    rows = Dataset.from_dict({"text": TEXTS, "label": [1, 0], "prompt": TEXTS}, features)
    grid = turn_dial(model, Letters(), rows, stops=(0.0, 1.0))
    assert grid.chances.shape == (2, 2, 2)
    assert not torch.allclose(grid.chances[0], grid.chances[1])
    assert all(torch.equal(matrix, before[name]) for name, matrix in vectors(model).items())
