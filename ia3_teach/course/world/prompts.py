"""From questions to pieces of training text: templates, several questions, examples in context."""

import random

from ia3_teach.course.world import pairs
from ia3_teach.course.world.questions import ASKERS, opinion
from ia3_teach.course.world.scene import Scene
from ia3_teach.course.world.texts import Text, any_text, review

Piece = tuple[str, bool]  # some text, and whether it is an answer
TASKS = tuple(ASKERS) + ("same_fact", "alike")
HARD = ("opinion", "praised", "ending", "mentioned", "price")  # asked more often: learned slowly
HARD_ALONE = (*HARD, "same_fact", "alike")

FRAMES = (
    "{text}\nQuestion: {question}\nAnswer:",
    "{text}\nQuestion: {question}\nAnswer:",
    "{text}\n{question}\nAnswer:",
    "Question: {question}\n{text}\nAnswer:",
    "Read this: {text} {question}",
)


def single(rng: random.Random, task: str, frame: str) -> tuple[str, str]:
    """One prompted example of a task: (prompt, answer)."""
    if task in ("same_fact", "alike"):
        return getattr(pairs, task)(rng)
    while True:
        text = any_text(rng)
        answered = ASKERS[task](text)
        if answered and len(str(text)) < 160:
            return frame.format(text=text, question=answered[0]), answered[1]


def several(rng: random.Random) -> list[Piece]:
    """One text with up to four questions about it, each with its answer."""
    text = review(rng, length=rng.randint(2, 4)) if rng.random() < 0.5 else any_text(rng)
    pieces: list[Piece] = [(str(text), False)]
    for task in dict.fromkeys([*rng.sample(HARD, 3), *rng.sample(sorted(ASKERS), 5)]):
        answered = ASKERS[task](text)
        if answered and len(pieces) < 9:
            pieces += [(f"\nQuestion: {answered[0]}\nAnswer:", False), (f" {answered[1]}", True)]
    return pieces


def in_context(rng: random.Random) -> list[Piece]:
    """One to four examples of one task, one after the other, in one template."""
    task, frame = rng.choice(TASKS + HARD_ALONE * 3), rng.choice(FRAMES)
    pieces: list[Piece] = []
    for number in range(rng.randint(1, 4)):
        prompt, answer = single(rng, task, frame)
        pieces += [("\n" * (number > 0) + prompt, False), (f" {answer}", True)]
    return pieces


def plain(rng: random.Random) -> list[Piece]:
    """A text without questions."""
    return [(str(any_text(rng)), False)]


def document(rng: random.Random) -> list[Piece]:
    """One document of the pretraining corpus of `tiny-bloom`."""
    kind = rng.random()
    if kind < 0.3:
        return plain(rng)
    return several(rng) if kind < 0.7 else in_context(rng)


def drill(rng: random.Random) -> list[Piece]:
    """One short document, mostly about opinions, which are learned slowly."""
    kind = rng.random()
    if kind < 0.25:
        return document(rng)
    if kind < 0.4:
        return [piece for _ in range(3) for piece in _pair(rng)]
    text = Text(Scene(rng))
    text.add_judgement(rng.random() < 0.5, mixed=rng.random() < 0.4)
    pieces: list[Piece] = [(str(text), False)]
    asked = [opinion(text, judged) for judged in text.judgements]
    asked += [ASKERS[task](text) for task in ("praised", "ending", "described")]
    for answered in rng.sample(asked, len(asked)):
        if answered and rng.random() < 0.8:
            pieces += [(f"\nQuestion: {answered[0]}\nAnswer:", False), (f" {answered[1]}", True)]
    return pieces


def opinions(rng: random.Random) -> list[Piece]:
    """One document: an opinion in general words, and questions about it."""
    if rng.random() < 0.2:
        return document(rng)
    text = Text(Scene(rng))
    text.add_judgement(rng.random() < 0.5, mixed=rng.random() < 0.3, general=0.7)
    pieces: list[Piece] = [(str(text), False)]
    asked = [opinion(text, judged) for judged in text.judgements]
    asked += [ASKERS[task](text) for task in ("praised", "ending") if rng.random() < 0.3]
    for answered in rng.sample(asked, len(asked)):
        if answered:
            pieces += [(f"\nQuestion: {answered[0]}\nAnswer:", False), (f" {answered[1]}", True)]
    return pieces


def _pair(rng: random.Random) -> list[Piece]:
    prompt, answer = single(rng, rng.choice(["alike", "alike", "same_fact"]), "")
    return [(prompt, False), (f" {answer}", True), ("\n", False)]
