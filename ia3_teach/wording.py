"""How an error shows what was found: briefly, however long it is.

Every error has fewer than 600 characters: what comes from outside goes through one of these.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection

LONGEST = 100  # characters of what is shown as Python writes it
LONGEST_TEXT = 150  # of a text that stands as it is, such as a path
ALL_NAMES = 150  # of several names together
UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")  # Unicode's classes of signs that control, halves, and line ends
JOINERS = "\u200c\u200d"  # between letters of some scripts, and the parts of an emoji


def brief(found: object, limit: int = LONGEST) -> str:
    """The object as it is written in Python, with dots for the middle where it is long.

    >>> brief("a" * 300, limit=12)
    "'aaa ... aa'"
    """
    if isinstance(found, str) and len(found) > 4 * limit:  # do not escape megabytes to show a hundred letters
        found = f"{found[: 2 * limit]}{found[-2 * limit :]}"
    return cut(written(found, repr), limit)


def short(found: object, limit: int = LONGEST_TEXT) -> str:
    """The object as text, with dots for the middle where it is long; what cannot be seen by its number.

    >>> short("a" * 300, limit=12)
    'aaaa ... aaa'
    """
    return cut(printable(cut(written(found, str), limit)), limit)


def printable(text: str, kept: str = "\n\t") -> str:
    """The text with numbers for what cannot be seen or would act: half an emoji, colours of a terminal, ...

    So a name cannot clear the screen, or turn what stands behind it around. What joins letters stays.

    >>> print(printable("a\x1b[2J\u202eb"))
    a\\x1b[2J\\u202eb
    """
    if text.isprintable():
        return text
    kept += JOINERS
    return "".join(
        each.encode("unicode_escape").decode()
        if unicodedata.category(each) in UNSEEN and each not in kept
        else each
        for each in text
    )


def first_line(error: BaseException) -> str:
    """The first line of an error's message; nothing where it has none, or none that can be had.

    >>> first_line(ValueError("one\\ntwo"))
    'one'
    """
    lines = message(error).splitlines()
    return lines[0].rstrip() if lines else ""


def message(error: BaseException) -> str:
    """An error's whole message; nothing where it has none, or none that can be had.

    >>> message(ValueError(" one\\ntwo"))
    'one\\ntwo'
    """
    try:
        return str(error).strip()
    except BaseException:  # an error of a stranger's own may end the program when it is asked what it is
        return ""


def listed(names: Collection[object], most: int = 3, limit: int = ALL_NAMES) -> str:
    """The first few of many names, and how many more there are.

    >>> listed(["a", "b", "c", "d", "e"], most=2)
    'a, b and 3 more'
    """
    shown, left = [], limit
    for name in list(names)[:most]:
        text = brief(name, max(8, left))[1:-1] if isinstance(name, str) else brief(name, max(8, left))
        if shown and len(text) + 2 > left:
            break
        shown.append(text)
        left -= len(text) + 2
    more = [f"{len(names) - len(shown):,} more"] if len(names) > len(shown) else []
    return " and ".join([", ".join(shown), *more])


def many(number: int, word: str) -> str:
    """A number of things of one word, which has an s but for one.

    >>> many(1, "lesson"), many(0, "row"), many(1200, "row")
    ('1 lesson', '0 rows', '1,200 rows')
    """
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def with_article(noun: str) -> str:
    """The noun, or the name of a class, behind "a" or "an".

    >>> with_article("tuple"), with_article("AssertionError"), with_article("UnicodeError")
    ('a tuple', 'an AssertionError', 'a UnicodeError')
    """
    vowel = noun[:1].lower() in tuple("aeiou") and not noun.lower().startswith(("uni", "use"))
    return f"{'an' if vowel else 'a'} {noun}"


def cut(text: str, limit: int) -> str:
    """The text, or its start and end with dots between."""
    if len(text) <= limit:
        return text
    start = (limit - 4) // 2
    return f"{text[:start]} ... {text[start + 5 - limit :]}"


def written(found: object, how: type | object) -> str:
    """str(found) or repr(found); its kind where that fails, as for whole numbers of 5,000 digits."""
    try:
        return how(found)
    except Exception as error:  # a stranger's object may raise anything
        kind, wrong = (type(one).__name__[:40] for one in (found, error))
        return f"{with_article(kind)} that cannot be written out ({wrong})"
