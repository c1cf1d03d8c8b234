"""What lies inside a directory, and which names lead out of it."""

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

UNREAD = (".DS_Store", "README.md")


def way_out(name: str, directory: Path) -> str:
    """Why a name may lead out of `directory`, by dots, by a root or by a link on its way; else nothing.

    >>> way_out("models/../../secret", Path("data"))
    "'models/../../secret' is no name of a file inside data"
    >>> way_out("models/config.json", Path("data"))
    ''
    """
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name:
        return f"{name!r} is no name of a file inside {directory}"
    for part in (path, *path.parents):
        if part.parts and (directory / part).is_symlink():
            return f"{directory / part} is a link, which may lead anywhere"
    return ""


def entries(folder: Path, directory: Path) -> Iterator[str]:
    """The names of all that is no directory, links to directories included; no link is followed.

    What macOS leaves in every folder that one looks into counts as nothing, and so does a page about the
    folder, which people read and programs do not.
    """
    for where, folders, files in os.walk(folder):
        links = [name for name in folders if Path(where, name).is_symlink()]
        for name in (*files, *links):
            if name not in UNREAD:
                yield Path(where, name).relative_to(directory).as_posix()
