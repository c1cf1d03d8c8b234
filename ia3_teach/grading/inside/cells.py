"""Executes the cells of a notebook one after the other, as a kernel would, in one namespace."""

from __future__ import annotations

import ast
import asyncio
import inspect
import linecache
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from ia3_teach.wording import first_line

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)


class OutOfTime(BaseException):
    """A step took longer than it may; no Exception, so that `except Exception` does not hold it up."""


@contextmanager
def bounded(seconds: float) -> Iterator[None]:
    """Raise OutOfTime inside after so many seconds, and again every half second for who catches it."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise OutOfTime(f"stopped after {seconds:g} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds, 0.5)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def run_cell(source: str, namespace: dict[str, Any], seconds: float, definitions_only: bool = False) -> str:
    """Run one cell; what went wrong as "NameError: ...", or nothing.

    As in a kernel, a cell ends at its first error, and what it defined before stays. An import that fails
    does not end it: the others in the same cell may be needed.

    >>> names = {}
    >>> run_cell("import nowhere_to_be_found\\nx = 1\\ny = 1 / 0", names, seconds=9)
    'ZeroDivisionError: division by zero'
    >>> names["x"]
    1
    """
    name = f"<cell {len(linecache.cache)}>"
    text = without_magics(source)
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    wrong = ""
    try:
        statements = ast.parse(text, name).body
        with bounded(seconds):
            for statement in statements:
                if not definitions_only or isinstance(statement, DEFINITIONS):
                    wrong = _run(statement, name, namespace) or wrong
    except BaseException as error:  # a submission may raise anything at all, SystemExit too
        return told(error)
    return wrong


def _run(statement: ast.stmt, name: str, namespace: dict[str, Any]) -> str:
    """One statement; an import that fails is told and not raised."""
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    code = compile(ast.Module([statement], []), name, "exec", flags, dont_inherit=True)
    try:
        result = eval(code, namespace)
        if inspect.iscoroutine(result):
            asyncio.run(result)
    except ImportError as error:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            return told(error)
        raise
    return ""


def without_magics(source: str) -> str:
    """The source without the lines for IPython alone: `%...`, `!...`, `?...` and `...?`.

    Only a line that Python cannot read is taken out, so that a `%` in the middle of a calculation stays.

    >>> without_magics("%matplotlib inline\\nx = (7\\n  % 4)").splitlines()
    ['', 'x = (7', '  % 4)']
    """
    lines = source.split("\n")
    if lines[0].startswith("%%"):
        lines[0] = ""
    while (number := _unreadable_line(lines)) is not None and _is_magic(lines[number]):
        lines[number] = ""
    return "\n".join(lines)


def _unreadable_line(lines: list[str]) -> int | None:
    """The line at which Python stops reading."""
    try:
        ast.parse("\n".join(lines))
    except SyntaxError as error:
        return min(max(error.lineno or 1, 1), len(lines)) - 1
    except (ValueError, RecursionError, MemoryError):
        pass  # the same is met and told when the cell is run
    return None


def _is_magic(line: str) -> bool:
    return line.lstrip().startswith(("%", "!", "?")) or line.rstrip().endswith("?")


def told(error: BaseException) -> str:
    """An error in a line; one whose text cannot be had is told by its kind."""
    return f"{type(error).__name__}: {first_line(error)[:200]}".removesuffix(": ")
