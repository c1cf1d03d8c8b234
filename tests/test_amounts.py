"""What a number is, in one place: every function and recipe that takes one takes and refuses the same."""

import inspect
import json
import math
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import fields
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

import ia3_teach
import ia3_teach.course.lesson
import ia3_teach.views
from ia3_teach import IA3, LoRA, amounts, attach, combine, dial, encode_choices, family, few_shot, load_task
from ia3_teach.annotated import NUMBERS, annotation_of

NONE = [
    *(
        True,
        False,
        np.True_,
        "1",
        b"1",
        math.nan,
        math.inf,
        -math.inf,
        10**400,
        -(10**400),
        Fraction(10**400),
    ),
    *(Decimal("0.5"), Decimal(1), 1j, complex(1), [1], (1,), {}, {1}, SimpleNamespace(), int),
    *(
        torch.tensor(1),
        torch.tensor(0.5),
        torch.ones(1),
        np.array(1),
        np.array([1.0]),
        np.nan,
        np.float16("inf"),
    ),
    *(np.longdouble("1e400"), np.datetime64("2026-11-26"), np.complex64(1), np.str_("1")),
]
WHOLE = [1, 2, np.int8(2), np.uint64(2), np.int64(1), Fraction(2)]
BROKEN = [1.0, 0.5, np.float32(1), Fraction(1, 2)]  # numbers, but not whole
FRACTIONS = [0.5, np.float16(0.5), np.float32(0.5), np.float64(0.5), Fraction(1, 2), np.longdouble("0.5")]


@pytest.mark.parametrize("found", [*NONE, None], ids=repr)
@pytest.mark.parametrize("judge", [amounts.number, amounts.positive, amounts.part, amounts.whole])
def test_what_is_no_number_is_refused_and_shown(judge: Callable, found: object) -> None:
    with pytest.raises(ValueError, match="the rate is a .*; found ") as error:
        judge("the rate", found)
    assert len(str(error.value)) < 300


@pytest.mark.parametrize("found", [*BROKEN, 2**63, -(2**64), np.uint64(2**64 - 1)], ids=repr)
def test_what_is_no_whole_number_of_64_bits_is_refused(found: object) -> None:
    with pytest.raises(ValueError, match="whole number"):
        amounts.whole("n", found)


@pytest.mark.parametrize("found", [0, -1, -0.0, Fraction(-1, 2), 5e-324 * 0])
def test_what_is_not_above_zero_is_not_positive(found: object) -> None:
    with pytest.raises(ValueError, match="greater than 0"):
        amounts.positive("rate", found)


@pytest.mark.parametrize("found", [-1, 1.5, -1e-9])
def test_a_part_lies_between_none_and_all(found: float) -> None:
    for none in (True, False):
        with pytest.raises(ValueError, match="share in"):
            amounts.part("share", found, none)
    assert amounts.part("share", 1) == 1 and amounts.part("share", 0, none=True) == 0


def test_the_tensor_of_one_entry_is_told_how_it_becomes_a_number() -> None:
    with pytest.raises(ValueError, match=r"\.item\(\) makes a number"):
        amounts.number("strength", torch.tensor(0.5))


@pytest.mark.parametrize("found", FRACTIONS, ids=repr)
def test_numbers_of_all_libraries_become_a_float(found: object) -> None:
    assert type(amounts.number("share", found)) is float and amounts.number("share", found) == 0.5


@pytest.mark.parametrize("found", WHOLE[:-1], ids=repr)
def test_whole_numbers_of_all_libraries_become_an_int(found: object) -> None:
    for judge in (amounts.number, amounts.whole):
        assert type(judge("n", found)) is int and judge("n", found) == found


FUNCTIONS = {
    name: inspect.unwrap(thing)
    for package in (ia3_teach, ia3_teach.views, ia3_teach.course.lesson)
    for name in package.__all__
    if inspect.isfunction(thing := getattr(package, name))
}
TAKING = [
    (name, parameter.name)
    for name, function in FUNCTIONS.items()
    for parameter in inspect.signature(function).parameters.values()
    if annotation_of(parameter) in NUMBERS
]
ENDLESS = {("choose", "most_stored")}  # without a limit it is infinite, and says so in its signature
GIVEN = {"few_shot": {"rows": load_task("sentiment")["pool"]}}  # others judge their numbers before all else


def called(name: str) -> Callable:
    packages = (ia3_teach, ia3_teach.views, ia3_teach.course.lesson)
    return next(getattr(package, name) for package in packages if name in package.__all__)


def entered(result: object) -> None:
    """A context looks at its arguments when it is entered."""
    with result if hasattr(result, "__enter__") else nullcontext():
        pass


@pytest.mark.parametrize("name, argument", TAKING)
def test_every_function_refuses_what_is_no_number_in_the_same_words(name: str, argument: str) -> None:
    function = called(name)
    given = {
        each.name: GIVEN.get(name, {}).get(each.name, 1)
        for each in inspect.signature(function).parameters.values()
        if each.default is each.empty
    }
    for found in NONE:
        if (name, argument) in ENDLESS and found == math.inf:
            continue
        with pytest.raises(ValueError, match=rf"^{argument}.* is a (finite|whole) number.*; found"):
            entered(function(**given | {argument: found}))


RECIPES = [LoRA, *(getattr(family, name) for name in family.names())]
SETTINGS = [(kind, each) for kind in RECIPES for each in fields(kind) if each.type in NUMBERS]


def shown(value: object) -> str:
    return value.__name__ if isinstance(value, type) else value.name


@pytest.mark.parametrize("kind, setting", SETTINGS, ids=shown)
def test_every_setting_refuses_what_is_no_number(kind: type, setting) -> None:
    for found in NONE:
        with pytest.raises(ValueError, match=rf"^{setting.name} is a (finite|whole) number"):
            kind(**{setting.name: found})


@pytest.mark.parametrize("kind, setting", SETTINGS, ids=shown)
def test_every_setting_becomes_a_number_that_a_file_can_hold(kind: type, setting) -> None:
    default = setting.default if setting.default is not None else 1
    numpy = np.int64 if isinstance(default, int) else np.float32
    try:
        recipe = kind(**{setting.name: numpy(default)})
    except ValueError as error:  # P-Tuning v2 has a network of its parent's, and refuses any
        assert "no network" in str(error)
        return
    assert type(getattr(recipe, setting.name)) in (int, float)
    assert json.loads(json.dumps(getattr(recipe, setting.name))) == getattr(recipe, setting.name)


def test_a_number_has_no_bounds_but_its_own() -> None:
    assert family.ParallelAdapter(scale=-1e300).scale == -1e300
    with pytest.raises(ValueError, match="a finite number; found nan"):
        family.ParallelAdapter(scale=math.nan)


PRICES = [("AdaLoRA", "orthogonal"), ("AdaLoRA", "smoothing"), ("SoRA", "threshold"), ("CoDA", "price")]


@pytest.mark.parametrize("name, setting", [*PRICES, ("DiffPruning", "penalty")])
def test_a_price_below_zero_is_refused(name: str, setting: str) -> None:
    with pytest.raises(ValueError, match=setting):
        getattr(family, name)(**{setting: -0.1})


def one_layer() -> nn.Module:
    model = nn.Sequential(nn.Linear(4, 6))
    attach(model, IA3(sites={"0": "out"}), "a")
    return model


@pytest.mark.parametrize("found", NONE, ids=repr)
def test_dials_weights_and_blocks_refuse_what_is_no_number(found: object) -> None:
    model = one_layer()
    with pytest.raises(ValueError, match="strength is a finite number"), dial(model, found):
        pass
    with pytest.raises(ValueError, match="the weight of 'a' is a finite number"):
        combine(model, {"a": found}, "b")
    with pytest.raises(ValueError, match="a number in layers is a whole number"):
        attach(model, LoRA(r=1, sites=["0"], layers=[found]), "c")


def test_labels_are_places_whoever_wrote_them() -> None:
    """Labels are data, in which tensors and arrays are usual: a whole one of one entry is taken as it is."""
    model, tokenizer = ia3_teach.load_model("tiny-bloom")
    for label in (1, np.int64(1), torch.tensor(1), np.array(1)):
        assert len(encode_choices(model, tokenizer, ["a"], [[" b", " c"]], [label])) == 1
    for label in (True, 1.0, "1", None, math.nan, 10**400):
        with pytest.raises(ValueError, match="labels of example 0"):
            encode_choices(model, tokenizer, ["a"], [[" b", " c"]], [label])


def test_fewer_rows_than_labels_are_refused() -> None:
    with pytest.raises(ValueError, match="one row or more for each label"):
        few_shot(load_task("sentiment")["pool"], n=1)


PAIRED = ["LoRA", "AdaLoRA", "DoRA", "DyLoRA", "HiRA", "LoRAPlus", "RsLoRA", "SoRA"]


@pytest.mark.parametrize("name", PAIRED)
def test_a_rank_beyond_both_sides_of_a_layer_is_refused_and_changes_nothing(name: str) -> None:
    model, kind = nn.Sequential(nn.Linear(4, 96)), LoRA if name == "LoRA" else getattr(family, name)
    attach(nn.Sequential(nn.Linear(4, 4)), kind(r=64, sites=["0"]))  # an ordinary rank, in a toy
    attach(model, kind(r=96, sites=["0"]), "wasteful")  # between the two sides, as PEFT takes it
    for r in (97, 1_000_000, 2**62):
        with pytest.raises(ValueError, match="larger than both sides of a layer from 4 to 96"):
            attach(model, kind(r=r, sites=["0"]), "accident")
    assert list(model.state_dict())  # and there is one adapter as before
    assert [name for name in ia3_teach.state.state_of(model).recipes] == ["wasteful"]


@pytest.mark.parametrize("name", sorted(set(family.names()) - {"SPT", "FishMask", "FAR"}))
def test_no_setting_of_a_method_asks_for_memory_that_no_machine_has(name: str) -> None:
    model, _ = ia3_teach.load_model("tiny-bert", num_labels=2)
    kind = getattr(family, name)
    sizes = [each.name for each in fields(kind) if each.type in ("int", "int | None") and each.name != "seed"]
    for setting in sizes:
        example = kind.example(model)
        try:
            recipe = kind(
                **{each.name: getattr(example, each.name) for each in fields(kind)} | {setting: 10**12}
            )
        except ValueError:
            continue
        with pytest.raises(ValueError, match="take a smaller|at most|must divide|do not divide|channels"):
            attach(model, recipe)
