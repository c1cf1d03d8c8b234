"""Copies into a folder the part of the course that a box may hold: what a set and its probes import."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import ia3_teach

PACKAGE = "ia3_teach"
ROOT = Path(ia3_teach.__file__).resolve().parents[1]
ALWAYS = [f"{PACKAGE}.{name}" for name in ("lazy", "grading.inside.running", "grading.inside.reading")]
CHECKS = f"{PACKAGE}.check"


def stage(folder: Path, sources: Iterable[str], probes: Iterable[Path | str]) -> list[str]:
    """Lay out in `folder` what these need, and return the modules of the package that are there.

    `sources` are the cells of the set as it was handed out: whatever of the library they import, an answer
    may use. A check is the exception: what a cell imports from there is not followed. `probes` are modules of
    the package, by name, or files from elsewhere, which come along by their own name.
    """
    files = [probe for probe in probes if isinstance(probe, Path)]
    names = {*ALWAYS, *(probe for probe in probes if isinstance(probe, str))}
    for source in sources:
        names |= {name for name in imported(source) if name != CHECKS and not name.startswith(f"{CHECKS}.")}
    for file in files:
        names |= set(imported(file.read_text(encoding="utf-8")))
        shutil.copyfile(file, folder / file.name)
    reached = closure(names)
    for name in reached:
        _copy(name, folder)
    return sorted(reached)


def closure(names: Iterable[str]) -> set[str]:
    """These modules, all that they import from the package, and the packages around them.

    A package that hands its names out lazily comes along and is not followed, and neither are the checks:
    what a probe needs it imports itself, and verdicts stay outside.
    """
    reached: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in reached or file_of(name) is None:
            continue
        reached.add(name)
        if "." in name:
            waiting.append(name.rpartition(".")[0])
        if name != CHECKS and not _is_lazy(name):
            waiting.extend(imported(file_of(name).read_text(encoding="utf-8")))
    return reached


def imported(source: str) -> Iterator[str]:
    """The modules of the package that a source imports, also where a package hands a name out for them.

    >>> sorted(imported("from ia3_teach import IA3, load_model"))
    ['ia3_teach', 'ia3_teach.course.shipped.models', 'ia3_teach.ia3']
    """
    try:
        tree = ast.parse(source)
    except SyntaxError:  # magics, or not Python
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] == PACKAGE)
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == PACKAGE:
            yield node.module
            yield from (_home(node.module, alias.name) for alias in node.names)


def _home(module: str, name: str) -> str:
    """The module in which a name is defined that `module` hands out: itself, a submodule, or another."""
    if file_of(f"{module}.{name}") is not None:
        return f"{module}.{name}"
    return _handed_out(module).get(name, module)


def _handed_out(module: str) -> dict[str, str]:
    """{name: module} of a package, from the imports that its `__init__` shows to editors."""
    file = file_of(module)
    if file is None or file.name != "__init__.py":
        return {}
    tree = ast.parse(file.read_text(encoding="utf-8"))
    inner = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module)
    return {alias.name: node.module for node in inner for alias in node.names}


def _is_lazy(module: str) -> bool:
    file = file_of(module)
    return file.name == "__init__.py" and "handed_out" in file.read_text(encoding="utf-8")


def file_of(module: str) -> Path | None:
    """The file of a module of the package, or None.

    >>> file_of("ia3_teach.layer").name, file_of("ia3_teach.nowhere")
    ('layer.py', None)
    """
    place = ROOT.joinpath(*module.split("."))
    files = (place / "__init__.py", place.with_name(f"{place.name}.py"))
    return next((file for file in files if file.is_file()), None)


def _copy(module: str, folder: Path) -> None:
    """A module's file, and beside a package's what is no code: settings, published numbers, scripts."""
    file = file_of(module)
    for source in [file, *_companions(file)]:
        target = folder / source.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)


def _companions(file: Path) -> Iterator[Path]:
    if file.name == "__init__.py":
        yield from (path for path in file.parent.iterdir() if path.suffix in (".json", ".mplstyle", ".js"))
