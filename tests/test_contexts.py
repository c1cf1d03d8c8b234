"""Contexts put back exactly what was, in whatever order they end; another thread is refused in words."""

import copy
import io
import threading

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from small_models import tokens
from test_adapters import logits, several, snapshot
from torch import nn

from ia3_teach import IA3, activate, attach, contexts, detach, disabled, merge, rows, unmerge

CONTEXTS = {"disabled": disabled, "rows": lambda model: rows(model, ["a", None, "b", "a"])}


def partly_frozen() -> nn.Module:
    """Both adapters are active, and of one a part was frozen by hand."""
    model = several(names="ab")
    activate(model, ["a", "b"])
    for number, parameter in enumerate(p for p in model.parameters() if p.requires_grad):
        parameter.requires_grad_(number % 3 > 0)
    return model


@pytest.mark.parametrize("name", CONTEXTS)
def test_what_was_frozen_by_hand_stays_frozen(name: str) -> None:
    model = partly_frozen()
    before, frozen = snapshot(model), [p for p in model.parameters() if not p.requires_grad]
    with CONTEXTS[name](model):
        assert not any(parameter.requires_grad for parameter in frozen)
    assert snapshot(model) == before and model._ia3_teach.active == ("a", "b")


@settings(max_examples=40, deadline=None)
@given(st.permutations(range(3)))
def test_contexts_end_in_any_order(order: list[int]) -> None:
    model = several(names="ab")
    before, expected = snapshot(model), logits(model)
    opened = [disabled(model), disabled(model), CONTEXTS["rows"](model)]
    for context in opened:
        context.__enter__()
    mixed = logits(model)
    for number in order:
        assert torch.equal(logits(model), mixed) == (model._ia3_teach.rows is not None)
        opened[number].__exit__(None, None, None)
    assert snapshot(model) == before and torch.equal(logits(model), expected)
    assert not model._ia3_teach.contexts and model._ia3_teach.owner is None


def in_a_thread(action) -> list[object]:
    """What the action gives or raises in another thread."""
    found: list[object] = []

    def run() -> None:
        try:
            found.append(action())
        except ValueError as error:
            found.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return found


@pytest.mark.parametrize("name", CONTEXTS)
@pytest.mark.parametrize(
    "action", [logits, merge, detach, lambda m: disabled(m).__enter__(), lambda m: activate(m, "a")]
)
def test_another_thread_is_refused_and_changes_nothing(name: str, action) -> None:
    model = several(names="ab")
    before, expected = snapshot(model), logits(model)
    with CONTEXTS[name](model):
        inside = logits(model)
        (found,) = in_a_thread(lambda: action(model))
        assert isinstance(found, ValueError) and "another thread is inside" in str(found)
        assert torch.equal(logits(model), inside)
    assert snapshot(model) == before
    assert torch.equal(in_a_thread(lambda: logits(model))[0], expected)


def test_many_threads_leave_the_model_as_it_was() -> None:
    model = several(names="ab")
    before, bare = snapshot(model), several(names="")
    answers: list[torch.Tensor] = []

    def ask() -> None:
        for _ in range(10):
            try:
                with disabled(model):
                    answers.append(logits(model))
            except ValueError as error:
                assert "another thread" in str(error)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers and all(torch.equal(answer, logits(bare)) for answer in answers)
    assert snapshot(model) == before and model._ia3_teach.active == ("b",)


def test_who_enters_while_another_leaves_is_not_overruled_by_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one who leaves is held up before it puts back what was; the other must not be let in meanwhile."""
    model, bare, show = several(names="ab"), several(names=""), contexts.show
    before, has_left = snapshot(model), threading.Event()
    answers: list[torch.Tensor] = []

    def ask() -> None:
        with disabled(model):
            has_left.wait()
            answers.append(logits(model))

    other = threading.Thread(target=ask)

    def show_late(places, state, active, *more) -> None:
        if active and not other.ident:
            other.start()
            other.join(0.5)
        show(places, state, active, *more)

    monkeypatch.setattr(contexts, "show", show_late)
    with disabled(model):
        pass
    has_left.set()
    other.join()
    assert torch.equal(answers[0], logits(bare)) and snapshot(model) == before


def test_a_checkpointed_layer_may_run_again_in_the_threads_of_backward() -> None:
    model = several(names="ab").train()
    model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": True})
    with rows(model, ["a", "b"]):
        hidden = model.get_input_embeddings()(tokens(2)).requires_grad_()
        model(inputs_embeds=hidden).logits.square().sum().backward()
    assert hidden.grad.abs().sum() > 0


def test_what_was_merged_inside_is_told_at_the_end() -> None:
    model = several(names="ab")
    before, expected = snapshot(model), logits(model)
    with pytest.raises(ValueError, match="unmerge.* leave the context"), disabled(model):
        activate(model, "a")
        merge(model)
    unmerge(model)
    assert snapshot(model) == before and torch.equal(logits(model), expected)


def test_an_adapter_attached_inside_is_frozen_outside() -> None:
    model = several(names="ab")
    with disabled(model):
        attach(model, IA3(), "new")
    assert model._ia3_teach.active == ("b",)
    assert not any(p.requires_grad for name, p in model.named_parameters() if ".new." in name)


@pytest.mark.parametrize("name", CONTEXTS)
@pytest.mark.parametrize("copied", [copy.deepcopy, lambda model: torch.save(model, io.BytesIO())])
def test_no_copy_is_made_that_would_stay_inside(name: str, copied) -> None:
    model = several(names="ab")
    expected = logits(model)
    with pytest.raises(ValueError, match="a copy would stay there"), CONTEXTS[name](model):
        copied(model)
    assert torch.equal(logits(copy.deepcopy(model)), expected)


def test_taking_another_adapter_off_thaws_nothing() -> None:
    model = partly_frozen()
    attach(model, IA3(), "c")
    activate(model, ["a", "b"])
    mine = [p for n, p in model.named_parameters() if ".a." in n]
    mine[0].requires_grad_(False)
    detach(model, "c")
    assert [p.requires_grad for p in mine] == [False] + [True] * (len(mine) - 1)
