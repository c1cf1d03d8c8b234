"""How an error shows what was found: briefly, however long it is."""

from __future__ import annotations

from collections.abc import Collection

LONGEST = 100


def brief(found: object, limit: int = LONGEST) -> str:
    """The object as it is written in Python, with dots for the middle where it is long.

    >>> brief("a" * 300, limit=12)
    "'aaa ... aa'"
    """
    if isinstance(found, str) and len(found) > 4 * limit:  # do not escape megabytes to show a hundred letters
        found = f"{found[: 2 * limit]}{found[-2 * limit :]}"
    text = repr(found)
    if len(text) <= limit:
        return text
    start = (limit - 4) // 2
    return f"{text[:start]} ... {text[start + 5 - limit :]}"


def listed(names: Collection[object], most: int = 3) -> str:
    """The first few of many names, and how many more there are.

    >>> listed(["a", "b", "c", "d", "e"], most=2)
    'a, b and 3 more'
    """
    shown = [brief(name)[1:-1] if isinstance(name, str) else brief(name) for name in list(names)[:most]]
    more = [f"{len(names) - most} more"] if len(names) > most else []
    return " and ".join([", ".join(shown), *more])
