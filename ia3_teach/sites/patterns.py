"""Patterns of module paths: words matched on dot boundaries from the end of the path, or regular expressions.

A word such as "attention.key" is a `str`; a regular expression is a compiled one, `re.compile(...)`, and has
to match the whole path, as PEFT's do. So no text is ever taken for the other kind.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches
from fnmatch import fnmatchcase

from ia3_teach.wording import brief, listed, short

Pattern = str | re.Pattern
MOST_LETTERS = 300  # of a name that is compared with others


def matches(path: str, pattern: Pattern) -> bool:
    """Whether the last segments of `path` are those of `pattern`; a `*` never reaches over a dot.

    A compiled expression must match the whole path instead.

    >>> matches("encoder.layer.0.output.dense", "layer.*.output.dense")
    True
    >>> matches("encoder.layer.0.attention.output.dense", "layer.*.output.dense")
    False
    >>> matches("mlp.c_proj", "proj")
    False
    >>> matches("h.11.mlp.c_proj", re.compile(r".*\\.1.*c_proj"))
    True
    """
    if isinstance(pattern, re.Pattern):
        return pattern.fullmatch(path) is not None
    segments, wanted = path.split("."), pattern.split(".")
    tail = segments[-len(wanted) :]
    return len(tail) == len(wanted) and all(map(fnmatchcase, tail, wanted))


def match_all(paths: Sequence[str], patterns: Sequence[Pattern]) -> dict[str, Pattern]:
    """Return {path: the pattern it matches} in the order of `paths`.

    Raises ValueError for a pattern that matches nothing (with the names that came near) and for a path
    that two patterns match.
    """
    hits = {pattern: set(hits_of(pattern, paths)) for pattern in patterns}
    for pattern, found in hits.items():
        if not found:
            raise ValueError(short(no_match(pattern, paths), 590))
    chosen: dict[str, Pattern] = {}
    for path in paths:
        mine = [pattern for pattern in patterns if path in hits[pattern]]
        if len(mine) > 1:
            names = ", ".join(map(text_of, mine))
            raise ValueError(
                f"{short(path)} is matched by {len(mine)} patterns: {short(names)}; keep one of them"
            )
        if mine:
            chosen[path] = mine[0]
    return chosen


def hits_of(pattern: Pattern, paths: Sequence[str]) -> list[str]:
    """The paths that a pattern matches; a full path names just that module."""
    if pattern in paths:
        return [pattern]
    end = plain_end(pattern)  # tells nearly all paths apart, in a tenth of the time
    return [path for path in paths if path.endswith(end) and matches(path, pattern)]


def plain_end(pattern: Pattern) -> str:
    """The letters after a pattern's last wildcard, in which every path that it matches ends.

    >>> plain_end("layer.*.output.dense"), plain_end("k[0-9]"), plain_end(re.compile("k"))
    ('.output.dense', '', '')
    """
    return "" if isinstance(pattern, re.Pattern) else re.split(r"[*?\[\]]", pattern)[-1]


def no_match(pattern: Pattern, paths: Sequence[str]) -> str:
    """The error for a pattern without a match."""
    return f"pattern {brief(text_of(pattern))} matches no Linear layer of this model; {near(pattern, paths)}"


def near(pattern: Pattern, paths: Sequence[str]) -> str:
    """The endings of paths that are spelled like a pattern."""
    endings = sorted({".".join(path.split(".")[-n:]) for path in paths for n in (1, 2, 3)})
    wanted = short(text_of(pattern))  # to compare megabytes takes minutes
    alike = get_close_matches(wanted, [ending for ending in endings if len(ending) < MOST_LETTERS], 4, 0.5)
    if alike:
        return f"near misses: {listed(alike, 4, limit=250)}"
    return f"Linear layers: {listed(endings, 12, limit=250)}"


def text_of(pattern: Pattern) -> str:
    """A pattern as it was written."""
    return pattern.pattern if isinstance(pattern, re.Pattern) else pattern
