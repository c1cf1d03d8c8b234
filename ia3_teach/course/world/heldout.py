"""The held-out tasks: never asked in pretraining, only in the lessons."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ia3_teach.course.world.clauses import judging_slots
from ia3_teach.course.world.grammar import denies
from ia3_teach.course.world.lexicon import name_list, words
from ia3_teach.course.world.scene import Scene
from ia3_teach.course.world.texts import Text

GENERAL = 0.85  # most opinions of the tasks use general words, which the corpus has often


class Made(NamedTuple):
    """A text, what makes it easy or hard, and the scene it (or its second note) was written from."""

    text: str
    kind: str
    scene: Scene


@dataclass(frozen=True)
class HeldOut:
    """A task: its labels (the answer words), its question, and a maker of texts per label."""

    labels: tuple[str, str]
    question: str
    make: Callable[[random.Random, int, str], Made]


def sentiment(rng: random.Random, label: int, side: str) -> Made:
    """A short review; the main clause, or the verdict, decides (concession, plain or negated, verdict)."""
    text, good = Text(Scene(rng), side), label == 1
    form = rng.random()
    if form < 0.2:
        text.add("opening")
    if form < 0.4:
        text.add_judgement(good, mixed=True, general=GENERAL)
    elif form < 0.8:
        text.add_judgement(good, mixed=False, general=GENERAL)
    else:
        text.add("opening")
        text.add("verdict_good" if good else "verdict_bad")
    if form >= 0.4:
        return Made(str(text), plain_or_negated(text) if form < 0.8 else "verdict", text.scene)
    return Made(str(text), "concession", text.scene)


def which_note(rng: random.Random, label: int, side: str) -> Made:
    """Two notes, one of them about food: the first or the second.

    Kinds: both are opinions, both are news, or mixed.
    """
    domains = ["food", rng.choice([name for name in sorted(words("domains")) if name != "food"])]
    return two_notes(rng, side, domains[::-1] if label == 1 else domains)


def two_notes(rng: random.Random, side: str, domains: Sequence[str]) -> Made:
    """Two notes about the given topics, each an opinion or news."""
    notes, opinions = [], 0
    for domain in domains:
        text = Text(Scene(rng, domain), side)
        kind = rng.random()
        if kind < 0.3:
            text.add_detail()
        elif kind < 0.5:
            text.add("opening")
        else:
            text.add_judgement(rng.random() < 0.5, mixed=False, general=GENERAL)
            opinions += 1
        notes.append(str(text))
    kind = ("news", "mixed", "opinions")[opinions]
    return Made(f"First note: {notes[0]} Second note: {notes[1]}", kind, text.scene)


def price_complaint(rng: random.Random, label: int, side: str) -> Made:
    """A price that the writer minds, or does not; other complaints do not count.

    Kinds: bare (a price without a word on it), negated, plain, opposed (another opinion goes against it).
    """
    text = Text(Scene(rng), side)
    kind = "price_bad" if label == 1 else rng.choice(["price_good", "price_good", "price_plain"])
    before = rng.random() < 0.5
    if not before:
        text.add(kind)
    if rng.random() < 0.7:
        text.add_judgement(rng.random() < 0.5, mixed=False, general=GENERAL)
    if before:
        text.add(kind)
    if kind == "price_plain":
        return Made(str(text), "bare", text.scene)
    opposed = any(judged.good == (kind == "price_bad") for judged in text.judgements)
    negated = denies(text.parts[-1 if before else 0])
    return Made(str(text), "negated" if negated else "opposed" if opposed else "plain", text.scene)


def formality(rng: random.Random, label: int, side: str) -> Made:
    """An opinion in casual or formal words, some of which quote the other; the writer counts.

    Kinds: quoted, request, plain.
    """
    text, registers = Text(Scene(rng), side), ("casual", "formal")
    register = registers[label]
    form = rng.random()
    if form < 0.4:
        text.add_quoting(register, registers[1 - label])
        return Made(str(text), "quoted", text.scene)
    if form < 0.6:
        text.add(f"{register}_request")
        return Made(str(text), "request", text.scene)
    text.add_registered(register)
    return Made(str(text), "plain", text.scene)


def who_liked(rng: random.Random, label: int, side: str) -> Made:
    """Two people and one thing: the first or the second person is pleased (plain or negated)."""
    text = Text(Scene(rng), side)

    def make() -> str:
        slots = judging_slots(text.scene, text.scene.thing(), GENERAL)
        names = rng.sample(name_list("first"), 2)
        kinds = ("liked", "disliked") if label == 0 else ("disliked", "liked")
        one = rng.choice(words("phrases")[kinds[0]]).format(x=names[0], **slots)
        if rng.random() < 0.6:
            slots["np"] = "them" if slots["was"] == "were" else "it"
        two = rng.choice(words("phrases")[kinds[1]]).format(x=names[1], **slots)
        return rng.choice(words("phrases")["pair"]).format(one=one, two=two)

    text.add_drawn(make)
    return Made(str(text), plain_or_negated(text), text.scene)


def plan(rng: random.Random, label: int, side: str) -> Made:
    """A visit that has happened, or one that is still ahead; the main clause counts.

    Kinds: beside (another person's visit stands beside it), plain or negated.
    """
    text, kind = Text(Scene(rng), side), ("done", "planned")[label]
    form = rng.random()
    if form < 0.3:
        text.add_detail()
    text.add(f"{kind}_beside" if form > 0.5 else kind)
    return Made(str(text), "beside" if form > 0.5 else plain_or_negated(text), text.scene)


def plain_or_negated(text: Text) -> str:
    """The kind of a text that is hard only by a word of denial, in its last sentence."""
    return "negated" if denies(text.parts[-1]) else "plain"


HELD_OUT: dict[str, HeldOut] = {
    "sentiment": HeldOut(("negative", "positive"), "Is this review positive or negative?", sentiment),
    "which_note": HeldOut(
        ("first", "second"), "Which note is about food, the first or the second?", which_note
    ),
    "price_complaint": HeldOut(("no", "yes"), "Does the writer complain about the price?", price_complaint),
    "formality": HeldOut(("casual", "formal"), "Is this casual or formal?", formality),
    "who_liked": HeldOut(("first", "second"), "Who was pleased, the first or the second person?", who_liked),
    "plan": HeldOut(("done", "planned"), "Is the visit done or planned?", plan),
}
