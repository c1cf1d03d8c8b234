"""Reading, writing and dialling the vectors."""

import pytest
import torch
from small_models import bert, bloom, randomise, tokens
from torch.nn.utils import prune

from ia3_teach import IA3, LoRA, activate, attach, detach, set_vectors, vectors
from ia3_teach.arithmetic.values import dial

SHAPES = {"l_k": (2, 16), "l_v": (2, 16)}


def trained(build=bert):
    model = build()
    attach(model, IA3())
    randomise(model)
    return model


@pytest.mark.parametrize(("build", "d_ff"), [(bert, 32), (bloom, 64)])
def test_one_matrix_per_kind_layer_by_layer(build, d_ff: int) -> None:
    learned = vectors(trained(build))
    assert {name: tuple(m.shape) for name, m in learned.items()} == {**SHAPES, "l_ff": (2, d_ff)}
    assert not any(matrix.requires_grad for matrix in learned.values())


def test_what_was_read_can_be_written_back() -> None:
    model, other = trained(), bert()
    attach(other, IA3(), "copy")
    set_vectors(other, vectors(model), "copy")
    assert all(torch.equal(matrix, vectors(other)[name]) for name, matrix in vectors(model).items())


@pytest.mark.parametrize("strength", [-1.0, 0.0, 0.5, 1.0, 2.0])
def test_the_dial(strength: float) -> None:
    model = trained()
    before, expected = vectors(model), model(tokens()).logits
    with dial(model, strength):
        for name, matrix in vectors(model).items():
            torch.testing.assert_close(matrix, 1 + strength * (before[name] - 1), rtol=0, atol=1e-12)
        assert torch.equal(model(tokens()).logits, expected) == (strength == 1.0)
    assert all(torch.equal(matrix, before[name]) for name, matrix in vectors(model).items())


def test_the_dial_is_let_go_after_an_exception() -> None:
    model = trained()
    before = vectors(model)
    with pytest.raises(KeyError), dial(model, 0.0):
        raise KeyError
    assert all(torch.equal(matrix, before[name]) for name, matrix in vectors(model).items())


@pytest.mark.parametrize(
    "change",
    [
        lambda m: {"l_k": m["l_k"]},
        lambda m: {**m, "l_q": m["l_k"]},
        lambda m: {**m, "l_ff": m["l_ff"][:1]},
        lambda m: {**m, "l_ff": m["l_ff"].T},
    ],
)
def test_other_names_or_shapes_change_nothing(change) -> None:
    model = trained()
    before = vectors(model)
    with pytest.raises(ValueError, match="the adapter's vectors have the shapes"):
        set_vectors(model, change({name: matrix * 2 for name, matrix in before.items()}))
    assert all(torch.equal(matrix, before[name]) for name, matrix in vectors(model).items())


def test_what_holds_no_matrix() -> None:
    model = bert()
    with pytest.raises(ValueError, match="0 are active"):
        vectors(model)
    attach(model, LoRA(), "low")
    with pytest.raises(ValueError, match="'low' holds no IA3 vectors"):
        vectors(model)
    attach(model, IA3(sites={"query": "out", "intermediate.dense": "out"}), "own")
    uneven = (
        r"l has 16 values at bert.encoder.layer.0.attention.self.query, .*layer.1.attention.self.query; "
        r"32 values at bert.encoder.layer.0.intermediate.dense, .*layer.1.intermediate.dense.*"
        r"give each width an adapter of its own"
    )
    for verb in (vectors, lambda model: set_vectors(model, {}), lambda model: dial(model, 1.0).__enter__()):
        with pytest.raises(ValueError, match=uneven):
            verb(model)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_dials_end_in_any_order(order: tuple[int, int]) -> None:
    model = trained()
    before = vectors(model)
    opened = [dial(model, 0.5), dial(model, 3.0)]
    for each in opened:
        each.__enter__()
    for number in order:
        opened[number].__exit__(None, None, None)
    assert all(torch.equal(matrix, before[name]) for name, matrix in vectors(model).items())
    assert not model._ia3_teach.dials


def test_a_dial_turns_back_its_own_adapter_whichever_is_active_then() -> None:
    model = trained()
    attach(model, IA3(), "other")
    randomise(model, seed=5)
    others = vectors(model, "other")
    activate(model, "default")
    mine = vectors(model)
    with dial(model, 2.0):
        activate(model, "other")
    for name, want in (("default", mine), ("other", others)):
        assert all(torch.equal(matrix, want[kind]) for kind, matrix in vectors(model, name).items())
    with dial(model, 2.0):
        detach(model, "other")
    assert list(model._ia3_teach.recipes) == ["default"]


@pytest.mark.parametrize("strength", [float("nan"), float("inf"), "2", None])
def test_a_strength_that_is_no_number_changes_nothing(strength) -> None:
    model = trained()
    before = vectors(model)
    with pytest.raises(ValueError, match="a finite number"), dial(model, strength):
        pass
    assert all(torch.equal(matrix, before[name]) for name, matrix in vectors(model).items())


def test_nothing_is_written_into_vectors_that_are_computed() -> None:
    model = trained()
    adapter = model.bert.encoder.layer[1].attention.self.key.adapters["default"]
    before = vectors(model)
    prune.random_unstructured(adapter, "l_k", 0.5)
    with pytest.raises(ValueError, match="l_k of bert.encoder.layer.1.attention.self.key is computed anew"):
        set_vectors(model, before)
    assert torch.equal(vectors(model)["l_ff"], before["l_ff"])
