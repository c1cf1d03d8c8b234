"""`data/MANIFEST.json`: what is shipped, with its sha256, and how it was made."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ia3_teach.course.shipped.paths import data_dir
from ia3_teach.storage.atomic import replacing

NAME = "MANIFEST.json"
_ADVICE = (
    "Get the file again from the repository (git checkout -- data), or make everything anew "
    "with `python -m ia3_teach pretrain`."
)


class ManifestError(ValueError):
    """A shipped file is missing, truncated or changed."""


def sha256(path: Path) -> str:
    """The sha256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_manifest(directory: Path | None = None) -> dict[str, Any]:
    """The manifest of a data directory; raises ManifestError where it cannot be read."""
    path = (directory or data_dir()) / NAME
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ManifestError(f"{path} cannot be read ({error}). {_ADVICE}") from None
    if not isinstance(content, dict) or not isinstance(content.get("files"), dict):
        raise ManifestError(f"{path} lists no files. {_ADVICE}")
    return content


def check(names: Iterable[str], directory: Path | None = None) -> None:
    """Compare files (names relative to the data directory) with the manifest.

    Raises ManifestError naming the first file that is missing, unlisted, truncated or changed.
    """
    directory = directory or data_dir()
    listed = read_manifest(directory)["files"]
    for name in names:
        path, entry = directory / name, listed.get(name)
        if entry is None:
            raise ManifestError(f"{name} is not listed in {directory / NAME}. {_ADVICE}")
        if not path.is_file():
            raise ManifestError(f"{path} is missing. {_ADVICE}")
        size = path.stat().st_size
        if size != entry["bytes"]:
            raise ManifestError(f"{path} has {size} bytes, expected {entry['bytes']}. {_ADVICE}")
        found = sha256(path)
        if found != entry["sha256"]:
            raise ManifestError(f"{path} was changed: sha256 {found}, expected {entry['sha256']}. {_ADVICE}")


def verify(directory: Path | None = None) -> None:
    """Check every shipped file, and that no other lies among the models, tasks and vectors."""
    directory = directory or data_dir()
    listed = read_manifest(directory)["files"]
    check(listed, directory)
    extra = sorted(set(shipped(directory)) - set(listed))
    if extra:
        raise ManifestError(f"{directory / extra[0]} is not listed in {NAME}. Remove it. {_ADVICE}")


def shipped(directory: Path) -> list[str]:
    """The names of all files that belong into the manifest."""
    folders = ("instructions", "models", "results", "tasks", "vectors", "world")
    found = (path for folder in folders for path in (directory / folder).rglob("*"))
    return sorted(path.relative_to(directory).as_posix() for path in found if path.is_file())


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
