"""The calculator's arithmetic is that of the formulas; its picture and its controls show the same numbers."""

import pytest
import transformers as t

from ia3_teach.formulas import ia3_formula, lora_formula
from ia3_teach.views.budget_bars import (
    HEADS,
    PART_COLOURS,
    Sizes,
    budget,
    head_values,
    ia3_parts,
    lora_parts,
    plot_budget,
    plot_parts,
)
from ia3_teach.views.budget_explorer import PRESETS, STOPS, explore_budget


@pytest.mark.parametrize("name", PRESETS)
def test_presets_agree_with_the_formulas(name: str) -> None:
    sizes = PRESETS[name]
    config = t.LlamaConfig(
        hidden_size=sizes.d_model, intermediate_size=sizes.d_ff, num_hidden_layers=sizes.n_layers,
        num_attention_heads=sizes.n_heads, num_key_value_heads=sizes.kv_heads,
    )  # fmt: skip
    assert sum(ia3_parts(sizes).values()) == ia3_formula(config).value
    assert sum(lora_parts(sizes, 8).values()) == lora_formula(config, 8).value


@pytest.mark.parametrize(
    ("head", "values"), [("not counted", 0), ("one Linear", 2050), ("two Linears", 1_051_650)]
)
def test_heads(head: str, values: int) -> None:
    assert head_values(PRESETS["roberta-large"], head) == values


def test_an_unknown_head_is_refused() -> None:
    with pytest.raises(ValueError, match="found 'large'"):
        head_values(PRESETS["bert-base"], "large")


def test_every_preset_is_a_stop_of_the_sliders() -> None:
    for sizes in PRESETS.values():
        assert all(getattr(sizes, name) in STOPS[name] for name in ("n_layers", "d_model", "d_ff"))
        assert sizes.n_heads // sizes.kv_heads in STOPS["shared"]
    assert max(map(len, STOPS.values())) <= 9


def test_a_head_is_a_part_of_both_bars() -> None:
    bars = budget(Sizes(2, 8, 32, 4, 2), rank=3, head="one Linear")
    assert bars["IA3"] == {"l_k": 8, "l_v": 8, "l_ff": 64, "head": 18}
    assert bars["LoRA r = 3"] == {"A": 96, "B": 72, "head": 18}


def test_bars_are_as_long_as_their_sums() -> None:
    axes = plot_parts({"a line": {"l_k": 3, "head": 4}, "another": {"head": 5}}).axes[0]
    assert [(bar.get_x(), bar.get_width()) for bar in axes.patches] == [(0, 3), (3, 4), (0, 5)]
    assert [text.get_text() for text in axes.texts] == ["7", "5"]


def test_no_two_parts_share_a_colour() -> None:
    assert len(set(PART_COLOURS.values())) == len(PART_COLOURS)


def test_every_preset_puts_the_sliders_on_stops_that_they_have() -> None:
    menu, *sliders, _ = explore_budget().controls
    stops = {slider["name"]: slider["stops"] for slider in sliders}
    assert list(menu["moves"]) == list(PRESETS)
    for moves in menu["moves"].values():
        assert all(stop in stops[name] for name, stop in moves.items())
        assert set(moves) == set(stops) - {"rank"}


def test_the_words_follow_the_controls() -> None:
    view = explore_budget()
    assert view.begin["words"] == "IA3: 55,296; LoRA r = 8: 294,912 values, head not counted"
    menu = view.controls[0]
    view.setting = view.setting | {"model": "Llama-3-8B"} | menu["moves"]["Llama-3-8B"]
    assert view.drawn(*view.setting.values())["words"].startswith("IA3: 524,288; LoRA r = 8: 3,407,872")
    view.setting = view.first | {"head": "one Linear", "rank": "1"}
    assert "LoRA r = 1: 38,402" in view.drawn(*view.setting.values())["words"]


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("head", HEADS)
def test_the_title_compares_the_bars_that_are_drawn(preset: str, head: str) -> None:
    figure = plot_budget(PRESETS[preset], 8, head)
    ia3, lora = (int(text.get_text().replace(",", "")) for text in figure.axes[0].texts)
    assert f"LoRA trains {lora / ia3:.1f} times what IA3 trains" in figure.get_suptitle()
    assert f"{ia3:,} in all" in figure.description and f"{lora:,} in all" in figure.description


def test_the_words_of_bars_are_their_parts() -> None:
    words = plot_parts({"mine": {"l_k": 3, "head": 4}, "yours": {"head": 1_005}}).description
    assert words.endswith("mine: l_k 3 and head 4, 7 in all; yours: head 1,005, 1,005 in all.")
