"""The explorer as Python sees it: what is refused, what it shows, what it attaches and saves."""

import json

import pytest
import torch
from small_models import bert, bloom
from torch import nn

from ia3_teach import IA3, attach, load_adapter, load_model, save_adapter, set_vectors, vectors
from ia3_teach.course.lesson import vectors_directory
from ia3_teach.course.shipped.tasks import load_task, task_names
from ia3_teach.state import state_of
from ia3_teach.views import explore_map, explore_vectors
from ia3_teach.views.live_model import facts_of, weights_of

TASK = task_names()[0]


def sets() -> dict[str, dict[str, torch.Tensor]]:
    torch.manual_seed(0)
    return {name: {"l_k": torch.rand(2, 3) + 0.5, "l_ff": torch.rand(2, 4) + 0.5} for name in "ab"}


def small(model: nn.Module) -> nn.Module:
    """With two adapters, a and b, whose vectors differ."""
    for value, name in enumerate("ab", start=2):
        attach(model, IA3(), name)
        before = vectors(model, name)
        set_vectors(model, {kind: torch.full_like(l, value) for kind, l in before.items()}, name)
    return model


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("edits", ["l_k.9.0x2"], "layer 9"),
        ("edits", ["nonsense"], "is no move"),
        ("pinned", ["l_k.*.1"], "is no entry"),
        ("task", "c", "no vectors of 'c'; there are a, b"),
        ("task", "", "no vectors of ''"),
        ("other", "c", "no vectors of 'c'"),
        ("together", "both", "together"),
        ("order", "size", "order"),
    ],
)
def test_a_field_that_cannot_be_shown_is_refused_and_stays(field, value, said) -> None:
    explorer = explore_map(sets())
    before = getattr(explorer, field)
    with pytest.raises(Exception, match=said):
        setattr(explorer, field, value)
    assert getattr(explorer, field) == before


def test_sets_of_different_shapes_and_none_are_refused() -> None:
    for wrong in (
        {"a": {"l_k": torch.ones(2, 3)}, "b": {"l_k": torch.ones(2, 4)}},
        {"a": {"l": torch.ones(3)}},
        {},
    ):
        with pytest.raises(ValueError, match="of the same shapes in every set"):
            explore_map(wrong)


def test_a_task_without_an_adapter_and_a_model_that_no_browser_runs_are_refused() -> None:
    rows = {"a": None, "c": None}
    with pytest.raises(ValueError, match="c has none, the model has: a, b"):
        facts_of(small(bloom()), None, rows)
    with pytest.raises(ValueError, match="only bloom and bert answer in a browser"):
        facts_of(nn.Sequential(nn.Linear(2, 3)), None, rows)


def test_a_map_without_a_model_attaches_nothing() -> None:
    with pytest.raises(ValueError, match="came without a model"):
        explore_map(sets()).edited_adapter("mine")


def test_a_name_in_use_and_a_bad_name_leave_the_model_as_it_was() -> None:
    model = small(bloom())
    explorer = explorer_of(model)
    for name in ("a", "x.y"):
        with pytest.raises(ValueError):
            explorer.edited_adapter(name)
    assert list(state_of(model).recipes) == ["a", "b"]


def explorer_of(model: nn.Module):
    from ia3_teach.views.vector_explorer import Explorer, map_facts

    made = {name: vectors(model, name) for name in "ab"}
    return Explorer(made, map_facts(made), model=model)


def test_the_vectors_are_mixed_dialled_and_then_moved() -> None:
    known = sets()
    explorer = explore_map(known)
    explorer.set_trait("other", "b")
    assert torch.equal(explorer.edited_values()["l_k"], known["a"]["l_k"])  # side by side changes nothing
    explorer.together, explorer.share, explorer.strength = "mixed", 0.25, 2.0
    explorer.edits = ["l_k.0.0=3", "l_ff.*.*x0.5"]
    mixed = {kind: 0.75 * known["a"][kind] + 0.25 * known["b"][kind] for kind in ("l_k", "l_ff")}
    wanted = {kind: 1 + 2 * (l - 1) for kind, l in mixed.items()}
    wanted["l_k"][0, 0] = 3
    wanted["l_ff"] = wanted["l_ff"] * 0.5
    for kind, l in explorer.edited_values().items():
        torch.testing.assert_close(l, wanted[kind])


@pytest.mark.parametrize("build", [bloom, bert])
def test_what_was_moved_is_attached_saved_and_read_again(build, tmp_path) -> None:
    model = small(build())
    explorer = explorer_of(model)
    explorer.other, explorer.together = "b", "mixed"
    explorer.edits = ["l_k.1.*x2", "l_ff.0.1=0"]
    explorer.edited_adapter("mine")
    wanted = explorer.edited_values()
    assert state_of(model).active == ("mine",)
    save_adapter(model, tmp_path / "mine", "mine")
    load_adapter(model, tmp_path / "mine", "again")
    for kind, l in vectors(model, "again").items():
        torch.testing.assert_close(l, wanted[kind].to(l.dtype))
    assert vectors(model, "a")["l_k"].eq(2).all()  # what it began with is as it was


def test_where_there_are_no_widgets_the_output_holds_a_picture_and_its_words() -> None:
    explorer = explore_map(sets())
    made, _ = explorer._repr_mimebundle_()
    assert made["text/html"].startswith('<img alt="vectors of a.') and "base64," in made["text/html"]
    assert "l_k, 2 layers by 3 channels" in made["text/plain"]


@pytest.mark.slow
def test_the_facts_of_the_shipped_model_are_its_own() -> None:
    model, tokenizer = load_model("tiny-bloom")
    load_adapter(model, vectors_directory(TASK), TASK)
    rows = load_task(TASK)["test"]
    explorer = explore_vectors(model, tokenizer, {TASK: rows})
    facts = explorer.facts
    assert json.loads(json.dumps(facts)) == facts
    assert facts["tasks"][TASK]["labels"] == rows.features["label"].names
    assert f"Question: {facts['tasks'][TASK]['question']}\n" in rows["prompt"][0]
    assert facts["heads"] == model.config.n_head
    count = sum(layers * channels for layers, channels in facts["shapes"].values())
    assert len(explorer.values) == 4 * count
    plain, _ = load_model("tiny-bloom")
    assert len(weights_of(model, TASK)) < 2.1 * sum(p.numel() for p in plain.parameters())
