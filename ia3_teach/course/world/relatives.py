"""Relatives of the held-out tasks: other questions, with other answers, that need the same understanding.

Each maker draws a text as the held-out task does, on the train side, and asks about it. Formality has no
relative: what a letter is, is plain from the documents alone.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

from ia3_teach.course.world.heldout import plan, price_complaint, sentiment, two_notes, who_liked
from ia3_teach.course.world.lexicon import name_list, words

Answered = tuple[str, str]  # a question, and its answer
Piece = tuple[str, bool]  # some text, and whether it is an answer


@dataclass(frozen=True)
class Asked:
    """A text, the questions about it, and the word that says most of it."""

    text: str
    questions: tuple[Answered, ...]
    word: str


def whether(rng: random.Random, form: str, yes: str, no: str, truth: bool) -> Answered:
    """A question that names its two answers, in either order."""
    return form.format(*rng.sample([yes, no], 2)), yes if truth else no


def recommended(rng: random.Random) -> Asked:
    """A short review: would the writer recommend it?"""
    good = rng.random() < 0.5
    ask = rng.choice(["Would they recommend it?", "Should others try it?", "Do they advise it?"])
    questions = (
        (ask, "yes" if good else "no"),
        whether(rng, "All in all, was it {} or {}?", "great", "awful", good),
        whether(rng, "How many stars, {} or {}?", "five", "one", good),
    )
    return Asked(sentiment(rng, int(good), "train").text, questions, questions[1][1])


def liked_by(rng: random.Random) -> Asked:
    """Two people and one thing: did this one like it, and who did?"""
    second = rng.random() < 0.5
    text = who_liked(rng, int(second), "train").text
    one, two = [name for word in text.split() if (name := word.strip(",.")) in name_list("first")][:2]
    happy, other = (two, one) if second else (one, two)
    order = whether(rng, "Is the praise {} or {} the blame?", "after", "before", second)
    likes = ((f"Did {happy} like it?", "yes"), (f"Did {other} like it?", "no"))
    names = (("Who liked it?", happy), ("Who did not like it?", other))
    return Asked(text, (*likes, *names, order), order[1])


def priced(rng: random.Random) -> Asked:
    """A price: cheap, expensive, or neither."""
    minded = rng.random() < 0.5
    made = price_complaint(rng, int(minded), "train")
    word = "neither" if made.kind == "bare" else "expensive" if minded else "cheap"
    listed = rng.sample(["cheap", "expensive"], 2)
    questions = [(f"Is it called {listed[0]}, {listed[1]} or neither?", word)]
    if word != "neither":
        questions += [("Is it worth the money?", "no" if minded else "yes")]
        questions += [whether(rng, "Would they pay it {} or {}?", "never", "again", minded)]
    return Asked(made.text, tuple(questions), word)


def visited(rng: random.Random) -> Asked:
    """A visit: does it lie behind or before them, and who was there?"""
    ahead = rng.random() < 0.5
    made = plan(rng, int(ahead), "train")
    main = whether(rng, "Is it {} or {} them?", "before", "behind", ahead)
    here, other = made.scene["friend"], made.scene.get("friend2", "")
    questions = [main, (f"Was {here} there?", "no" if ahead else "yes")]
    if made.kind == "beside" and here == other:  # the text speaks of two people with one name
        return Asked(made.text, (main,), main[1])
    if made.kind == "beside":
        questions += [(f"Was {other} there?", "yes" if ahead else "no")]
        went, waits = (other, here) if ahead else (here, other)
        questions += [("Who went there?", went), ("Who still has to go?", waits)]
    return Asked(made.text, tuple(questions), main[1])


def about(rng: random.Random) -> Asked:
    """Two notes: what is each about, and which is about this?"""
    topics = sorted(words("domains"))
    one, two = rng.sample(topics, 2)
    former = rng.random() < 0.5
    form = f"Is the {one if former else two} in the {{}} or the {{}} one?"
    which = whether(rng, form, "former", "latter", former)
    each = (("What is the first one about?", one), ("What is the other one about?", two))
    return Asked(two_notes(rng, "train", (one, two)).text, (which, *each), one)


RELATIVES: dict[str, Callable[[random.Random], Asked]] = {
    "sentiment": recommended,
    "who_liked": liked_by,
    "price_complaint": priced,
    "plan": visited,
    "which_note": about,
}
SLOW = ("sentiment", "who_liked")  # learned slowly, so asked more often


def any_relative(rng: random.Random) -> Asked:
    """One of them, those that are learned slowly more often."""
    return RELATIVES[rng.choice((*RELATIVES, *SLOW))](rng)


def relative(rng: random.Random) -> list[Piece]:
    """A text with one question or two, and the answers."""
    asked = any_relative(rng)
    return pieces(asked.text, rng.sample(asked.questions, min(len(asked.questions), rng.randint(1, 2))))


def pieces(text: str, questions: list[Answered]) -> list[Piece]:
    """The text and its questions with their answers."""
    found: list[Piece] = [(text, False)]
    for question, answer in questions:
        found += [(f"\nQuestion: {question}\nAnswer:", False), (f" {answer}", True)]
    return found
