"""The word lists of the world, read from `data/world/*.json`."""

import json
from functools import cache
from typing import Any

from ia3_teach.course.shipped.paths import data_dir


@cache
def words(name: str) -> dict[str, Any]:
    """One word file: 'names', 'adjectives', 'domains' or 'phrases'.

    >>> words("adjectives")["dish"][0].split()[0]
    'fresh'
    """
    text = (data_dir() / "world" / f"{name}.json").read_text(encoding="utf-8")
    return json.loads(text)


@cache
def name_list(kind: str) -> tuple[str, ...]:
    """All words of one kind in names.json, for example all weekdays."""
    return tuple(words("names")[kind].split())


@cache
def adjectives(group: str, good: bool) -> tuple[str, ...]:
    """The praising (or blaming) adjectives that suit a group of nouns."""
    return tuple(words("adjectives")[group][0 if good else 1].split())


@cache
def nouns(domain: str) -> tuple[tuple[str, str, bool], ...]:
    """The things a review of this domain may judge: (noun, adjective group, plural)."""
    found = []
    for group, listed in words("domains")[domain]["nouns"].items():
        for noun in listed.split():
            found.append((noun.rstrip("*").replace("_", " "), group, noun.endswith("*")))
    return tuple(found)


@cache
def items(domain: str) -> tuple[tuple[str, int, int], ...]:
    """What one can buy: (item, lowest price, highest price)."""
    found = []
    for entry in words("domains")[domain]["items"].split():
        item, prices = entry.split(":")
        low, high = prices.split("-")
        found.append((item.replace("_", " "), int(low), int(high)))
    return tuple(found)
