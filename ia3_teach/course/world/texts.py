"""Whole texts of the world: reviews, notes and messages."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from ia3_teach.course.world.clauses import Judgement, contrast, judge
from ia3_teach.course.world.grammar import drawn, tidy
from ia3_teach.course.world.lexicon import words
from ia3_teach.course.world.scene import Scene


@dataclass
class Text:
    """A text with what is known about it."""

    scene: Scene
    side: str = "train"
    parts: list[str] = field(default_factory=list)
    judgements: list[Judgement] = field(default_factory=list)

    def __str__(self) -> str:
        return " ".join(self.parts)

    def add(self, phrases: str) -> None:
        """Append a sentence from a list of phrases."""
        self.add_one_of(words("phrases")[phrases])

    def add_detail(self) -> None:
        """Append a neutral sentence of the scene's domain."""
        self.add_one_of(self.scene.facts["details"])

    def add_one_of(self, templates: list[str]) -> None:
        """Append a sentence made from one of the templates, unless it was said before."""
        named = "place" in self.scene and self.scene["place"] in str(self)

        def make() -> str:
            sentence = self.scene.fill(self.scene.rng.choice(templates))
            return self.scene.later(sentence) if named else sentence

        self.add_drawn(make)

    def add_drawn(self, make: Callable[[], str]) -> None:
        """Append what `make` says once it lies on this text's side; failed tries leave no trace."""
        known = dict(self.scene)

        def fresh() -> str:
            self.scene.clear()
            self.scene.update(known)
            return make()

        sentence = drawn(fresh, self.side)
        if sentence not in self.parts:
            self.parts.append(sentence)

    def add_judgement(self, good: bool, mixed: bool, general: float = 0.25) -> None:
        """Append an opinion, with (mixed) or without a concession, in general words or special ones."""
        kept: list[Judgement] = []

        def make() -> str:
            if mixed:
                text, kept[:] = contrast(self.scene, good, general)
                return text
            kept[:] = [judge(self.scene, good, general=general)]
            return kept[0].clause + "."

        self.add_drawn(make)
        self.judgements += kept

    def add_registered(self, register: str) -> None:
        """Append an opinion in formal or casual words."""
        good = self.scene.rng.random() < 0.5

        def make() -> str:
            self.scene["clause"] = judge(self.scene, good, impersonal=True).clause
            return self.scene.pick(register)

        self.add_drawn(make)

    def add_quoting(self, register: str, quoted: str) -> None:
        """Append a sentence in one register that quotes another."""

        def make() -> str:
            self.scene["clause"] = judge(self.scene, True, impersonal=True).clause
            self.scene["quote"] = tidy(self.scene.pick(quoted)).rstrip(".!?")
            return self.scene.pick(f"{register}_quoting")

        self.add_drawn(make)


def review(rng: random.Random, side: str = "train", length: int = 4) -> Text:
    """A review: an opening, opinions, a price or a detail, and a verdict that agrees."""
    text = Text(Scene(rng), side)
    good = rng.random() < 0.5
    if rng.random() < 0.6:
        text.add("opening")
    for _ in range(length - 2):
        if rng.random() < 0.6:
            text.add_judgement(good, mixed=rng.random() < 0.4)
        elif rng.random() < 0.5 or "price" in text.scene:
            text.add_detail()
        else:
            text.add(rng.choice(["price_plain", "price_bad", "price_good"]))
    if not text.parts or rng.random() < 0.7:
        text.add("verdict_good" if good else "verdict_bad")
    return text


def note(rng: random.Random, side: str = "train") -> Text:
    """A note: small news about people, plans and places."""
    text = Text(Scene(rng), side)
    for _ in range(rng.randint(1, 3)):
        kind = rng.choice(["chat", "chat", "chat", "done", "planned", "detail"])
        text.add_detail() if kind == "detail" else text.add(kind)
        if kind in ("done", "planned"):
            break
    return text


def message(rng: random.Random, side: str = "train") -> Text:
    """A message in one register: greeting, one or two sentences."""
    text = Text(Scene(rng), side)
    register = rng.choice(["formal", "casual"])
    if rng.random() < 0.5:
        text.add(f"{register}_greeting")
    text.add_registered(register)
    if rng.random() < 0.6:
        text.add(f"{register}_request")
    return text


def any_text(rng: random.Random) -> Text:
    """A review, a note or a message, with reviews most often."""
    kind = rng.random()
    if kind < 0.55:
        return review(rng, length=rng.randint(2, 5))
    return note(rng) if kind < 0.8 else message(rng)
