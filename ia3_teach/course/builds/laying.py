"""Laying files into a folder that a learner works in: what they changed is never written over."""

import hashlib
import json
import tempfile
from pathlib import Path

from ia3_teach.course.builds.source import BuildError
from ia3_teach.storage.atomic import replacing
from ia3_teach.storage.plain_files import MOST_TEXT, read_bytes, read_json
from ia3_teach.wording import short

RECORD = ".build.json"


def lay(files: dict[str, bytes], target: Path) -> list[str]:
    """Write `files` (name -> content) into `target`; one line for each that needs saying.

    A file that still is what the last build wrote is replaced, a missing one is restored, and
    beside a changed one a newer version is laid as `name.new.ipynb`, once. The record of what
    was written, name -> sha256, is `.build.json` in the target.

    Raises:
        BuildError: the target is a file or cannot be written, or its record is damaged.
    """
    record = _read_record(_prepare(target))
    lines = []
    for name, content in files.items():
        lines.append(_lay_one(name, content, target, record))
        _write(target / RECORD, json.dumps(record, indent=1, sort_keys=True).encode())
    return [line for line in lines if line]


def _lay_one(name: str, content: bytes, target: Path, record: dict[str, str]) -> str:
    """Lay one file, keep the record, return a line to print or nothing."""
    path, new = target / name, _digest(content)
    old = _digest(read_bytes(path, MOST_TEXT)) if path.exists() else None
    if old not in (None, new, record.get(name)):
        return _lay_beside(path, content, record)
    known, record[name] = name in record, new
    if old == new:
        return ""
    _write(path, content)
    told = f"{name}: restored" if old is None else f"{name}: replaced by a newer version"
    return told if known else ""


def _lay_beside(path: Path, content: bytes, record: dict[str, str]) -> str:
    """The learner changed `path`: keep it, and lay a version that they have not seen beside it."""
    new, seen = _digest(content), f"{path.name} offered"
    if new in (record.get(path.name), record.get(seen)):
        return ""
    beside = path.with_name(f"{path.stem}.new{path.suffix}")
    if beside.exists() and _digest(read_bytes(beside, MOST_TEXT)) != record.get(beside.name):
        beside = path.with_name(f"{path.stem}.new-{new[:8]}{path.suffix}")
    if not beside.exists() or _digest(read_bytes(beside, MOST_TEXT)) == record.get(beside.name):
        _write(beside, content)
    record[beside.name] = record[seen] = new
    return f"{path.name}: yours, kept as it is; the newer version is {beside.name}"


def _prepare(target: Path) -> Path:
    """The target as a folder in which a file can be written."""
    if target.exists() and not target.is_dir():
        raise BuildError(f"{short(target)} is a file; give the name of a folder")
    try:
        target.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=target):
            return target
    except OSError as error:
        raise BuildError(
            f"cannot write into {short(target)}: {short(error.strerror)}; choose another"
        ) from error


def _read_record(target: Path) -> dict[str, str]:
    path = target / RECORD
    if not path.exists():
        return {}
    try:
        record = read_json(path)
        return {str(name): str(digest) for name, digest in record.items()}
    except (ValueError, AttributeError) as error:
        hint = "delete it: every notebook then counts as yours, and newer ones are laid beside"
        raise BuildError(f"{short(path)} is damaged ({short(error)}); {short(hint)}") from error


def _digest(content: bytes) -> str:
    """sha256 of a file; of a notebook only its cells, as JupyterLab edits the rest by itself."""
    try:
        cells = [dict(cell, execution_count=None) for cell in json.loads(content)["cells"]]
    except (ValueError, KeyError, TypeError, RecursionError):  # no notebook, or a damaged one
        return hashlib.sha256(content).hexdigest()
    for cell in cells:
        cell["source"] = "".join(cell.get("source", ""))
    return hashlib.sha256(json.dumps(cells, sort_keys=True).encode()).hexdigest()


def _write(path: Path, content: bytes) -> None:
    """Write the whole file or nothing."""
    with replacing(path) as beside:
        beside.write_bytes(content)
