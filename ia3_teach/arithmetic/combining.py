r"""Combine IA3 adapters into a new one. The neutral element is 1, the vector that changes nothing.

mean        l = 1 + Σ_i w_i (l_i - 1)
geometric   l = Π_i l_i^{w_i}

Weights of the mean need not add up to 1; some have names of their own (Zhang et al. 2023, "Composing
Parameter-Efficient Modules with Arithmetic Operations", section 3):
{"a": 0.5, "b": 0.5} the average, {"a": -1} the negation 2 - l, {"a": 1, "b": 1, "c": -1} the analogy
"the new adapter is to a as b is to c". The geometric mean agrees with `activate`, which multiplies.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from torch import Tensor, nn

from ia3_teach.adapters import Handle, attach
from ia3_teach.amounts import number
from ia3_teach.files import fill
from ia3_teach.ia3 import IA3, IA3Vectors
from ia3_teach.layer import Adapted, Head, wrapped
from ia3_teach.precision import all_finite
from ia3_teach.state import State, check_known, check_new_name, refuse_change, state_of
from ia3_teach.storage.decoding import ia3
from ia3_teach.storage.peft_format import stored_scale
from ia3_teach.storage.stored import Stored, Tensors
from ia3_teach.wording import brief, short

Formula = Callable[[Sequence[Tensor], Sequence[float]], Tensor]


def combine(model: nn.Module, weights: Mapping[str, float], name: str, how: str = "mean") -> Handle:
    """Attach a new adapter `name` made of those in `weights` by `how`, and make it the only active one.

    Computed in float64. At a site that an adapter lacks it counts as 1. Heads are averaged with the weights.
    Raises ValueError, with the model unchanged, for unknown, taken or LoRA names, weights that are no finite
    numbers, two sides at one site, entries that are not positive in a geometric mean, and for heads where
    the weights do not add up to 1 or an adapter has none.

    >>> import torch
    >>> from ia3_teach import IA3, attach, set_vectors, vectors
    >>> model = nn.Sequential(nn.Linear(2, 3))
    >>> for name, value in {"a": 2.0, "b": 0.5}.items():
    ...     _ = attach(model, IA3(sites={"0": "out"}), name)
    ...     set_vectors(model, {"l": torch.full((1, 3), value)})
    >>> _ = combine(model, {"a": 0.5, "b": 0.5}, "average")
    >>> _ = combine(model, {"a": 0.5, "b": 0.5}, "middle", how="geometric")
    >>> _ = combine(model, {"a": -1}, "not a")
    >>> [vectors(model, name)["l"][0, 0].item() for name in ("average", "middle", "not a")]
    [1.25, 1.0, 0.0]
    """
    state = state_of(model)
    refuse_change(state, "combine adapters")
    check_new_name(state, name)
    weights = checked_weights(state, weights)
    if how not in FORMULAS:
        raise ValueError(f"how is {short(' or '.join(FORMULAS))}; found {brief(how)}")
    sites, heads = sites_of(model, weights, FORMULAS[how]), heads_of(model, weights)
    recipe, values = ia3(model, Stored({}, {}, sites, heads))
    handle = attach(model, recipe, name)
    fill(model, name, values | heads)
    return handle


def weighted_mean(vectors: Sequence[Tensor], weights: Sequence[float]) -> Tensor:
    """1 + Σ w_i (l_i - 1)."""
    return 1 + sum(w * (l - 1) for l, w in zip(vectors, weights, strict=True))


def geometric_mean(vectors: Sequence[Tensor], weights: Sequence[float]) -> Tensor:
    """Π l_i^{w_i}."""
    return math.prod(l**w for l, w in zip(vectors, weights, strict=True))


FORMULAS: dict[str, Formula] = {"mean": weighted_mean, "geometric": geometric_mean}


def checked_weights(state: State, weights: Mapping[str, float]) -> dict[str, float]:
    """The weights as Python's numbers. Raises ValueError for what is not {an IA3 adapter: finite number}."""
    if not isinstance(weights, Mapping) or not weights:
        raise ValueError(f'weights is a dict such as {{"a": 0.5, "b": 0.5}}; found {brief(weights)}')
    for each in check_known(state, list(weights)):
        if not isinstance(state.recipes[each], IA3):
            kind = type(state.recipes[each]).__name__
            raise ValueError(f"{brief(each)} is a {short(kind)} adapter; only IA3 vectors can be combined")
    return {each: number(f"the weight of {brief(each)}", weight) for each, weight in weights.items()}


def sites_of(model: nn.Module, weights: Mapping[str, float], formula: Formula) -> Tensors:
    """{path: {"ia3_l": combined scale}} in PEFT's shapes, for every site of any of the adapters."""
    sites: Tensors = {}
    for path, place in wrapped(model, Adapted).items():
        mine = {name: place.adapters[name] for name in weights if name in place.adapters}
        if not mine:
            continue
        side = side_of(path, mine)
        if formula is geometric_mean:
            check_positive(path, mine)
        scales = [adapter.scale().detach().cpu().double() for adapter in mine.values()]
        combined = formula(scales, [weights[name] for name in mine])
        if not all_finite(combined.float()):
            raise ValueError(f"the combination at {short(path)} would not be finite; take smaller weights")
        sites[path] = {"ia3_l": stored_scale(combined, side)}
    return sites


def side_of(path: str, adapters: Mapping[str, IA3Vectors]) -> str:
    """The one side on which these adapters scale. Raises ValueError where there are two."""
    sides = {name: adapter.side for name, adapter in adapters.items()}
    if len(set(sides.values())) > 1:
        raise ValueError(
            f"at {short(path)} the adapters scale different sides, {short(sides)}: no vector can do both"
        )
    return next(iter(sides.values()))


def check_positive(path: str, adapters: Mapping[str, IA3Vectors]) -> None:
    """Refuse entries that have no logarithm."""
    for name, adapter in adapters.items():
        for vector, values in adapter.vectors().items():
            wrong = int((values <= 0).sum())
            if wrong:
                raise ValueError(
                    f"{wrong:,} of {values.numel():,} entries of {short(vector, 60)} of {brief(name)} "
                    f"at {short(path)} are not positive: "
                    'they have no geometric mean; take how="mean"'
                )


def heads_of(model: nn.Module, weights: Mapping[str, float]) -> Tensors:
    """Σ w_i times each head. Raises ValueError where that is no mean, or an adapter has no head."""
    heads: Tensors = {}
    for path, place in wrapped(model, Head).items():
        mine = {name: place.adapters[name].state_dict() for name in weights if name in place.adapters}
        if mine and (len(mine) < len(weights) or not math.isclose(math.fsum(weights.values()), 1)):
            raise ValueError(
                f"heads have no neutral element: {brief(path)} can be averaged over adapters that all have "
                "one, with weights that add up to 1. To combine vectors alone, attach with "
                "modules_to_save=[]"
            )
        for key in next(iter(mine.values()), {}):
            mean = sum(weights[name] * head[key].double() for name, head in mine.items())
            heads.setdefault(path, {})[key] = mean
    return heads
