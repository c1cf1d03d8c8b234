"""What a box shows of the machine: the system and this Python, without what holds solutions."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import ia3_teach

SYSTEM = (
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/etc/ld.so.cache",
    "/etc/fonts",
    "/etc/alternatives",
)
EMPTY = "4096"  # bytes, the least that a folder in memory may have
CHECKOUT = ("notebooks", "tests", ".git")
# Installed packages in which solutions can be found: a learner's own installation has neither.
WITHHELD = ("ia3_teach", "peft", "nbgrader")


def python() -> str:
    """This Python, by a path without `..`, which might lead through a folder that no box has."""
    return os.path.abspath(sys.executable)


def places_shown() -> list[str]:
    """The places that a box shows: the system, and this Python with its packages, also behind links."""
    installed = [entry for entry in sys.path if entry.endswith("-packages")]
    own = [sys.base_prefix, sys.prefix, str(Path(python()).parent), *installed]
    return _outermost([*SYSTEM, *(os.path.abspath(place) for place in own), *map(os.path.realpath, own)])


def binds() -> Iterator[str]:
    """All of that, read-only; the packages in which solutions can be found are empty, and stay so."""
    places = places_shown()
    for place in places:
        if place in SYSTEM and os.path.islink(place):
            yield from ("--symlink", os.readlink(place), place)
        elif os.path.exists(place):
            yield from ("--ro-bind", os.path.realpath(place), place)
    for folder in _withheld():
        if any(folder.is_relative_to(place) for place in places):
            yield from ("--size", EMPTY, "--tmpfs", str(folder), "--remount-ro", str(folder))


def _outermost(places: list[str]) -> list[str]:
    """Each place once, without those that lie in another one.

    >>> _outermost(["/usr", "/opt/python", "/opt/python/lib", "/usr"])
    ['/usr', '/opt/python']
    """
    inside = {
        place for place in places for other in places if place != other and Path(place).is_relative_to(other)
    }
    return [place for place in dict.fromkeys(places) if place not in inside]


def _withheld() -> Iterator[Path]:
    entries = [Path(form) for entry in filter(None, sys.path) for form in (entry, os.path.realpath(entry))]
    for entry in dict.fromkeys(entries):
        yield from (entry / name for name in WITHHELD if (entry / name).is_dir())
    package = Path(ia3_teach.__file__).resolve().parent
    yield package
    if (package.parent / "pyproject.toml").is_file():  # a checkout, which has more than an installation
        yield from (package.parent / name for name in CHECKOUT if (package.parent / name).is_dir())
