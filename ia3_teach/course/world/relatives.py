"""Questions about a whole text: would they recommend it, did a person like it, do both share a topic.

They are relatives of the held-out tasks: other questions, other answers.
"""

import random

from ia3_teach.course.world.heldout import same_topic, sentiment, who_liked
from ia3_teach.course.world.lexicon import name_list, words
from ia3_teach.course.world.questions import Answered

Piece = tuple[str, bool]
RECOMMEND = ("Would they recommend it?", "Should others try it?", "Do they advise it?")


def recommended(rng: random.Random) -> list[Piece]:
    """A short review: would the writer recommend it?"""
    good = rng.random() < 0.5
    text = sentiment(rng, int(good), "train").text
    return asked(text, [(rng.choice(RECOMMEND), "yes" if good else "no")])


def liked_by(rng: random.Random) -> list[Piece]:
    """Two people and one thing: did this one like it? Asked about both."""
    second = rng.random() < 0.5
    text = who_liked(rng, int(second), "train").text
    found = [word.strip(",.") for word in text.split() if word.strip(",.") in name_list("first")]
    answers = ("no", "yes") if second else ("yes", "no")
    questions = [(f"Did {name} like it?", answer) for name, answer in zip(found[:2], answers, strict=True)]
    return asked(text, rng.sample(questions, 2))


def both_about(rng: random.Random) -> list[Piece]:
    """Two notes: are both about a topic that is named in the question?"""
    same = rng.random() < 0.5
    text, domain = same_topic_of(rng, same)
    return asked(text, [(f"Are both about {domain}?", "yes" if same else "no")])


def same_topic_of(rng: random.Random, same: bool) -> tuple[str, str]:
    """A pair of notes and the topic of the first one."""
    domain = rng.choice(sorted(words("domains")))
    return same_topic(rng, int(same), "train", domain).text, domain


def asked(text: str, questions: list[Answered]) -> list[Piece]:
    """The text and its questions with their answers."""
    pieces: list[Piece] = [(text, False)]
    for question, answer in questions:
        pieces += [(f"\nQuestion: {question}\nAnswer:", False), (f" {answer}", True)]
    return pieces


def overall(rng: random.Random) -> list[Piece]:
    """One document of the last stage."""
    return rng.choice([recommended, recommended, liked_by, both_about])(rng)
