"""The picture of what is trained: each value is a dark cell, at the place that says what it does."""

import pytest
from matplotlib.colors import to_hex
from transformers import BertConfig, BertModel

from ia3_teach import IA3, LoRA, family
from ia3_teach.layer import wrapped
from ia3_teach.views.trained_parts import DARK, first_layer, plot_trained

THERE = ["intermediate.dense"]
RECIPES = {
    "IA3": IA3(sites={"intermediate.dense": "out"}),
    "SSF": family.SSF(sites=THERE),
    "LoRA": LoRA(r=2, sites=THERE),
    "DoRA": family.DoRA(r=2, sites=THERE),
    "VeRA": family.VeRA(r=4, sites=THERE),
    "SerialAdapter": family.SerialAdapter(bottleneck=2, sites=THERE),
    "RoAd": family.RoAd(sites=THERE),
    "OFT": family.OFT(block=2, sites=THERE),
    "LoReFT": family.LoReFT(r=2, sites=THERE),
    "PrefixTuning": family.PrefixTuning(length=3),
    "PromptTuning": family.PromptTuning(length=3),
    "BitFit": family.BitFit(sites=THERE),
    "LayerNormTuning": family.LayerNormTuning(),
    "PaFi": family.PaFi(share=0.1, sites=THERE),
}
PLACES = {
    "IA3": {"l": "rows"},
    "LoRA": {"A": "columns", "B": "rows"},
    "VeRA": {"d": "apart", "b": "rows", "A": "columns", "B": "rows"},
    "SerialAdapter": {"Dᵀ": "rows", "U": "rows", "a": "apart", "c": "rows"},
    "RoAd": {"θ": "rows", "α": "rows"},
    "OFT": {"q": "columns"},
    "PrefixTuning": {"P": "tokens"},
    "PromptTuning": {"P": "tokens"},
}


@pytest.fixture(scope="module")
def small() -> BertModel:
    sizes = {"hidden_size": 6, "num_attention_heads": 2, "intermediate_size": 8, "num_hidden_layers": 1}
    return BertModel(BertConfig(vocab_size=8, max_position_embeddings=16, **sizes))


def test_a_pattern_that_matches_nothing_is_refused_and_the_model_stays(small: BertModel) -> None:
    with pytest.raises(ValueError, match="matches"):
        plot_trained({"SSF": family.SSF(sites=["no.such.layer"])}, small)
    assert not wrapped(small)


@pytest.mark.parametrize("name", RECIPES)
def test_the_dark_area_is_what_is_trained(name: str, small: BertModel) -> None:
    layer = first_layer(small, RECIPES[name])
    (axes,) = plot_trained({name: RECIPES[name]}, small).axes
    dark = [patch for patch in axes.patches if to_hex(patch.get_facecolor()) == DARK]
    assert len(dark) == layer.count > 0 and not wrapped(small)
    assert axes.get_title() == f"{name}: {layer.count} values"


@pytest.mark.parametrize("name", PLACES)
def test_a_part_stands_where_it_works(name: str, small: BertModel) -> None:
    assert {part.name: part.place for part in first_layer(small, RECIPES[name]).parts} == PLACES[name]


def test_frozen_parts_are_pale(small: BertModel) -> None:
    parts = first_layer(small, RECIPES["VeRA"]).parts
    assert {part.name for part in parts if not part.trained} == {"A", "B"}


def test_chosen_entries_are_dark_inside_the_weight(small: BertModel) -> None:
    layer = first_layer(small, RECIPES["PaFi"])
    (axes,) = plot_trained({"PaFi": RECIPES["PaFi"]}, small).axes
    dark = {patch.get_xy() for patch in axes.patches if to_hex(patch.get_facecolor()) == DARK}
    assert dark == {(place % 6, place // 6) for place in layer.chosen}


def test_the_description_tells_shapes_and_places(small: BertModel) -> None:
    words = plot_trained({"LoRA": RECIPES["LoRA"], "PaFi": RECIPES["PaFi"]}, small).description
    assert "LoRA: B 8 x 2 beside the rows of W; A 2 x 6 under the columns of W." in words
    assert "PaFi: 4 entries inside W (8 x 6)." in words
