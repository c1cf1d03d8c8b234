"""Checks of lesson 06: what is trained, one step of training, and decay towards 1."""

import math

import torch
from torch import Tensor

from ia3_teach.check.comparing import NOTHING
from ia3_teach.check.core import expect
from ia3_teach.check.drawing import Draw
from ia3_teach.check.judging import untouched, values
from ia3_teach.check.layer_properties import reached
from ia3_teach.check.one_step import training_step
from ia3_teach.check.probing.calls import call_each, case
from ia3_teach.check.probing.models import chosen_parameters
from ia3_teach.check.seen import Seen
from ia3_teach.check.shape import Cases, Exercise, Property
from ia3_teach.wording import with_article

__all__ = ["choose_trainable", "decay_to_one", "training_step"]
VECTORS = ("l_k", "l_v", "l_ff")
WIDTHS = (3, 5)


def _model(names: list[str], trained: list[str], width: int, training: bool = True) -> dict:
    parts = [[name, "Parameter", width] for name in names]
    return case({"parts": parts, "ties": [], "trained": trained, "meta": False, "training": training})


def _cases(seed: int) -> Cases:
    draw = Draw(seed)
    some = draw.words(3)
    usual = [
        "embedding.weight", "all_layers.0.weight", "all_layers.0.bias", "all_layers.0.l_k",
        "all_layers.0.l_v",
        "all_layers.1.weight", "all_layers.1.l_ff", "classifier.weight", "classifier.bias",
    ]  # fmt: skip
    alike = [
        "classifier.out.weight",  # the head stands before the vectors, in the model's order
        f"{some[0]}.model_k", f"{some[0]}.l_other", f"{some[1]}.key.l_k", f"{some[1]}.l_ff.weight",
        "l_v.bias",
        f"{some[2]}.classifier.weight", "pre_classifier.weight", "classifier2.weight", f"{some[2]}.l_v_norm",
        f"{some[2]}.l_q", f"{some[1]}.l_kk", f"{some[0]}.xl_ff",
    ]  # fmt: skip
    width = draw.number(*WIDTHS)
    return {
        "a model with a head": _model(usual, [""], width),
        "the same, frozen before": _model(usual, [], width, training=False),
        "names that look alike": _model(alike, [""], width),
        "names that look alike, the wrong half trained before": _model(alike, [some[0], some[2]], width),
        "vectors at the top": _model(["l_k", "weight", "l_ff"], [""], width),
        "nothing to train": _model(["weight", "bias"], [""], width),
    }


ALL = tuple(_cases(0))
OPEN, FROZEN, ALIKE, MIXED, TOP, NONE = ALL


def _names(seen: Seen, name: str) -> list[str]:
    return [part[0] for part in seen.arguments(name)[0]["parts"]]


def _is_new(name: str) -> bool:
    return name.rpartition(".")[2] in VECTORS or name.startswith("classifier.")


def _vectors_are_trained(seen: Seen) -> None:
    for name in (OPEN, ALIKE, TOP):
        trained = reached(seen, name, "trained")
        vectors = [n for n in _names(seen, name) if n.rpartition(".")[2] in VECTORS]
        frozen = [n for n in vectors if n not in trained]
        all_of_them = len(frozen) == len(vectors)
        mistake = "the vectors were frozen with the base" if all_of_them else "some vectors were missed"
        if name == TOP and frozen:
            mistake = (
                "a vector may stand at the top, with no point in its name: its last part is its whole name"
            )
        expect(not frozen, f"all vectors trainable ({name})", f"frozen: {frozen}", mistake)


def _base_is_frozen(seen: Seen) -> None:
    for name in (OPEN, ALIKE, MIXED, TOP, NONE):
        base = [n for n in reached(seen, name, "trained") if not _is_new(n)]
        last = [n.rpartition(".")[2] for n in base]
        mistake = "the base is left trainable: freeze first, then choose"
        if name in (ALIKE, MIXED):
            mistake = (
                "compare whole names: the LAST part is exactly l_k, l_v or l_ff, or the name "
                "begins with `classifier.`"
            )
            if all("classifier" in n for n in base):
                mistake = "the head's names BEGIN with `classifier.`, point included"
            elif all("l_" in n or n.endswith("l_k") for n in last):
                mistake = "the last part must be exactly l_k, l_v or l_ff, not only look like it"
        elif base and all(n.startswith("all_layers") for n in base):
            mistake = "`all_layers` contains 'l_' as well: look at the LAST part of the name"
        expect(not base, f"no base parameter trainable ({name})", f"trainable: {base}", mistake)


def _head_is_trained(seen: Seen) -> None:
    for name in (OPEN, ALIKE):
        head = [n for n in _names(seen, name) if n.startswith("classifier.")]
        frozen = [n for n in head if n not in reached(seen, name, "trained")]
        mistake = "the head is new and random; frozen, it stays so"
        expect(not frozen, f"all of `classifier.` trainable ({name})", f"frozen: {frozen}", mistake)


def _thaws(seen: Seen) -> None:
    for name in (FROZEN, MIXED):
        missing = [n for n in _names(seen, name) if _is_new(n) and n not in reached(seen, name, "trained")]
        mistake = "set requires_grad to True where it must be, not only to False elsewhere"
        expect(
            not missing,
            f"trainable tensors of a model that came frozen ({name})",
            f"frozen: {missing}",
            mistake,
        )


def _returns_them(seen: Seen) -> None:
    for name in ALL:
        kind = reached(seen, name, "kind")
        mistake = NOTHING if kind == "NoneType" else "return a list"
        expect(kind == "list", f"a list of parameters ({name})", with_article(kind), mistake)
        returned, trained = reached(seen, name, "returned"), reached(seen, name, "trained")
        known = set(_names(seen, name))
        parameters = all(item in known for item in returned)
        others = set(returned) - known
        mistake = "an optimizer wants the parameters themselves"
        if others == {"str"}:
            mistake = "an optimizer wants the parameters themselves, not their names"
        elif others <= {"tuple", "list"}:
            mistake = "an optimizer wants the parameters alone, not pairs or lists of them"
        elif others <= {"Parameter", "Tensor"}:
            mistake = "these are others than the model's own: hand back its parameters, no copies"
        expect(
            parameters, "a list of parameters", f"other things in it: {sorted(others)}", mistake
        )  # fmt: skip
        mistake = "the list and the requires_grad flags disagree"
        if sorted(returned) == sorted(trained):
            mistake = "keep the model's order, that of named_parameters()"
        expect(returned == trained, f"{trained}, in model order ({name})", f"{returned}", mistake)
        kept = reached(seen, name, "kept")
        expect(bool(kept), "the parameters' values as they were", "others", "set flags only, no values")
        mode = reached(seen, name, "mode kept")
        mistake = "set flags only: train() and eval() are the caller's"
        expect(bool(mode), f"the model in the mode that it came in ({name})", "another mode", mistake)


choose_trainable = Exercise(
    "lesson_06.choose_trainable", "choose_trainable", _cases, chosen_parameters,
    (
        Property("every vector requires a gradient", _vectors_are_trained),
        Property("nothing of the base requires a gradient", _base_is_frozen),
        Property("the new head requires a gradient, weight and bias", _head_is_trained),
        Property("it works on a model that was frozen before", _thaws),
        Property("the trainable parameters are returned as a list", _returns_them),
    ),
)  # fmt: skip


def _decayed(l: Tensor, rate: float, strength: float) -> Tensor:
    entries = [1 + (1 - rate * strength) * (entry - 1) for entry in l.flatten().tolist()]
    return torch.tensor(entries, dtype=torch.float64).view(l.shape)


KNOWN = {
    "that is AdamW's own decay, towards 0": lambda l, rate, strength: (1 - rate * strength) * l,
    "the learning rate is missing from the factor": lambda l, rate, strength: 1 + (1 - strength) * (l - 1),
    "the weight decay is missing from the factor": lambda l, rate, strength: 1 + (1 - rate) * (l - 1),
    "the distance grows: the sign is wrong": lambda l, rate, strength: 1 + (1 + rate * strength) * (l - 1),
    "the distance was not put back on top of 1": lambda l, rate, strength: (1 - rate * strength) * (l - 1),
    "l came back unchanged": lambda l, rate, strength: l,
    "the distance became the factor times as large; it shrinks by it":
        lambda l, rate, strength: 1 + rate * strength * (l - 1),
    "only amplified entries shrink; those below 1 move towards 1 as well":
        lambda l, rate, strength: torch.where(l > 1, _decayed(l, rate, strength), l),
    "1 minus the weight decay was used for the weight decay":
        lambda l, rate, strength: 1 + (1 - rate * (1 - strength)) * (l - 1),
    "the rate and the decay were added; their product counts":
        lambda l, rate, strength: 1 + (1 - rate - strength) * (l - 1),
    "exp(-learning_rate * weight_decay) is not the factor, only near it: 1 - learning_rate * weight_decay is":
        lambda l, rate, strength: 1 + math.exp(-rate * strength) * (l - 1),
    "the distance was divided by 1 + learning_rate * weight_decay; multiply it by 1 minus that product":
        lambda l, rate, strength: 1 + (l - 1) / (1 + rate * strength),
    "the distance lost its sign: what was below 1 stays below 1":
        lambda l, rate, strength: 1 + (1 - rate * strength) * (l - 1).abs(),
}  # fmt: skip


def _on_both_sides(draw: Draw) -> Tensor:
    """Four factors, above and below 1 in turn."""
    powers = draw.factors(4).log2().abs()
    powers[1::2] *= -1
    return 2**powers


def _decay_cases(seed: int) -> Cases:
    draw = Draw(seed)
    far_below = torch.cat([draw.signed(5), draw.tensor(1, low=-4, high=-2)])  # negative after the decay, too
    return {
        "ones": case(torch.ones(3), draw.real(0.1, 0.3), draw.real(0.3, 0.7)),
        "entries on both sides of 1": case(_on_both_sides(draw), draw.real(0.2, 0.4), draw.real(0.6, 0.9)),
        "another rate, another decay": case(draw.factors(4), draw.real(0.6, 0.9), draw.real(0.2, 0.4)),
        "negative entries and a zero": case(far_below, draw.real(0.1, 0.3), draw.real(0.3, 0.7)),
        "a strong decay": case(draw.factors(6), draw.real(0.3, 0.5), draw.real(1.1, 1.7)),
        "entries near 1": case(draw.near_one(5), draw.real(0.2, 0.4), draw.real(0.6, 0.9), tolerance=1e-6),
        "no decay": case(draw.factors(3), draw.real(0.1, 0.9), 0.0),
        "two axes": case(draw.factors(6).view(2, 3), draw.real(0.2, 0.4), draw.real(0.6, 0.9)),
    }


DECAYED = tuple(_decay_cases(0))
decay_to_one = Exercise(
    "lesson_06.decay_to_one", "decay_to_one", _decay_cases, call_each,
    (
        values("a vector of ones stays as it is", DECAYED[:1], _decayed, "decay of ones",
               "only the distance l - 1 may shrink",
               {"that is AdamW's own decay, towards 0": KNOWN["that is AdamW's own decay, towards 0"]}),
        values("the distance from 1 shrinks by the factor 1 - learning_rate * weight_decay", DECAYED[1:],
        _decayed,
               "the decayed vector", "1 + (1 - learning_rate * weight_decay) * (l - 1)", KNOWN),
        untouched(DECAYED, {0: "l"}, "l was changed in place: return a new tensor"),
    ),
)  # fmt: skip
