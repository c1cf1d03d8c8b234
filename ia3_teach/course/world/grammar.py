"""Small repairs that turn a filled template into an English sentence, and the two sides."""

import hashlib
import re
from collections.abc import Callable

from ia3_teach.wording import short

TEST_SHARE = 8  # one sentence in eight belongs to the test side
_VOWEL = re.compile(r"\b([Aa]) (?=[aeiou])(?!uni|use|one|eu)", re.IGNORECASE)
_ENDS = re.compile(r"(?<=[.!?])\s+")
_DENIALS = re.compile(r"\b(not|no|never|nobody|nothing|neither|cannot|hardly|anything but|yet to)\b", re.I)
_LABELS = re.compile(r"^(First|Second) note: ")


def tidy(text: str) -> str:
    """Mend a/an and begin with a capital letter.

    >>> tidy("we bought a apple and a used car.")
    'We bought an apple and a used car.'
    """
    text = _VOWEL.sub(lambda match: match.group(1) + "n ", text)
    return text[0].upper() + text[1:]


def sentences(text: str) -> list[str]:
    """The sentences of a text, without the labels of a pair of notes.

    >>> sentences("First note: It rained. Second note: We left!")
    ['It rained.', 'We left!']
    """
    parts = re.split(r"\n|(?=Second note: )", text)
    parts = [_LABELS.sub("", part.strip()) for part in parts]
    return [piece.strip() for part in parts for piece in _ENDS.split(part) if piece.strip()]


def denies(text: str) -> bool:
    """Whether a word of denial stands in the text.

    >>> denies("It was anything but cheap."), denies("It was cheap.")
    (True, False)
    """
    return bool(_DENIALS.search(text))


def side_of(sentence: str) -> str:
    """'test' or 'train': a property of the sentence itself, so the two can never share one."""
    digest = hashlib.sha256(sentence.lower().encode()).digest()
    return "test" if digest[0] % TEST_SHARE == 0 else "train"


def drawn(make: Callable[[], str], side: str) -> str:
    """Call `make` until all its sentences lie on the wanted side; raises ValueError after 500."""
    for _ in range(500):
        text = tidy(make())
        if all(side_of(sentence) == side for sentence in sentences(text)):
            return text
    raise ValueError(f"no sentence on the {short(side)} side in 500 tries; the template needs more slots")
