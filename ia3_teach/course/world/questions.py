"""Questions about a text with a known answer: the training tasks of `tiny-bloom`.

Each function takes a text and returns (question, answer), or None where it does not apply.
The held-out tasks are elsewhere (`heldout.py`) and are never asked here.
"""

import re
from collections.abc import Callable

from ia3_teach.course.world.clauses import Judgement
from ia3_teach.course.world.grammar import denies
from ia3_teach.course.world.lexicon import adjectives, items, name_list, nouns, words
from ia3_teach.course.world.texts import Text

Answered = tuple[str, str] | None
Asker = Callable[[Text], Answered]


def only_one(text: str, kind: str) -> str | None:
    """The one word of this kind in the text; None if there is none or more than one."""
    found = set(re.findall(r"[\w']+", text)) & set(name_list(kind))
    return found.pop() if len(found) == 1 else None


def reading(kind: str, *questions: str) -> Asker:
    """A question whose answer is the only word of one kind in the text."""

    def ask(text: Text) -> Answered:
        answer = only_one(str(text), kind)
        return (text.scene.rng.choice(questions), answer) if answer else None

    return ask


def topic(text: Text) -> Answered:
    """What is it about, of two topics?"""
    rng, right = text.scene.rng, text.scene.domain
    if not text.judgements and "visited" not in text.scene:
        return None
    wrong = rng.choice([name for name in sorted(words("domains")) if name != right])
    pair = rng.sample([right, wrong], 2)
    form = rng.choice(["Is this about {} or {}?", "Which topic, {} or {}?"])
    return rng.choice([form.format(*pair), "What is this about?"]), right


def price(text: Text) -> Answered:
    """What did it cost?"""
    found = re.findall(r"\b\d+\b", str(text))
    asked = text.scene.rng.choice(["How much was it?", "What was the price?"])
    return (asked, found[0]) if len(found) == 1 else None


def _judged(text: Text) -> Judgement | None:
    return text.scene.rng.choice(text.judgements) if text.judgements else None


def opinion(text: Text, judged: Judgement | None = None) -> Answered:
    """Was one thing in the text (the given one, or a random one) praised?"""
    judged = judged or _judged(text)
    if judged is None:
        return None
    forms = ["Did they like the {}?", "Is the opinion of the {} kind?", "Was the {} praised?"]
    return text.scene.rng.choice(forms).format(judged.noun), "yes" if judged.good else "no"


def praised(text: Text) -> Answered:
    """Which thing was praised (or blamed)?"""
    good = text.scene.rng.random() < 0.5
    found = {judged.noun for judged in text.judgements if judged.good == good}
    if len(found) != 1:
        return None
    return ("What was praised?" if good else "What was criticised?"), found.pop()


def _adjective(judged: Judgement) -> str | None:
    known = {
        word for good in (True, False) for group in (judged.group, "any") for word in adjectives(group, good)
    }
    found = [word for word in re.findall(r"\w+", judged.clause) if word in known]
    return found[0] if len(found) == 1 else None


def described(text: Text) -> Answered:
    """Which adjective goes with a thing?"""
    judged = _judged(text)
    adjective = _adjective(judged) if judged else None
    return (f"Which word is used for the {judged.noun}?", adjective) if adjective else None


def denied(text: Text) -> Answered:
    """Is what is said about a thing a denial?"""
    judged = _judged(text)
    if judged is None:
        return None
    answer = "yes" if denies(judged.clause) else "no"
    return f"Does the part about the {judged.noun} contain a negation?", answer


def mentioned(text: Text) -> Answered:
    """Is a thing of this domain mentioned at all?"""
    rng = text.scene.rng
    noun = rng.choice([thing[0] for thing in nouns(text.scene.domain)])
    judged = _judged(text)
    if judged and rng.random() < 0.5:
        noun = judged.noun
    answer = "yes" if f" {noun}" in str(text).lower() else "no"
    return rng.choice(["Is there a word about the {}?", "Does it mention the {}?"]).format(noun), answer


def bought(text: Text) -> Answered:
    """Which item has the price?"""
    found = [item for item, _, _ in items(text.scene.domain) if item in str(text)]
    return ("What has a price?", found[0]) if len(found) == 1 else None


def ending(text: Text) -> Answered:
    """Does this ending go with the text? (asked about whole reviews)"""
    if not text.judgements:
        return None
    good = text.judgements[0].good
    fits = text.scene.rng.random() < 0.5
    final = Text(text.scene)
    final.add("verdict_good" if good == fits else "verdict_bad")
    return f"Can it end with this: {final}", "yes" if fits else "no"


def first_word(text: Text) -> Answered:
    """What is the first word?"""
    return "What is the first word?", str(text).split()[0].strip(",.!?")


ASKERS: dict[str, Asker] = {
    "topic": topic,
    "city": reading("city", "Which city is named?", "What is the city?"),
    "person": reading("first", "Who is named?", "Which person is it about?"),
    "weekday": reading("weekday", "On which day?", "Which day of the week?"),
    "month": reading("month", "In which month?", "What month is it?"),
    "relation": reading("relation", "Which relative is named?", "Who of the family?"),
    "job": reading("job", "Which job is named?", "What is the profession?"),
    "object": reading("object", "Which object is named?", "What thing is it?"),
    "price": price,
    "currency": reading("currency", "In which currency?", "Which money is used?"),
    "item": bought,
    "opinion": opinion,
    "praised": praised,
    "described": described,
    "denied": denied,
    "mentioned": mentioned,
    "ending": ending,
    "first_word": first_word,
}
