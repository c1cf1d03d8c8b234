"""Several adapters on one model: active ones, one per row, none; and the model as it was before."""

import copy

import pytest
import torch
from small_models import bert, bloom, randomise, tokens
from torch import nn

from ia3_teach import IA3, LoRA, activate, attach, count, detach, disabled, merge, rows, unmerge
from ia3_teach.layer import Adapted, linear_layers

EXACT = {"rtol": 0, "atol": 1e-12}
RECIPES = {"a": IA3(), "b": LoRA(r=2), "c": IA3(sites="peft"), "d": LoRA(r=5, alpha=3)}


def several(build=bert, names: str = "abcd") -> nn.Module:
    """A model with random adapters, heads included; the last one is active."""
    model = build()
    for seed, name in enumerate(names):
        attach(model, RECIPES[name], name)
        randomise(model, seed)
    return model


def snapshot(model: nn.Module) -> dict[str, object]:
    """All that must not change: values, classes, flags, modes."""
    modules = {name: (type(module), module.training) for name, module in model.named_modules()}
    flags = {name: p.requires_grad for name, p in model.named_parameters()}
    values = {name: tensor.clone().numpy().tobytes() for name, tensor in model.state_dict().items()}
    return {"modules": modules, "flags": flags, "values": values}


def logits(model: nn.Module, batch: torch.Tensor | None = None) -> torch.Tensor:
    return model(tokens(4) if batch is None else batch).logits


def test_a_new_adapter_changes_nothing_yet() -> None:
    for recipe in (IA3(), LoRA()):
        model, bare = bert(), bert()
        attach(model, recipe)
        assert torch.equal(logits(model), logits(bare))


@pytest.mark.parametrize("build", [bert, bloom])
def test_one_adapter_of_many_equals_that_one_alone(build) -> None:
    model = several(build)
    for seed, name in enumerate("abcd"):
        alone = build()
        attach(alone, RECIPES[name], name)
        randomise(alone, seed)
        activate(model, name)
        if isinstance(RECIPES[name], IA3):  # LoRA's A starts at random
            assert torch.equal(logits(model), logits(alone))
        assert not torch.equal(logits(model), logits(build()))


def test_none_and_disabled_are_the_bare_model() -> None:
    model, bare = several(), bert()
    with disabled(model):
        assert torch.equal(logits(model), logits(bare))
    assert not torch.equal(logits(model), logits(bare))
    activate(model, None)
    assert torch.equal(logits(model), logits(bare)) and count(model).trainable == 0


def test_two_active_vectors_multiply() -> None:
    model = nn.Sequential(nn.Linear(3, 4).double())
    for seed, name in enumerate("ab"):
        attach(model, IA3(sites={"0": "out"}), name)
        randomise(model, seed)
    activate(model, ["a", "b"])
    layer, x = model[0], torch.randn(5, 3, dtype=torch.float64)
    product = layer.adapters["a"].l * layer.adapters["b"].l
    torch.testing.assert_close(model(x), layer.base(x) * product, **EXACT)
    assert all(p.requires_grad for p in layer.adapters.parameters())


@pytest.mark.parametrize("order", ["ab", "ba"])
def test_vectors_and_low_rank_together_apply_in_the_order_of_activation(order: str) -> None:
    model = nn.Sequential(nn.Linear(3, 4).double())
    attach(model, IA3(sites={"0": "out"}), "a")
    randomise(model)
    attach(model, LoRA(r=2, sites=["0"]), "b")
    randomise(model)
    activate(model, list(order))
    layer, x = model[0], torch.randn(5, 3, dtype=torch.float64)
    l, change = layer.adapters["a"].l, x @ layer.adapters["b"].delta().T
    by_hand = layer.base(x) * l + change if order == "ab" else (layer.base(x) + change) * l
    torch.testing.assert_close(model(x), by_hand, **EXACT)
    torch.testing.assert_close(merge(model)(x), by_hand, **EXACT)


# One adapter per row


@pytest.mark.parametrize("build", [bert, bloom])
def test_each_row_equals_a_pass_with_its_adapter_alone(build) -> None:
    model, batch = several(build), tokens(6)
    names = ["b", None, "a", "c", "d", "a"]
    with rows(model, names):
        mixed = logits(model, batch)
    for i, name in enumerate(names):
        activate(model, name)
        torch.testing.assert_close(mixed[i : i + 1], logits(model, batch[i : i + 1]), **EXACT)


@pytest.mark.parametrize("names", ["aab", "bd", "abcd"])
def test_gradients_of_rows_equal_those_of_single_passes(names: str) -> None:
    model, batch = several(), tokens(len(names))
    model.zero_grad()
    with rows(model, list(names)):
        logits(model, batch).square().sum().backward()
    mixed = {n: p.grad.clone() for n, p in model.named_parameters() if p.grad is not None}
    model.zero_grad()
    for i, name in enumerate(names):
        activate(model, name)
        logits(model, batch[i : i + 1]).square().sum().backward()
    alone = {n: p.grad for n, p in model.named_parameters() if p.grad is not None}
    assert mixed.keys() == alone.keys() and any("classifier" in name for name in mixed)
    for name in mixed:
        torch.testing.assert_close(mixed[name], alone[name], **EXACT)


@pytest.mark.parametrize("shape", [(4, 3), (4, 5, 3), (4, 2, 5, 3)], ids=str)
@pytest.mark.parametrize("recipe", [IA3(sites={"0": "out"}), IA3(sites={"0": "in"}), LoRA(r=2, sites=["0"])])
def test_rows_of_any_number_of_dimensions(shape: tuple[int, ...], recipe) -> None:
    model = nn.Sequential(nn.Linear(3, 6).double())
    for seed, name in enumerate("ab"):
        attach(model, recipe, name)
        randomise(model, seed)
    x, names = torch.randn(shape, dtype=torch.float64), ["a", None, "b", "b"]
    with rows(model, names):
        mixed = model(x)
    for i, name in enumerate(names):
        activate(model, name)
        torch.testing.assert_close(mixed[i], model(x[i : i + 1])[0], **EXACT)


@pytest.mark.parametrize("sides", [("in", "out"), ("out", "in")])
def test_adapters_of_different_sides_share_a_layer(sides: tuple[str, str]) -> None:
    """PEFT gives the second adapter the side of the first."""
    model = nn.Sequential(nn.Linear(3, 4).double())
    for name, side in zip("ab", sides, strict=True):
        attach(model, IA3(sites={"0": side}), name)
        randomise(model)
    x, base = torch.randn(2, 3, dtype=torch.float64), model[0].base
    with rows(model, ["a", "b"]):
        mixed = model(x)
    for i, (name, side) in enumerate(zip("ab", sides, strict=True)):
        l = model[0].adapters[name].l
        by_hand = base(x[i] * l) if side == "in" else base(x[i]) * l
        torch.testing.assert_close(mixed[i], by_hand, **EXACT)


@pytest.mark.parametrize(
    ("names", "message"),
    [(["a", "x"], "no adapter is called 'x'"), ("a", "one name .or None. per row"), ([], "per row")],
)
def test_wrong_names_for_rows(names, message: str) -> None:
    model = several()
    before = snapshot(model)
    with pytest.raises(ValueError, match=message), rows(model, names):
        pass
    assert snapshot(model) == before


def test_a_batch_of_another_size_is_refused_and_all_is_restored() -> None:
    model = several()
    activate(model, ["a", "b"])
    before, expected = snapshot(model), logits(model)
    with pytest.raises(ValueError, match="3 names, but the batch has 4 rows"), rows(model, ["a", None, "d"]):
        logits(model)
    assert snapshot(model) == before and torch.equal(logits(model), expected)


def test_backward_belongs_inside_rows() -> None:
    """Outside, adapters that are not active are frozen again, and autograd skips them."""
    model = several(names="ab")
    with rows(model, ["a", "b"]):
        logits(model, tokens(2)).sum().backward()
    got = {name.split(".adapters.")[1][0] for name, p in model.named_parameters() if p.grad is not None}
    assert got == {"a", "b"}


CHANGES = {
    "attach": lambda model: attach(model, IA3(), "new"),
    "detach": detach,
    "activate": lambda model: activate(model, "a"),
    "disabled": lambda model: disabled(model).__enter__(),
    "rows": lambda model: rows(model, ["a"]).__enter__(),
    "merge": merge,
}


@pytest.mark.parametrize("change", CHANGES)
def test_inside_rows_nothing_else_can_be_changed(change: str) -> None:
    model = several(names="ab")
    expected = logits(model)
    with rows(model, ["a", "b", None, "a"]):
        mixed = logits(model)
        with pytest.raises(ValueError, match="leave `with rows"):
            CHANGES[change](model)
        assert torch.equal(logits(model), mixed)
    assert torch.equal(logits(model), expected)


@pytest.mark.parametrize("change", sorted(set(CHANGES) - {"merge"}))
def test_a_merged_model_refuses_changes(change: str) -> None:
    model = merge(several(names="ab"))
    before = snapshot(model)
    with pytest.raises(ValueError, match="the model is merged; call unmerge"):
        CHANGES[change](model)
    assert snapshot(model) == before
    unmerge(model)


# On and off


def test_a_dropout_attached_to_a_model_in_eval_mode_is_off() -> None:
    model = bert()
    attach(model, LoRA(r=2, dropout=0.9))
    randomise(model)
    assert torch.equal(logits(model), logits(model))
    assert not torch.equal(logits(model.train()), logits(model))


@pytest.mark.parametrize("build", [bert, bloom])
def test_detached_all_is_as_before(build) -> None:
    model = build()
    for i, parameter in enumerate(model.parameters()):
        parameter.requires_grad_(i % 3 > 0)
    model.train()
    before = snapshot(model)
    for name, recipe in RECIPES.items():
        attach(model, recipe, name)
    detach(model, "b")
    detach(model)
    assert snapshot(model) == before and not hasattr(model, "_ia3_teach")


def test_detaching_one_leaves_the_others() -> None:
    model = several(names="ab")
    activate(model, "a")
    expected = logits(model)
    detach(model, "b")
    assert torch.equal(logits(model), expected)
    assert not any(".b." in name for name in model.state_dict())


BAD = {
    "a name in use": (IA3(), "a", "already attached"),
    "a dot": (IA3(), "x.y", "word without dots"),
    "a method": (IA3(), "keys", "no attribute of a dict"),
    "a field": (IA3(), "training", "no attribute of a dict"),
    "empty": (IA3(), "", "word without dots"),
    "no match": (IA3(sites={"self.kye": "out"}), "new", "near misses: .*key"),
    "wrong side": (IA3(sites={"key": "up"}), "new", 'a side is "in" or "out"'),
    "wrong word": (IA3(sites="papers"), "new", '"paper"'),
    "no sites": (IA3(sites={}), "new", "no sites"),
    "twice": (IA3(sites={"key": "out", "self.key": "out"}), "new", "matched by 2 patterns"),
    "unknown head": (IA3(modules_to_save=["clasifier"]), "new", "does not have"),
    "head twice": (IA3(modules_to_save=["classifier", "classifier"]), "new", "once"),
    "head and site": (LoRA(sites=["classifier"], modules_to_save=["classifier"]), "new", "classifier"),
    "head around sites": (IA3(modules_to_save=["bert"]), "new", "part of a head"),
    "site in another's head": (LoRA(sites=["classifier"], modules_to_save=[]), "new", "classifier"),
}


@pytest.mark.parametrize("case", BAD)
def test_an_attach_that_fails_changes_nothing(case: str) -> None:
    recipe, name, message = BAD[case]
    model = several(names="ab")
    before, state = snapshot(model), copy.copy(model._ia3_teach)
    with pytest.raises(ValueError, match=message):
        attach(model, recipe, name)
    assert snapshot(model) == before and model._ia3_teach == state


@pytest.mark.parametrize(
    "make",
    [
        lambda: LoRA(r=0),
        lambda: LoRA(r=2.0),
        lambda: LoRA(dropout=1.0),
        lambda: LoRA(sites="query"),
        lambda: LoRA(sites=[]),
        lambda: IA3(modules_to_save="classifier"),
    ],
)
def test_settings_that_cannot_work(make) -> None:
    with pytest.raises(ValueError):
        attach(bert(), make())


@pytest.mark.parametrize(("names", "message"), [("x", "'x'; this model has: a, b"), (["a", "a"], "once")])
def test_wrong_activations(names, message: str) -> None:
    model = several(names="ab")
    before = snapshot(model)
    with pytest.raises(ValueError, match=message):
        activate(model, names)
    assert snapshot(model) == before
    with pytest.raises(ValueError, match="no adapter is called"):
        detach(model, "x")


def test_disabled_survives_an_exception_and_a_detach() -> None:
    model = several(names="ab")
    expected = logits(model)
    with pytest.raises(KeyError), disabled(model):
        raise KeyError
    assert torch.equal(logits(model), expected)
    with disabled(model):
        detach(model)
    assert torch.equal(logits(model), logits(bert()))


def test_a_copy_is_independent() -> None:
    model = several(names="ab")
    twin, expected = copy.deepcopy(model), logits(model)
    detach(twin, "b")
    randomise(twin)
    assert torch.equal(logits(model), expected)
    activate(twin, "a")
    assert model._ia3_teach.active == ("b",)


def test_what_is_called_base_in_a_model_of_ones_own_is_no_adapter() -> None:
    class Own(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.base = nn.Linear(2, 2)

    assert list(linear_layers(nn.Sequential(Own(), nn.Linear(2, 2)))) == ["0.base", "1"]


def test_the_handle_prints_what_is_trained() -> None:
    lines = str(attach(bert(), IA3(), "mine")).splitlines()
    assert lines[0].split() == ["module", "vector", "side", "shape", "count"]
    assert sum("l_k" in line for line in lines) == 2 and sum(" head " in line for line in lines) == 2
    assert lines[-1].startswith("adapter 'mine': 162 of ")


def test_only_adapted_layers_are_replaced() -> None:
    model = bert()
    attach(model, IA3())
    adapted = [name for name, module in model.named_modules() if isinstance(module, Adapted)]
    assert len(adapted) == 6 and all(name.endswith(("key", "value", "output.dense")) for name in adapted)
