"""The questions to a lesson, from `questions/NN.json` beside the notebooks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ia3_teach.storage.plain_files import read_json
from ia3_teach.wording import brief, short

FOLDER = "questions"
FEWEST, MOST = 3, 4
EMPHASIS = re.compile(r"\*\w[^*]*\*")  # a product in code, `y * l`, has spaces around its asterisk


@dataclass(frozen=True)
class Choice:
    """One possible answer, whether it is the right one, and why or why not."""

    text: str
    right: bool
    why: str


@dataclass(frozen=True)
class Question:
    """What is asked, and three or four choices of which one is right. Backticks in a text mark code."""

    ask: str
    choices: tuple[Choice, ...]


def questions_to(lesson: str, notebooks: Path) -> list[Question]:
    """The questions to a lesson, by the name of its file such as 02_one_vector; none where it has no file.

    Raises ValueError where the file cannot be read, or a question is not as `problem` wants it.
    """
    path = Path(notebooks) / FOLDER / f"{lesson[:2]}.json"
    if not path.exists():
        return []
    try:
        found = [question(each) for each in read_json(path)]
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f"{short(path)} holds no questions ({brief(error)}); it is a list of "
            '{"ask": ..., "choices": [{"text": ..., "right": ..., "why": ...}, ...]}'
        ) from error
    for each in found:
        if wrong := problem(each):
            raise ValueError(f"{short(path)}, {brief(each.ask)}: {short(wrong)}; mend it there")
    return found


def question(data: Any) -> Question:
    """A question from its data. Raises KeyError or TypeError for what is none."""
    choices = (Choice(str(one["text"]), bool(one["right"]), str(one["why"])) for one in data["choices"])
    return Question(str(data["ask"]), tuple(choices))


def problem(question: Question) -> str:
    """What is wrong with a question, "" where nothing is.

    >>> problem(Question("Why?", (Choice("a", True, "So."), Choice("b", False, "No."))))
    'it has 2 choices, and 3 or 4 are wanted'
    """
    texts = [one.text.strip() for one in question.choices]
    if not FEWEST <= len(texts) <= MOST:
        return f"it has {len(texts)} choices, and {FEWEST} or {MOST} are wanted"
    if sum(one.right for one in question.choices) != 1:
        return "not exactly one choice is right"
    if len(set(texts)) < len(texts):
        return "two choices are the same"
    if not all([question.ask.strip(), *texts, *(one.why.strip() for one in question.choices)]):
        return "the question, a choice or its reason is empty"
    if any(map(EMPHASIS.search, [question.ask, *texts, *(one.why for one in question.choices)])):
        return "words stand between asterisks, which a page shows as they are"
    return ""
