"""`data/MANIFEST.json`: what is shipped, with its sha256, and how it was made."""

import hashlib
import json
import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ia3_teach.course.shipped.inside import UNREAD, entries, way_out
from ia3_teach.course.shipped.paths import OVERRIDE, course_root, data_dir, is_installed
from ia3_teach.storage.atomic import replacing
from ia3_teach.storage.plain_files import read_json
from ia3_teach.wording import short

NAME = "MANIFEST.json"
FOLDERS = ("instructions", "models", "published", "results", "tasks", "vectors", "world")
_OF_CLONE = (
    "Get the file again from the repository (remove it, then git checkout -- data), or make everything anew "
    "with `python -m ia3_teach pretrain`."
)
_OF_COPY = (
    "Get the file again from the archive that this copy was unpacked from: unpack it anew, with no line end "
    "changed (unzip without -a)."
)
_OF_OWN = (
    "Copy the file again from the course's own data, unset IA3_TEACH_DATA, which names this directory, or "
    "make everything anew with `python -m ia3_teach pretrain`."
)
_OF_WHEEL = "Install the package again (python -m pip install --force-reinstall --no-deps, and its wheel)."


class ManifestError(ValueError):
    """A shipped file is missing, truncated or changed."""


def sha256(path: Path) -> str:
    """The sha256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def advice() -> str:
    """How a shipped file is had again, by where this copy of the package came from."""
    if os.environ.get(OVERRIDE):
        return _OF_OWN
    if is_installed():
        return _OF_WHEEL
    return _OF_CLONE if (course_root() / ".git").exists() else _OF_COPY


def read_manifest(directory: Path | None = None) -> dict[str, Any]:
    """The manifest of a data directory; raises ManifestError where it cannot be read."""
    path = (directory or data_dir()) / NAME
    try:
        content = read_json(path)
    except ValueError as error:
        raise ManifestError(
            f"{short(path)} cannot be read ({short(error)}). {short(advice(), 180)}"
        ) from None
    if not isinstance(content, dict) or not isinstance(content.get("files"), dict):
        raise ManifestError(f"{short(path)} lists no files. {short(advice(), 180)}")
    return content


def check(names: Iterable[str], directory: Path | None = None) -> None:
    """Compare files (names relative to the data directory) with the manifest.

    Raises ManifestError naming the first file that is missing, unlisted, truncated, changed, no plain file,
    or outside the data directory.
    """
    directory = directory or data_dir()
    listed = read_manifest(directory)["files"]
    for name in names:
        if name not in listed:
            raise ManifestError(
                f"{short(name)} is not listed in {short(directory / NAME)}. {short(advice(), 180)}"
            )
        if cause := way_out(name, directory):
            raise ManifestError(f"{short(cause)}. {short(advice(), 180)}")
        _compare(directory / name, listed[name])


def check_folder(folder: str, directory: Path | None = None) -> None:
    """Compare all that lies in a folder of the data directory: who reads a folder reads every file in it.

    Raises ManifestError as `check` does, and for anything in the folder that is not listed.
    """
    directory = directory or data_dir()
    listed = read_manifest(directory)["files"]
    names = [name for name in listed if name.startswith(f"{folder}/")]
    if not names:
        raise ManifestError(
            f"nothing in {short(folder)} is listed in {short(directory / NAME)}. {short(advice(), 180)}"
        )
    check(names, directory)
    refuse_strangers(folder, directory, listed)


def verify(directory: Path | None = None) -> None:
    """Check every shipped file, and that nothing else lies in the folders of what is shipped."""
    directory = directory or data_dir()
    listed = read_manifest(directory)["files"]
    check(listed, directory)
    for folder in FOLDERS:
        refuse_strangers(folder, directory, listed)


def refuse_strangers(folder: str, directory: Path, listed: Iterable[str]) -> None:
    """Refuse whatever lies in a folder without being listed, links and pipes too."""
    extra = sorted(set(entries(directory / folder, directory)) - set(listed))
    if extra:
        raise ManifestError(
            f"{short(directory / extra[0])} is not listed in {NAME}. Remove it. {short(advice(), 180)}"
        )


def _compare(path: Path, entry: dict[str, Any]) -> None:
    """One file with its size, then with its sum; a pipe is never opened."""
    try:
        found = path.lstat()
    except OSError:
        raise ManifestError(f"{short(path)} is missing. {short(advice(), 180)}") from None
    if not stat.S_ISREG(found.st_mode):
        raise ManifestError(f"{short(path)} is no plain file. {short(advice(), 180)}")
    if found.st_size != entry["bytes"]:
        cause = _line_ends(path, entry)
        raise ManifestError(
            f"{short(path)} has {found.st_size:,} bytes, expected "
            f"{entry['bytes']:,}{short(cause, 60)}. {short(advice(), 180)}"
        )
    if (summed := sha256(path)) != entry["sha256"]:
        raise ManifestError(
            f"{short(path)} was changed: sha256 {short(summed, 64)}, expected "
            f"{short(entry['sha256'], 64)}. {short(advice(), 180)}"
        )


def _line_ends(path: Path, entry: dict[str, Any]) -> str:
    """Whether only the ends of lines differ, as words for the message."""
    if path.stat().st_size > 2 * entry["bytes"]:
        return ""
    plain = path.read_bytes().replace(b"\r\n", b"\n")
    return ": its line ends were changed" if hashlib.sha256(plain).hexdigest() == entry["sha256"] else ""


def shipped(directory: Path) -> list[str]:
    """The names of all files that belong into the manifest."""
    found = (path for folder in FOLDERS for path in (directory / folder).rglob("*") if path.is_file())
    return sorted(path.relative_to(directory).as_posix() for path in found if path.name not in UNREAD)


def write(directory: Path, facts: dict[str, Any]) -> None:
    """List all files of a data directory; `facts` (recipes, losses) are added to those known."""
    path = directory / NAME
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    known.pop("files", None)
    files = {
        name: {"sha256": sha256(directory / name), "bytes": (directory / name).stat().st_size}
        for name in shipped(directory)
    }
    text = json.dumps(known | facts | {"files": files}, indent=1, sort_keys=True)
    with replacing(path) as beside:
        beside.write_text(text + "\n", encoding="utf-8")
