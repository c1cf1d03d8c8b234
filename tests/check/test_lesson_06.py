"""The checks of lesson 06 accept the reference and name every known wrong answer."""

import math

import torch
from torch import nn
from torch.nn import functional

from ia3_teach.check import lesson_06
from ia3_teach.check.mutants import assert_rejects


def is_vector(name: str) -> bool:
    return name.rpartition(".")[2] in ("l_k", "l_v", "l_ff")


def is_new(name: str) -> bool:
    return is_vector(name) or name.startswith("classifier.")


def chooser(wanted, thaw: bool = True, names: bool = False):
    """An answer that trains the parameters whose names are `wanted`."""

    def choose(model: nn.Module) -> list:
        for name, parameter in model.named_parameters():
            parameter.requires_grad_(wanted(name) if thaw else wanted(name) and parameter.requires_grad)
        return [name if names else p for name, p in model.named_parameters() if p.requires_grad]

    return choose


def test_choose_trainable_rejects_every_known_wrong_answer() -> None:
    assert_rejects(
        lesson_06.choose_trainable,
        reference=chooser(is_new),
        mutants={
            "trains the base": (chooser(lambda name: True), "left trainable"),
            "freezes l too": (chooser(lambda name: name.startswith("classifier")), "frozen with the base"),
            "forgets the head": (chooser(is_vector), "frozen, it stays so"),
            "looks anywhere in the name": (
                chooser(lambda name: "l_" in name or name.startswith("classifier")), "LAST part",
            ),
            "does not thaw": (chooser(is_new, thaw=False), "not only to False"),
            "switches to training": (lambda m: chooser(is_new)(m.train()), "the caller's"),
            "returns names": (chooser(is_new, names=True), "not their names"),
            "returns everything": (
                lambda model: [chooser(is_new)(model), list(model.parameters())][1], "disagree",
            ),
        },
    )  # fmt: skip


def step(model, batch, parameters, learning_rate, mutant: str = "") -> float:
    """The reference; `mutant` changes one thing."""
    parameters = list(model.parameters()) if mutant == "updates the base" else parameters
    if mutant in ("eval", "train"):
        model.train(mutant == "train")
    if mutant == "updates before backward":
        update(parameters, learning_rate)
    mask = batch["attention_mask"]
    logits = model(
        input_ids=batch["input_ids"],
        attention_mask=torch.ones_like(mask) if mutant == "forgets the mask" else mask,
    ).logits
    loss = functional.cross_entropy(
        logits, batch["labels"], reduction="sum" if mutant == "sums the rows" else "mean"
    )
    if mutant != "forgets zero_grad":
        for parameter in model.parameters():
            parameter.grad = None
    loss.backward()
    rates = {"updates before backward": 0, "climbs": -learning_rate, "no rate": 1, "no update": 0}
    update(parameters, rates.get(mutant, learning_rate))
    return loss if mutant == "returns a tensor" else loss.item()


@torch.no_grad()
def update(parameters, learning_rate: float) -> None:
    for parameter in parameters:
        if parameter.grad is not None:
            parameter -= learning_rate * parameter.grad


def mutated(name: str):
    return lambda *arguments: step(*arguments, mutant=name)


def test_training_step_rejects_every_known_wrong_answer() -> None:
    messages = {
        "forgets zero_grad": "clear the old gradients",
        "updates before backward": "before backward()",
        "updates the base": "`parameters` alone",
        "climbs": "uphill",
        "no rate": "learning rate was ignored",
        "no update": "nothing moved",
        "forgets the mask": "the padding counts",
        "sums the rows": "take their mean",
        "returns a tensor": "whole graph",
        "eval": "eval() is the caller's choice",
        "train": "train() is the caller's choice",
    }
    assert_rejects(
        lesson_06.training_step,
        reference=step,
        mutants={name: (mutated(name), text) for name, text in messages.items()},
    )


def in_place(l, rate, strength):
    l -= rate * strength * (l - 1)
    return l


def test_decay_to_one_rejects_every_known_wrong_answer() -> None:
    assert_rejects(
        lesson_06.decay_to_one,
        reference=lambda l, rate, strength: l - rate * strength * (l - 1),
        mutants={
            "towards 0": (lambda l, rate, strength: l - rate * strength * l, "towards 0"),
            "no learning rate": (lambda l, rate, strength: l - strength * (l - 1), "missing from the factor"),
            "wrong sign": (lambda l, rate, strength: l + rate * strength * (l - 1), "the distance grows"),
            "exp": (lambda l, rate, strength: 1 + math.exp(-rate * strength) * (l - 1), "not the factor"),
            "divided": (lambda l, rate, strength: 1 + (l - 1) / (1 + rate * strength), "was divided"),
            "no sign": (lambda l, rate, strength: 1 + (1 - rate * strength) * (l - 1).abs(), "lost its sign"),
            "nothing": (lambda l, rate, strength: l.clone(), "unchanged"),
            "in place": (in_place, "in place"),
        },
    )


def test_entries_on_both_sides_of_1_are_drawn_as_that_whatever_the_seed() -> None:
    for seed in range(200):
        l = lesson_06.decay_to_one.cases(seed)["entries on both sides of 1"]["arguments"][0]
        assert (l > 1.1).sum() == (l < 0.9).sum() == 2
