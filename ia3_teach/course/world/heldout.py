"""The held-out tasks: never asked in pretraining, only in the lessons."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from ia3_teach.course.world.clauses import judging_slots
from ia3_teach.course.world.lexicon import name_list, words
from ia3_teach.course.world.scene import Scene
from ia3_teach.course.world.texts import Text

GENERAL = 0.85  # most opinions of the tasks use general words, which the corpus has often


@dataclass(frozen=True)
class HeldOut:
    """A task: its labels (the answer words), its question, and a maker of texts per label."""

    labels: tuple[str, str]
    question: str
    make: Callable[[random.Random, int, str], str]


def sentiment(rng: random.Random, label: int, side: str) -> str:
    """A short review; the main clause, or the verdict, decides."""
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
    return str(text)


def same_topic(rng: random.Random, label: int, side: str, domain: str | None = None) -> str:
    """Two notes about the same topic, or about two; the first one's topic can be given."""
    first = Scene(rng, domain)
    second = Scene(rng, first.domain if label == 1 else None)
    while label == 0 and second.domain == first.domain:
        second = Scene(rng)
    notes = []
    for scene in (first, second):
        text = Text(scene, side)
        kind = rng.random()
        if kind < 0.3:
            text.add_detail()
        elif kind < 0.5:
            text.add("opening")
        else:
            text.add_judgement(rng.random() < 0.5, mixed=False, general=GENERAL)
        notes.append(str(text))
    return f"First note: {notes[0]} Second note: {notes[1]}"


def price_complaint(rng: random.Random, label: int, side: str) -> str:
    """A price that the writer minds, or does not; other complaints do not count."""
    text = Text(Scene(rng), side)
    kind = "price_bad" if label == 1 else rng.choice(["price_good", "price_good", "price_plain"])
    before = rng.random() < 0.5
    if not before:
        text.add(kind)
    if rng.random() < 0.7:
        text.add_judgement(rng.random() < 0.5, mixed=False, general=GENERAL)
    if before:
        text.add(kind)
    return str(text)


def formality(rng: random.Random, label: int, side: str) -> str:
    """An opinion in casual or formal words, some of which quote the other; the writer counts."""
    text, registers = Text(Scene(rng), side), ("casual", "formal")
    register = registers[label]
    form = rng.random()
    if form < 0.4:
        text.add_quoting(register, registers[1 - label])
    elif form < 0.6:
        text.add(f"{register}_request")
    else:
        text.add_registered(register)
    return str(text)


def who_liked(rng: random.Random, label: int, side: str) -> str:
    """Two people and one thing: the first or the second person is pleased."""
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
    return str(text)


def plan(rng: random.Random, label: int, side: str) -> str:
    """A visit that has happened, or one that is still ahead; the main clause counts."""
    text, kind = Text(Scene(rng), side), ("done", "planned")[label]
    form = rng.random()
    if form < 0.3:
        text.add_detail()
    text.add(f"{kind}_beside" if form > 0.5 else kind)
    return str(text)


HELD_OUT: dict[str, HeldOut] = {
    "sentiment": HeldOut(("negative", "positive"), "Is this review positive or negative?", sentiment),
    "same_topic": HeldOut(("no", "yes"), "Do both notes have the same topic?", same_topic),
    "price_complaint": HeldOut(("no", "yes"), "Does the writer complain about the price?", price_complaint),
    "formality": HeldOut(("casual", "formal"), "Is this casual or formal?", formality),
    "who_liked": HeldOut(("first", "second"), "Who was pleased, the first or the second person?", who_liked),
    "plan": HeldOut(("done", "planned"), "Is the visit done or planned?", plan),
}
