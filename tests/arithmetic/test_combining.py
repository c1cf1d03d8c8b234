"""Combining vectors: around 1, in every direction, against plain arithmetic on what `vectors` returns."""

import math

import peft
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from small_models import bert, bloom, bloom_classifier, randomise, tokens
from test_adapters import snapshot
from torch import nn

from ia3_teach import (
    IA3,
    LoRA,
    activate,
    attach,
    combine,
    load_adapter,
    merge,
    rows,
    save_adapter,
    set_vectors,
    vectors,
)

EXACT = {"rtol": 0, "atol": 1e-12}


def three(build=bloom) -> nn.Module:
    """Adapters a, b, c with positive random vectors and, where there is one, a head each."""
    model = build()
    for seed, name in enumerate("abc"):
        attach(model, IA3(), name)
        randomise(model, seed)
        set_vectors(model, {key: l.abs() + 0.1 for key, l in vectors(model).items()})
    return model


def line(**scales: list[float]) -> nn.Module:
    """One Linear with these vectors on its output, in float64."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, len(next(iter(scales.values())))).double())
    for name, l in scales.items():
        attach(model, IA3(sites={"0": "out"}), name)
        set_vectors(model, {"l": torch.tensor([l], dtype=torch.float64)})
    return model


def read(model: nn.Module, name: str) -> list[float]:
    return vectors(model, name)["l"][0].tolist()


BY_HAND = {
    "average": ({"a": 0.5, "b": 0.5}, "mean", lambda a, b, c: (a + b) / 2),
    "weights that do not add up to 1": ({"a": 0.5}, "mean", lambda a, b, c: 1 + 0.5 * (a - 1)),
    "negation": ({"a": -1}, "mean", lambda a, b, c: 2 - a),
    "analogy": ({"a": 1, "b": 1, "c": -1}, "mean", lambda a, b, c: 1 + (a - 1) + (b - 1) - (c - 1)),
    "part of an analogy": (
        {"a": 0.7, "b": 0.4, "c": -0.4},
        "mean",
        lambda a, b, c: 1 + 0.7 * (a - 1) + 0.4 * (b - c),
    ),
    "geometric": ({"a": 0.3, "b": 0.7}, "geometric", lambda a, b, c: a**0.3 * b**0.7),
    "product": ({"a": 1, "b": 1, "c": 1}, "geometric", lambda a, b, c: a * b * c),
    "quotient": ({"a": 1, "c": -1}, "geometric", lambda a, b, c: a / c),
}


@pytest.mark.parametrize("case", BY_HAND)
def test_formulas_are_arithmetic_on_vectors(case: str) -> None:
    weights, how, formula = BY_HAND[case]
    model = three()
    a, b, c = (vectors(model, name) for name in "abc")
    handle = combine(model, weights, "new", how=how)
    assert handle.name == "new" and model._ia3_teach.active == ("new",)
    for key, l in vectors(model, "new").items():
        torch.testing.assert_close(l, formula(a[key], b[key], c[key]), **EXACT)
    for name, before in zip("abc", (a, b, c), strict=True):
        assert all(torch.equal(l, before[key]) for key, l in vectors(model, name).items())


entries = st.lists(st.floats(0.125, 8), min_size=4, max_size=4)
weight = st.floats(-2, 2)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(entries, entries, weight, weight, st.sampled_from(["mean", "geometric"]))
def test_laws(a: list[float], b: list[float], v: float, w: float, how: str) -> None:
    """The order does not matter, 1 is neutral, weight 1 copies, weight 0 leaves out, and -1 goes back."""
    model = line(a=a, b=b, one=[1.0] * 4)
    combine(model, {"a": v, "b": w}, "ab", how)
    combine(model, {"b": w, "a": v}, "ba", how)
    combine(model, {"a": v, "b": w, "one": 1.5}, "neutral", how)
    combine(model, {"a": 1, "b": 0}, "copy", how)
    combine(model, {"a": -1}, "back", how)
    combine(model, {"a": 1, "back": 1}, "nothing", how) if how == "geometric" or max(a) < 2 else None
    assert read(model, "ab") == pytest.approx(read(model, "ba"), abs=1e-12, rel=1e-12)
    assert read(model, "ab") == pytest.approx(read(model, "neutral"), abs=1e-12, rel=1e-12)
    assert read(model, "copy") == pytest.approx(a, abs=1e-14)
    if "nothing" in model._ia3_teach.recipes:
        assert read(model, "nothing") == pytest.approx([1.0] * 4, abs=1e-12)


def test_a_combination_of_float32_vectors_rounds_once() -> None:
    model = line(a=[1.1, 0.3], b=[0.7, 2.0]).float()
    combine(model, {"a": 1}, "copy")
    assert torch.equal(vectors(model, "copy")["l"], vectors(model, "a")["l"])
    combine(model, {"a": 1 / 3, "b": 2 / 3}, "mix")
    a, b = (vectors(model, name)["l"].double() for name in "ab")
    assert torch.equal(vectors(model, "mix")["l"], (1 + (a - 1) / 3 + (b - 1) * (2 / 3)).float())


def test_several_active_are_the_product_and_not_the_mean() -> None:
    """PEFT sums in add_weighted_adapter and multiplies what is active; a geometric mean is the product."""
    model = three()
    activate(model, ["a", "b"])
    product = model(tokens()).logits
    combine(model, {"a": 1, "b": 1}, "product", how="geometric")
    torch.testing.assert_close(model(tokens()).logits, product, rtol=0, atol=1e-10)
    combine(model, {"a": 1, "b": 1}, "sum")
    assert (model(tokens()).logits - product).abs().max() > 1e-3
    a, b = line(a=[1.5], b=[3.0]), (1.5 - 1) * (3.0 - 1)
    combine(a, {"a": 1, "b": 1}, "sum")
    assert read(a, "sum")[0] == pytest.approx(1.5 * 3.0 - b)


def test_an_adapter_missing_at_a_site_counts_as_1() -> None:
    """PEFT counts it as 0 and halves the layer."""
    model = bert()
    attach(model, IA3(sites={"self.key": "out"}, modules_to_save=[]), "k_only")
    randomise(model, 1)
    attach(model, IA3(modules_to_save=[]), "all")
    randomise(model, 2)
    keys, everything = vectors(model, "k_only"), vectors(model, "all")
    combine(model, {"k_only": 0.5, "all": 0.5}, "mix")
    mix = vectors(model, "mix")
    torch.testing.assert_close(mix["l_k"], (keys["l_k"] + everything["l_k"]) / 2, **EXACT)
    for key in ("l_v", "l_ff"):
        torch.testing.assert_close(mix[key], (1 + everything[key]) / 2, **EXACT)


def test_peft_starts_its_weighted_sum_from_zero() -> None:
    def config(target: str) -> peft.IA3Config:
        return peft.IA3Config(target_modules=[target], feedforward_modules=[])

    model = peft.get_peft_model(nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2)), config("0"))
    model.add_adapter("b", config("1"))
    model.base_model.add_weighted_adapter(["default", "b"], [0.5, 0.5], "mix")
    assert all((layer.ia3_l["mix"] == 0.5).all() for layer in model.base_model.model)
    ours = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    attach(ours, IA3(sites={"0": "out"}), "a")
    attach(ours, IA3(sites={"1": "out"}), "b")
    combine(ours, {"a": 0.5, "b": 0.5}, "mix")
    assert (vectors(ours, "mix")["l"] == 1).all()


def test_where_weights_add_up_to_1_and_nothing_is_missing_peft_agrees() -> None:
    model = line(a=[1.5, 0.2, -1.0], b=[0.5, 3.0, 1.0])
    theirs = peft.get_peft_model(
        nn.Sequential(nn.Linear(3, 3).double()),
        config := peft.IA3Config(target_modules=["0"], feedforward_modules=[]),
    )
    theirs.add_adapter("second", config)
    layer = theirs.base_model.model[0]
    for name, mine in {"default": "a", "second": "b"}.items():
        layer.ia3_l[name].data = vectors(model, mine)["l"].T.clone()
    theirs.base_model.add_weighted_adapter(["default", "second"], [0.3, 0.7], "mix")
    combine(model, {"a": 0.3, "b": 0.7}, "mix")
    torch.testing.assert_close(vectors(model, "mix")["l"].T, layer.ia3_l["mix"].data, **EXACT)


def test_adapters_of_different_recipes_on_one_fused_layer() -> None:
    """The paper's l_k and l_v beside PEFT's one vector over queries, keys and values."""
    model = bloom()
    attach(model, IA3(), "paper")
    randomise(model, 1)
    attach(model, IA3(sites="peft"), "peft")
    randomise(model, 2)
    combine(model, {"paper": 2, "peft": -0.5}, "mix")
    layer = model.transformer.h[0].self_attention.query_key_value
    paper, theirs, mix = (layer.adapters[name].scale() for name in ("paper", "peft", "mix"))
    torch.testing.assert_close(mix, 1 + 2 * (paper - 1) - 0.5 * (theirs - 1), **EXACT)


def test_queries_stay_exactly_1_and_the_recipe_the_papers() -> None:
    model = three()
    combine(model, {"a": 0.1, "b": 0.2, "c": 0.3}, "mix")
    assert set(vectors(model, "mix")) == {"l_k", "l_v", "l_ff"}
    assert model._ia3_teach.recipes["mix"].sites == "paper"


@pytest.mark.parametrize("build", [bert, bloom_classifier])
def test_heads_are_averaged(build) -> None:
    model = three(build)
    path = "classifier" if build is bert else "score"
    combine(model, {"a": 0.25, "b": 0.75}, "mix")
    heads = model.get_submodule(path).adapters
    mean = 0.25 * heads["a"].weight + 0.75 * heads["b"].weight
    torch.testing.assert_close(heads["mix"].weight, mean, **EXACT)
    assert all(p.requires_grad for p in heads["mix"].parameters())


def test_a_combination_is_an_adapter_as_any(tmp_path) -> None:
    model, other = three(bert), bert()
    combine(model, {"a": 0.5, "b": 0.25, "c": 0.25}, "mix")
    expected = model(tokens()).logits
    load_adapter(other, save_adapter(model, tmp_path, "mix"))
    torch.testing.assert_close(other(tokens()).logits, expected, **EXACT)
    with rows(model, ["mix", None, "a"]):
        torch.testing.assert_close(model(tokens()).logits[:1], expected[:1], **EXACT)
    torch.testing.assert_close(merge(model)(tokens()).logits, expected, **EXACT)


REFUSED = {
    "unknown": ({"a": 1, "x": 1}, "new", "mean", "no adapter is called 'x'"),
    "taken": ({"a": 1}, "b", "mean", "already attached"),
    "LoRA": ({"a": 0.5, "low": 0.5}, "new", "mean", "'low' is a LoRA adapter; only IA3"),
    "empty": ({}, "new", "mean", "weights is a dict"),
    "a list": (["a", "b"], "new", "mean", "weights is a dict"),
    "a word": ({"a": "1"}, "new", "mean", "weight of 'a' is a finite number; found '1'"),
    "NaN": ({"a": math.nan}, "new", "mean", "finite number; found nan"),
    "infinity": ({"a": math.inf}, "new", "mean", "finite number"),
    "a truth": ({"a": True}, "new", "mean", "finite number; found True"),
    "another word": ({"a": 1}, "new", "average", "how is mean or geometric; found 'average'"),
    "not positive": ({"a": 0.5, "b": 0.5}, "new", "geometric", "2 of 16 entries of l_v of 'b' at .*value"),
    "too large": ({"a": 1e300}, "new", "mean", "smaller weights"),
    "head, weights": ({"a": 1, "b": 1}, "new", "mean", "heads have no neutral element.*add up to 1"),
    "head missing": ({"a": 0.5, "headless": 0.5}, "new", "mean", "'classifier' can be averaged"),
    "two sides": ({"a": 0.5, "other": 0.5}, "new", "mean", "key the adapters scale different sides"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_with_the_model_unchanged(case: str) -> None:
    weights, name, how, message = REFUSED[case]
    model = three(bert)
    attach(model, LoRA(r=2), "low")
    attach(model, IA3(modules_to_save=[]), "headless")
    attach(model, IA3(sites={"self.key": "in"}), "other")
    with torch.no_grad():
        model.bert.encoder.layer[1].attention.self.value.adapters["b"].l_v[:2] = torch.tensor([0.0, -1.0])
    before, recipes = snapshot(model), dict(model._ia3_teach.recipes)
    with pytest.raises(ValueError, match=message):
        combine(model, weights, name, how=how)
    assert snapshot(model) == before and model._ia3_teach.recipes == recipes


def test_nothing_is_combined_while_merged_or_in_rows() -> None:
    model = three()
    with rows(model, ["a", "b"]), pytest.raises(ValueError, match="leave `with rows"):
        combine(model, {"a": 1}, "new")
    with pytest.raises(ValueError, match="the model is merged"):
        combine(merge(model), {"a": 1}, "new")
