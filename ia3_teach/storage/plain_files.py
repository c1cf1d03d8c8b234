"""The one way in for a file that a stranger may have made: what it is and its size come before what it says.

A pipe, a device or a folder is refused without waiting for it, a file beyond its limit without reading it.
Texts are UTF-8, with or without a byte order mark, and lines end as on any system. JSON is that of RFC 8259:
no NaN or Infinity, and no key twice, of which readers take one or the other.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Sequence
from pathlib import Path

from ia3_teach.wording import brief, short

MEGABYTE = 2**20
MOST_JSON = 64 * MEGABYTE  # of a notebook with its outputs, a manifest, a page of questions
MOST_TEXT = 1024 * MEGABYTE  # of a file of rows, which is held in memory
AT_ONCE = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
KINDS = {
    "a folder": stat.S_ISDIR,
    "a pipe": stat.S_ISFIFO,
    "a socket": stat.S_ISSOCK,
    "a device": lambda mode: stat.S_ISCHR(mode) or stat.S_ISBLK(mode),
}


def read_bytes(path: Path | str, most: int = MOST_JSON) -> bytes:
    """The bytes of an ordinary file. Raises ValueError for one that is none, is missing or is too large."""
    try:
        file = open(path, "rb", opener=lambda name, flags: os.open(name, flags | AT_ONCE))
    except (OSError, ValueError) as error:  # the second: a name with a null byte
        raise unreadable(path, error) from error
    with file:
        check_status(path, os.fstat(file.fileno()), most)
        content = file.read(most + 1)
    if len(content) > most:  # it grew meanwhile, or is one of the system's, whose size says nothing
        raise ValueError(f"{short(path)} has more than {most:,} bytes, the most that is read here")
    return content


def check_file(path: Path | str, most: int) -> None:
    """Refuse, without opening it, what is no ordinary file or has more bytes than `most`."""
    try:
        status = os.stat(path)
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from error
    check_status(path, status, most)


def unreadable(path: Path | str, error: OSError | ValueError) -> ValueError:
    """The error for a file that is missing or closed to this user, or whose name cannot be one."""
    if os.path.isdir(path):
        return ValueError(f"{short(path)} is a folder; an ordinary file is needed")
    reason = getattr(error, "strerror", None) or error
    return ValueError(f"{short(path)} cannot be read: {short(reason)}; is it where it should be?")


def check_status(path: Path | str, status: os.stat_result, most: int) -> None:
    """The same of what the system says of a file."""
    if not stat.S_ISREG(status.st_mode):
        kind = next((kind for kind, is_one in KINDS.items() if is_one(status.st_mode)), "something else")
        raise ValueError(f"{short(path)} is {short(kind)}; an ordinary file is needed")
    if status.st_size > most:
        raise ValueError(f"{short(path)} has {status.st_size:,} bytes; {most:,} are the most read here")


def read_text(path: Path | str, most: int = MOST_JSON) -> str:
    """The text of a file, each line end a line feed. Raises ValueError as above, and for another encoding."""
    try:
        text = read_bytes(path, most).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{short(path)} cannot be read as a text in UTF-8: byte {error.start:,} is "
            f"{short(hex(error.object[error.start]))}{short(packed(error.object))}; save it as UTF-8"
        ) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def packed(content: bytes) -> str:
    """What a content that is no text is by its first bytes, in words for an error.

    >>> packed(bytes([31, 139, 8])), packed("é".encode("utf-16"))
    (' (it is packed by gzip: unpack it)', ' (it is in UTF-16)')
    """
    known = {
        b"\x1f\x8b": "packed by gzip: unpack it",
        b"PK": "a zip archive: unpack it",
        b"\x28\xb5\x2f\xfd": "packed by zstd: unpack it",
        b"BZh": "packed by bzip2: unpack it",
        b"\xfd7zXZ": "packed by xz: unpack it",
        b"\xff\xfe": "in UTF-16",
        b"\xfe\xff": "in UTF-16",
    }
    return next((f" (it is {kind})" for start, kind in known.items() if content.startswith(start)), "")


def parsed(text: str, where: str) -> object:
    """The JSON of a text. Raises ValueError with the place where it is none, or says a thing twice."""
    try:
        return json.loads(text, parse_constant=refuse_constant, object_pairs_hook=once)
    except (ValueError, RecursionError) as error:  # the second where it is deeper than Python goes
        reason = brief(str(error))[1:-1]
        raise ValueError(
            f"{short(where)} cannot be read as JSON ({short(reason)}); found {brief(text)}"
        ) from error


def read_json(path: Path | str, most: int = MOST_JSON) -> object:
    """The JSON of a file. Raises ValueError as `read_text` and `parsed` do."""
    return parsed(read_text(path, most), short(path))


def refuse_constant(name: str) -> object:
    """NaN, Infinity and -Infinity, which Python writes and other readers do not take."""
    raise ValueError(f"{short(name)} is no number of JSON; write null")


def once(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    """An object of JSON. Raises ValueError for a key that stands there twice."""
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {brief(twice)} stands there twice; leave one")
    return found
