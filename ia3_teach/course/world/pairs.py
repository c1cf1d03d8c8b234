"""Training questions about two short texts or two words."""

import random

from ia3_teach.course.world.grammar import sentences, side_of
from ia3_teach.course.world.lexicon import adjectives, words
from ia3_teach.course.world.questions import only_one
from ia3_teach.course.world.texts import any_text


def same_fact(rng: random.Random) -> tuple[str, str]:
    """Two sentences: is the same person, city or day named?"""
    kind, name = rng.choice([("first", "person"), ("city", "city"), ("weekday", "day")])
    same = rng.random() < 0.5
    while True:
        one, two = (rng.choice(any_text(rng).parts) for _ in range(2))
        left, right = only_one(one, kind), only_one(two, kind)
        if left and right:
            two = two.replace(right, left) if same else two
            if all(side_of(sentence) == "train" for sentence in sentences(two)):
                break
    answer = "yes" if same or left == right else "no"
    question = f"Question: Do both name the same {name}?"
    return f"First note: {one} Second note: {two}\n{question}\nAnswer:", answer


def alike(rng: random.Random) -> tuple[str, str]:
    """Two adjectives of one group: do they praise alike?"""
    group = rng.choice(sorted(words("adjectives")))
    first, second = rng.random() < 0.5, rng.random() < 0.5
    one = rng.choice(adjectives(group, first))
    two = rng.choice(adjectives(group, second))
    return f"Are {one} and {two} alike?\nAnswer:", "yes" if first == second else "no"
