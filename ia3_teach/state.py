"""What a model remembers of its adapters: freeze it, thaw it, and what every verb asks before it acts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain

from torch import nn

from ia3_teach.experts import AdaptedExperts
from ia3_teach.layer import (
    SPLIT,
    Adapted,
    Head,
    Modules,
    Place,
    Places,
    is_stack,
    plain_name,
    replace_module,
    unwrapped,
    wrapped,
)
from ia3_teach.mixed import Rows, check_thread
from ia3_teach.recipe import Recipe
from ia3_teach.wording import brief, listed, short

STATE = "_ia3_teach"


@dataclass
class State:
    """The recipes by name, the active names, names per row inside `rows`, and how the model was before.

    Of the open contexts, outermost first, it holds what each puts back; `owner` is the thread inside them.
    """

    recipes: dict[str, Recipe] = field(default_factory=dict)
    active: tuple[str, ...] = ()
    rows: Rows | None = None
    contexts: list[object] = field(default_factory=list)
    dials: list[object] = field(default_factory=list)
    owner: int | None = None
    trainable_before: set[str] = field(default_factory=set)
    merged: dict[str, Adapted | Head] = field(default_factory=dict)

    def __getstate__(self) -> dict[str, object]:
        """What a copy or a pickle of the model takes along. Raises ValueError inside `disabled` or `rows`."""
        if self.contexts:
            raise ValueError(
                "the model is inside `with disabled(...)` or `with rows(...)`, and a copy would stay there "
                "for good; copy or pickle it before or after"
            )
        return vars(self)


def state_of(model: nn.Module) -> State:
    """The model's state; a fresh one where it has no adapters."""
    return getattr(unwrapped(model), STATE, None) or State()


def refuse_merged(state: State, what: str) -> None:
    """Raise while the adapters are merged into the weights."""
    if state.merged:
        raise ValueError(f"the model is merged; call unmerge(model) before you {short(what)}")


def refuse_change(state: State, what: str) -> None:
    """Raise while adapters are merged, while each row has its own, or while another thread chose some."""
    if state.owner is not None:
        check_thread(state.owner)
    refuse_merged(state, what)
    if state.rows is not None:
        raise ValueError(f"each row has its own adapter now; leave `with rows(...)` before you {short(what)}")


def check_known(state: State, names: Sequence[str]) -> Sequence[str]:
    """Return the names, or raise if the model lacks one of them."""
    for name in names:
        if not isinstance(name, str) or name not in state.recipes:
            raise ValueError(
                f"no adapter is called {brief(name)}; this model has: {listed(state.recipes, 9) or 'none'}"
            )
    return names


def the_active(model: nn.Module) -> str:
    """The name of the only active adapter. Raises ValueError if there are none or several."""
    active = state_of(model).active
    if len(active) != 1:
        raise ValueError(
            f"say which adapter you mean: {len(active)} are active ({listed(active, 9) or 'none'})"
        )
    return active[0]


def refuse_split(model: nn.Module) -> None:
    """Raise for a model that several processes train already: they would not share the new parameters."""
    kind = next((kind.__name__ for kind in type(model).__mro__ if kind.__name__ in SPLIT), None)
    if kind is not None:
        raise ValueError(
            f"the model is wrapped in {short(kind)}, which averages the gradients of the parameters that it "
            "found; attach or load the adapter first, and wrap the model afterwards"
        )


def check_new_name(state: State, name: str) -> None:
    """Refuse names that are taken or that cannot name a module."""
    if not isinstance(name, str) or not name or "." in name or hasattr(nn.ModuleDict(), name):
        raise ValueError(
            f"an adapter's name is a word without dots, and no attribute of a dict; found {brief(name)}"
        )
    if name in state.recipes:
        raise ValueError(
            f"an adapter called {brief(name)} is already attached; detach it or choose another name"
        )


def show(places: Places, state: State, active: tuple[str, ...], rows: Rows | None = None) -> None:
    """Tell the model's adapted layers, also those that are merged now, which adapters to use."""
    state.active, state.rows = active, rows
    for place in (*places.values(), *state.merged.values()):
        place.active, place.rows, place.owner = active, rows, state.owner


def freeze(model: nn.Module, state: State) -> None:
    """Remember what was trainable, freeze it all, and give the model its state."""
    model = unwrapped(model)
    trainable = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    state.trainable_before = {plain_name(name) for name, _ in trainable}
    for _, parameter in trainable:
        parameter.requires_grad_(False)
    setattr(model, STATE, state)


def thaw(model: nn.Module) -> None:
    """Undo `freeze`."""
    model, before = unwrapped(model), state_of(model).trainable_before
    if hasattr(model, STATE):
        for name, parameter in model.named_parameters():
            parameter.requires_grad_(plain_name(name) in before)
        delattr(model, STATE)


def guard_embeddings(model: nn.Module, places: Places) -> None:
    """Keep transformers from putting another embedding, or another's weight, where adapters stand.

    The model itself carries the two guards, which go with the last adapter that needs them.
    """
    model = unwrapped(model)
    trained = any(isinstance(end, Adapted | Head) for end in embeddings(model))
    set_guard(model, "resize_token_embeddings", refuse_resizing if trained else None)
    tied = hasattr(type(model), "tie_weights") and (trained or shares(model, places))
    set_guard(model, "tie_weights", partial(tie_originals, model) if tied else None)


def set_guard(model: nn.Module, name: str, guard: object) -> None:
    """Put a guard in the place of a method, or take it off."""
    if guard is not None:
        setattr(model, name, guard)
    elif getattr(vars(model).get(name), "func", vars(model).get(name)) in (refuse_resizing, tie_originals):
        delattr(model, name)


def embeddings(model: nn.Module) -> list[nn.Module]:
    """A model's input and output embeddings, as it says itself."""
    found = []
    for name in ("get_input_embeddings", "get_output_embeddings"):
        try:
            found.append(getattr(model, name)())
        except (AttributeError, NotImplementedError):  # models that have none say so like this
            continue
    return [module for module in found if module is not None]


def shares(model: nn.Module, places: Places) -> bool:
    """Whether a layer that carries an adapter has its weight together with another layer."""
    if not places:
        return False
    everywhere = (module._parameters.values() for _, module in model.named_modules(remove_duplicate=False))
    uses = Counter(map(id, chain.from_iterable(everywhere)))
    return any(uses[id(parameter)] > 1 for place in places.values() for parameter in place.base.parameters())


def refuse_resizing(*_: object, **__: object) -> None:
    """What `resize_token_embeddings` does while adapters train an embedding."""
    raise ValueError(
        "the adapters train the embeddings or the output layer, and resizing would throw their copies away; "
        "resize before you attach, or detach(model) first"
    )


def tie_originals(model: nn.Module, *args: object, **settings: object) -> None:
    """What `tie_weights` does then: the original layers share their weights again, adapters stay apart."""
    refuse_merged(state_of(model), "tie its weights")
    places = wrapped(model)
    for path, place in places.items():
        replace_module(model, path, place.base)
    try:
        type(model).tie_weights(model, *args, **settings)
    finally:
        for path, place in places.items():
            replace_module(model, path, place)


def check_apart(modules: Modules, plan: Iterable[str], heads: Sequence[str]) -> None:
    """Refuse a module that would carry a vector and be trained in full as a head as well."""
    places = [path for path, module in modules.items() if isinstance(module, Place)]
    old_heads = {path for path in places if isinstance(modules[path], Head)}
    sites = {*plan, *places} - old_heads
    clash = {site for site in sites for head in {*heads, *old_heads} if f"{site}.".startswith(f"{head}.")}
    clash |= old_heads & set(plan)
    clash |= {a for a in heads for b in {*heads, *old_heads} if a != b and f"{a}.".startswith(f"{b}.")}
    if clash or len(set(heads)) != len(heads):
        raise ValueError(
            f"{listed(sorted(clash or heads))}: a module is either a site or (once) part of a head trained "
            "in full; leave it out of the sites or out of modules_to_save"
        )


def at(modules: Modules, path: str, kind: type[Adapted | Head]) -> Adapted | Head:
    """The Adapted or Head at `path`, put there if it is not yet; `modules` has the model itself at ""."""
    start, _, name = path.rpartition(".")
    parent = modules[start]
    module = unwrapped(getattr(parent, name))  # as it is now: a module that two paths share is met twice
    if isinstance(module, kind):
        return module
    if kind is Adapted and is_stack(module):
        kind = AdaptedExperts
    place = kind(module).train(module.training)
    setattr(parent, name, place)
    return place
