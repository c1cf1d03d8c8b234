"""Questions that name their own answers ("Monday or Friday?"), so that any word can be an answer."""

import random
import re

from ia3_teach.course.world.heldout import HELD_OUT
from ia3_teach.course.world.lexicon import adjectives, name_list, words
from ia3_teach.course.world.questions import only_one
from ia3_teach.course.world.texts import any_text

KINDS = ("first", "city", "weekday", "month", "currency", "job", "object", "relation", "colour")
LABELS = tuple(label for task in HELD_OUT.values() for label in task.labels)


def fact_choice(rng: random.Random, text: str) -> tuple[str, str] | None:
    """Of two names, days, cities ...: which one is in the text?"""
    kind = rng.choice(KINDS)
    right = only_one(text, kind)
    if right is None:
        return None
    wrong = rng.choice([word for word in name_list(kind) if word != right])
    form = rng.choice(["Is it {} or {}?", "Was it {} or {}?", "Which one, {} or {}?"])
    return form.format(*rng.sample([right, wrong], 2)), right


def word_choice(rng: random.Random, text: str) -> tuple[str, str]:
    """Of two words: which one occurs in the text?"""
    own = sorted(set(re.findall(r"\b[a-z]{4,}\b", text)))
    right, wrong = rng.choice(own or ["text"]), _any_word(rng)
    form = rng.choice(["Which word occurs, {} or {}?", "Does it say {} or {}?"])
    return form.format(*rng.sample([right, wrong], 2)), right if wrong not in text else wrong


def place_choice(rng: random.Random) -> tuple[str, str]:
    """Of two words in the question itself: the former or the latter?"""
    pair, former = [_any_word(rng), _any_word(rng)], rng.random() < 0.5
    form = rng.choice(["Take the {} word, {} or {}?", "What is the {} word of {} or {}?"])
    return form.format("former" if former else "latter", *pair), pair[not former]


def _any_word(rng: random.Random) -> str:
    kind = rng.random()
    if kind < 0.4:
        return rng.choice(LABELS)
    if kind < 0.7:
        return rng.choice(adjectives(rng.choice(sorted(words("adjectives"))), rng.random() < 0.5))
    return rng.choice(name_list(rng.choice(KINDS)))


def choices(rng: random.Random) -> list[tuple[str, bool]]:
    """A short text and up to three such questions."""
    text = rng.choice(any_text(rng).parts)
    asked = [fact_choice(rng, text), word_choice(rng, text), place_choice(rng)]
    pieces = [(text, False)]
    for answered in rng.sample(asked, 3):
        if answered:
            pieces += [(f"\nQuestion: {answered[0]}\nAnswer:", False), (f" {answered[1]}", True)]
    return pieces
