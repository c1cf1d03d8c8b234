"""Patterns of module paths, matched on dot boundaries from the end of the path."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from fnmatch import fnmatchcase


def matches(path: str, pattern: str) -> bool:
    """Whether the last segments of `path` are those of `pattern`; `*` stands for exactly one segment.

    >>> matches("encoder.layer.0.output.dense", "layer.*.output.dense")
    True
    >>> matches("encoder.layer.0.attention.output.dense", "layer.*.output.dense")
    False
    >>> matches("mlp.c_proj", "proj")
    False
    """
    segments, wanted = path.split("."), pattern.split(".")
    tail = segments[-len(wanted) :]
    return len(tail) == len(wanted) and all(map(fnmatchcase, tail, wanted))


def match_all(paths: Sequence[str], patterns: Sequence[str]) -> dict[str, str]:
    """Return {path: the pattern it matches} in the order of `paths`.

    Raises ValueError for a pattern that matches nothing (with the names that came near) and for a path
    that two patterns match.
    """
    hits = {pattern: hits_of(pattern, paths) for pattern in patterns}
    for pattern, found in hits.items():
        if not found:
            raise ValueError(no_match(pattern, paths))
    chosen: dict[str, str] = {}
    for path in paths:
        mine = [pattern for pattern in patterns if path in hits[pattern]]
        if len(mine) > 1:
            raise ValueError(
                f"{path} is matched by {len(mine)} patterns: {', '.join(mine)}; keep one of them"
            )
        if mine:
            chosen[path] = mine[0]
    return chosen


def hits_of(pattern: str, paths: Sequence[str]) -> list[str]:
    """The paths that a pattern matches; a full path names just that module."""
    return [pattern] if pattern in paths else [path for path in paths if matches(path, pattern)]


def no_match(pattern: str, paths: Sequence[str]) -> str:
    """The error for a pattern without a match, naming module names that are spelled alike."""
    endings = sorted({".".join(path.split(".")[-n:]) for path in paths for n in (1, 2, 3)})
    near = get_close_matches(pattern, endings, n=4, cutoff=0.5)
    hint = f"near misses: {', '.join(near)}" if near else f"Linear layers: {', '.join(endings[:12])}"
    return f"pattern {pattern!r} matches no Linear layer of this model; {hint}"
