"""Checks of lesson 05: counting the values of a model; the formulas are checked in `counting.py`."""

import math
from typing import Any

from ia3_teach.check.core import expect
from ia3_teach.check.counting import head_copies as head_copies
from ia3_teach.check.counting import ia3_values as ia3_values
from ia3_teach.check.drawing import Draw
from ia3_teach.check.failure import describe
from ia3_teach.check.judging import EITHER, pair
from ia3_teach.check.layer_properties import reached
from ia3_teach.check.probing.calls import case
from ia3_teach.check.probing.models import counted_models
from ia3_teach.check.seen import Seen
from ia3_teach.check.shape import Cases, Exercise, Property

Recipe = dict[str, Any]
# Of each kind: the sizes of its parameters, and how many numbers it has in buffers.
SIZES = {
    "Linear": lambda d_in, d_out: ([d_in * d_out, d_out], 0),
    "Linear without bias": lambda d_in, d_out: ([d_in * d_out], 0),
    "Embedding": lambda rows, width: ([rows * width], 0),
    "BatchNorm1d": lambda width: ([width, width], 2 * width + 1),
    "LayerNorm": lambda width: ([width, width], 0),
    "Parameter": lambda *shape: ([math.prod(shape)], 0),
    "of 16 bits": lambda *shape: ([math.prod(shape)], 0),
    "of whole numbers": lambda *shape: ([math.prod(shape)], 0),
    "Conv1d": lambda d_in, d_out, width: ([d_in * d_out * width, d_out], 0),
}


def _recipe(
    parts: list[list], ties: list[list[str]], trained: list[str], meta: bool = False, training: bool = True
) -> dict:
    return case({"parts": parts, "ties": ties, "trained": trained, "meta": meta, "training": training})


def _cases(seed: int) -> Cases:
    draw = Draw(seed)
    rows, width, labels = draw.number(11, 17), draw.number(4, 6), draw.number(2, 3)
    parts = [
        ["embedding", "Embedding", rows, width], ["block", "Linear", width, width],
        ["norm", "BatchNorm1d", width], ["output", "Linear without bias", width, rows],
        ["classifier", "Linear", width, labels],
    ]  # fmt: skip
    ties = [["output", "embedding"]]
    linears = [["0", "Linear", 3, draw.number(4, 9)], ["1", "Linear", 4, draw.number(2, 5)]]
    others = [
        ["scale", "LayerNorm", width],
        ["look", "Conv1d", 2, 3, draw.number(3, 5)],
        ["twin", "Linear", 2, 2],
    ]
    odd = [
        ["gate", "Parameter"],
        ["short", "of 16 bits", 3, draw.number(3, 6)],
        ["steps", "of whole numbers", draw.number(4, 9)],
    ]
    return {
        "a Linear": _recipe([["0", "Linear", draw.number(3, 9), draw.number(4, 8)]], [], [""]),
        "tied weights, buffers and a head, all trained": _recipe(parts, ties, [""]),
        "the same with only the block trained": _recipe(parts, ties, ["block"]),
        "the same with only the head trained": _recipe(parts, ties, ["classifier"], training=False),
        "all frozen": _recipe(parts, ties, []),
        "norms and convolutions": _recipe([*others, ["twin2", "Linear", 2, 2]], [], ["scale", "look"]),
        "one number, sixteen bits, whole numbers": _recipe(odd, [], ["gate"]),
        "a model on the meta device": _recipe(linears, [], ["1"], meta=True),
        "no parameter at all": _recipe([], [], []),
    }


ALL = tuple(_cases(0))
LINEAR, TIED, BLOCK, HEAD, FROZEN, NORMS, ODD, META, EMPTY = ALL


def _sum(
    recipe: Recipe, begin: str = "", tied: bool = True, buffers: bool = False, biases: bool = True
) -> int:
    """Values of the parts whose name begins so; a tied weight once, unless asked otherwise."""
    total, twins = 0, [name for name, _ in recipe["ties"]]
    for name, kind, *sizes in recipe["parts"]:
        entries, beside = SIZES[kind](*sizes)
        if f"{name}.".startswith(begin) and not (tied and name in twins):
            total += sum(entries if biases else entries[:1])
        total += beside if buffers else 0
    return total


def _one_of_each_size(recipe: Recipe) -> int:
    """Values where parameters are told apart by their sizes."""
    return sum({size for _, kind, *sizes in recipe["parts"] for size in SIZES[kind](*sizes)[0]})


def _trained(recipe: Recipe) -> int:
    return (
        _sum(recipe)
        if "" in recipe["trained"]
        else sum(_sum(recipe, f"{name}.") for name in recipe["trained"])
    )


def _pair(seen: Seen, name: str) -> tuple[int, int]:
    found = pair(seen[name], "(trainable, total)")
    whole = all(type(number) is int for number in found)
    expect(
        whole, f"two whole numbers ({name})", describe(found), "return trainable, total: two whole numbers"
    )
    return found


def _frozen_come_second(seen: Seen, names: tuple[str, ...]) -> bool:
    """Whether the second number is on every model that of the frozen values."""
    recipes = {name: seen.arguments(name)[0] for name in names if seen.error(name) is None}
    return all(_pair(seen, name)[1] == _sum(one) - _trained(one) for name, one in recipes.items())


def _totals(names: tuple[str, ...]) -> Property:
    def judge(seen: Seen) -> None:
        for name in names:
            (recipe,), (trainable, total) = seen.arguments(name), _pair(seen, name)
            known = {
                "the tied matrix was counted twice: count each Parameter object once": _sum(recipe,
                tied=False),
                "buffers (running means, a step counter) were counted: they are no parameters":
                    _sum(recipe, buffers=True),
                "tied matrices twice and buffers too: a state_dict lists both":
                    _sum(recipe, tied=False, buffers=True),
                "the head was left out: everything the model holds is part of the total":
                    _sum(recipe) - _sum(recipe, "classifier"),
                "the biases were left out: the bias counts too": _sum(recipe, biases=False),
                "the norms were left out: their weights and biases are parameters too":
                    _sum(recipe) - _sum(recipe, "norm") - _sum(recipe, "scale"),
                "of parameters with one shape only one was counted: tell them apart by the object":
                    _one_of_each_size(recipe),
                "the two numbers come in the wrong order: trainable, total": _trained(recipe),
            }  # fmt: skip
            wanted = _sum(recipe)
            swapped = (trainable, total) == (wanted, _trained(recipe))
            mistakes = [text for text, number in known.items() if number == total != wanted]
            if not swapped:
                mistakes = [text for text in mistakes if not text.startswith("the two")]
            if total != wanted and _frozen_come_second(seen, names):
                mistakes = ["the second number is that of the frozen values; the total has both in it"]
            if total == _trained(recipe) != wanted and not swapped:
                mistakes = ["the total has the frozen values in it too"]
            expect(total == wanted, f"the total = {wanted} ({name})", f"{total}",
                   EITHER.join(mistakes) or "numel() is the number of entries; sum it over "
                   "model.parameters()")  # fmt: skip

    return Property("a matrix that two layers share is there once, and buffers are no parameters", judge)


def _tells_frozen_from_trained(seen: Seen) -> None:
    for name in (LINEAR, TIED, BLOCK, HEAD, FROZEN, NORMS, ODD):
        (recipe,), (trainable, _) = seen.arguments(name), _pair(seen, name)
        wanted, all_values = _trained(recipe), _sum(recipe)
        known = {
            "all values were called trainable: look at requires_grad": all_values,
            "frozen and trained are exchanged: requires_grad is True where training changes a value":
                all_values - wanted,
            "the head was left out: a new head is trained too": wanted - _sum(recipe, "classifier"),
        }  # fmt: skip
        mistake = EITHER.join(text for text, number in known.items() if number == trainable)
        hint = "sum numel() where requires_grad is True; another model of the same class may have other flags"
        expect(trainable == wanted, f"trainable = {wanted} ({name})", f"{trainable}", mistake or hint)


def _works_without_values(seen: Seen) -> None:
    (recipe,), found = seen.arguments(META), _pair(seen, META)
    wanted = (_trained(recipe), _sum(recipe))
    mistake = (
        "on the meta device every data_ptr() is 0: tell parameters apart by the object, not by its address"
    )
    expect(
        tuple(found) == wanted,
        f"(trainable, total) = {wanted} on the meta device",
        f"{tuple(found)}",
        mistake,
    )
    expect(tuple(_pair(seen, EMPTY)) == (0, 0), f"(0, 0) ({EMPTY})", f"{seen[EMPTY]}", "an empty sum is 0")


def _leaves_the_model_alone(seen: Seen) -> None:
    for name in (TIED, BLOCK, HEAD, FROZEN):
        (recipe,), flags = seen.arguments(name), reached(seen, name, "flags")
        changed = "" in recipe["trained"] and not all(flags) or not recipe["trained"] and any(flags)
        changed = changed or name in (BLOCK, HEAD) and sum(flags) != 2
        expect(not changed, "requires_grad as before", "other flags", "only read requires_grad, never set it")
        grads = reached(seen, name, "gradients kept")
        expect(
            grads,
            "gradients and mode of the model as before",
            "others",
            "counting changes nothing: no zero_grad, no eval() and no train()",
        )


count_parameters = Exercise(
    "lesson_05.count_parameters", "count_parameters", _cases, counted_models,
    (
        _totals((LINEAR, TIED, NORMS, BLOCK, HEAD, FROZEN, ODD)),
        Property("frozen values count in the total only", _tells_frozen_from_trained),
        Property("a model on the meta device, which holds no numbers at all, is counted alike",
        _works_without_values),
        Property("counting freezes and changes nothing", _leaves_the_model_alone),
    ),
)  # fmt: skip
