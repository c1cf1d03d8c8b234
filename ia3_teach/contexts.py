"""For the length of a `with`: no adapters, or for each row of the batch its own.

Adapters are chosen for a whole model. While one thread is inside, another one can neither choose nor compute
with this model; it is told so. Contexts may end in any order, and put back exactly what was.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from torch import Tensor, nn

from ia3_teach.layer import Places, unwrapped, wrapped
from ia3_teach.mixed import Rows
from ia3_teach.state import check_known, refuse_change, refuse_merged, show, state_of
from ia3_teach.wording import brief, short

DOORWAY = threading.RLock()  # one thread enters or leaves at a time; a context that is collected leaves too


@dataclass(eq=False)
class Before:
    """What a context found: the choice of adapters, and which of their parameters were trainable."""

    active: tuple[str, ...]
    rows: Rows | None
    trainable: list[tuple[nn.Parameter, bool]]


@contextmanager
def disabled(model: nn.Module) -> Iterator[nn.Module]:
    """Inside this context the model computes as without adapters."""
    before = enter(model, (), None, "disable its adapters")
    try:
        yield model
    finally:
        leave(model, before)


@contextmanager
def rows(model: nn.Module, names: Sequence[str | None]) -> Iterator[nn.Module]:
    """Inside this context row i of each batch goes through adapter names[i]; None is the bare model.

    `model.generate` gives all beams of a row that row's adapter. The named adapters are trainable inside, so
    call `backward()` there too; outside only the active ones are. Raises ValueError for an unknown name, a
    merged model, routed experts, or (at the forward pass) a batch of another size.
    """
    if isinstance(names, str) or len(names) == 0:
        raise ValueError(f'rows takes one name (or None) per row, such as ["a", None]; found {brief(names)}')
    check_known(state_of(model), [name for name in names if name is not None])
    mixed = Rows(tuple(names))
    before = enter(model, tuple(dict.fromkeys(name for name in names if name is not None)), mixed, "mix rows")
    try:
        with watched(model, mixed):
            yield model
    finally:
        leave(model, before)


def enter(model: nn.Module, active: tuple[str, ...], mixed: Rows | None, what: str) -> Before:
    """Choose these adapters, and remember what was. Raises ValueError where nothing can be chosen now."""
    state = state_of(model)
    with DOORWAY:
        refuse_change(state, what)
        places = wrapped(model)
        if mixed is not None:
            refuse_experts(places)
        parameters = list(parameters_of(places))
        before = Before(state.active, state.rows, [(p, p.requires_grad) for _, p in parameters])
        state.contexts.append(before)
        state.owner = threading.get_ident()
    for name, parameter in parameters:
        if name not in active or name not in before.active:  # else what its owner froze stays frozen
            parameter.requires_grad_(name in active)
    show(places, state, active, mixed)
    return before


def parameters_of(places: Places) -> Iterator[tuple[str, nn.Parameter]]:
    """Each parameter of all adapters, beside the name of its adapter."""
    for place in places.values():
        for name, parameter in place.adapters.named_parameters(remove_duplicate=False):
            yield name.partition(".")[0], parameter


def leave(model: nn.Module, before: Before) -> None:
    """Put back what a context found; where a later one is still open, that one will."""
    state = state_of(model)
    with DOORWAY:
        if before not in state.contexts:  # all adapters were detached inside
            return
        place = state.contexts.index(before)
        state.contexts.remove(before)
        if place < len(state.contexts):
            later = state.contexts[place]
            later.active, later.rows, later.trainable = before.active, before.rows, before.trainable
            return
        if not state.contexts:
            state.owner = None
        put_back(model, before)
    refuse_merged(state, "leave the context that it was merged in")


def put_back(model: nn.Module, before: Before) -> None:
    """Make active and trainable what was so before."""
    state, places = state_of(model), wrapped(model)
    show(places, state, tuple(name for name in before.active if name in state.recipes), before.rows)
    for _, parameter in parameters_of(places):
        parameter.requires_grad_(False)
    for parameter, trainable in before.trainable:
        parameter.requires_grad_(trainable)


def refuse_experts(places: Places) -> None:
    """Refuse adapters on layers that get the tokens of all rows in an order of their own."""
    routed = [path for path in places if "experts" in path.split(".")]
    if routed:
        raise ValueError(
            f"{short(routed[0])} belongs to experts, which get the tokens of all rows mixed, so no "
            "row can have its "
            "own adapter there; leave the experts out with `exclude`, or run one adapter after the other"
        )


@contextmanager
def watched(model: nn.Module, mixed: Rows) -> Iterator[None]:
    """Tell `mixed` what the model is given, and when it writes, where each row has several beams."""
    model = unwrapped(model)
    hook = model.register_forward_pre_hook(partial(note, mixed), with_kwargs=True)
    own = vars(model).get("generate")
    if hasattr(model, "generate"):
        model.generate = partial(write, mixed, model.generate)
    try:
        yield
    finally:
        hook.remove()
        vars(model).pop("generate", None)
        if own is not None:
            model.generate = own


def note(mixed: Rows, _model: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Before each forward pass."""
    mixed.meet([x for x in (*args, *kwargs.values()) if isinstance(x, Tensor) and x.dim() > 1])


def write(mixed: Rows, generate: Any, *args: Any, **kwargs: Any) -> Any:
    """model.generate, in which a row may become several."""
    given = next((x for x in (*args, *kwargs.values()) if isinstance(x, Tensor)), None)
    mixed.writes = given is not None and given.shape[:1] == (len(mixed.names),)
    try:
        return generate(*args, **kwargs)
    finally:
        mixed.writes, mixed.beams = False, 1
