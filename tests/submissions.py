"""What a class may hand in for the small set: right, wrong, odd and hostile, with the points of each."""

import copy
import json
from collections.abc import Callable
from typing import Any

import hostile_markdown
import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

Notebook = Any
SCALE = """def scale(matrix, factors):
    return [[factor * entry for entry in row] for row, factor in zip(matrix, factors)]"""
TOTAL = "def total(numbers):\n    return sum(numbers) + ZERO"


def answers(notebook: Notebook, scale: str = SCALE, total: str = TOTAL, **more: str) -> Notebook:
    """The handed-out notebook with these sources in the cells of these names."""
    filled = copy.deepcopy(notebook)
    for cell in filled.cells:
        wanted = {"scale": scale, "total": total, **more}
        cell.source = wanted.get(cell.metadata.get("nbgrader", {}).get("grade_id"), cell.source)
    return filled


def without(notebook: Notebook, *ids: str) -> Notebook:
    """The answers, and some cells deleted."""
    filled = answers(notebook)
    filled.cells = [cell for cell in filled.cells if cell.id not in ids]
    return filled


def with_cell(notebook: Notebook, source: str, at: int = 1, **filled: str) -> Notebook:
    """The answers, and a cell more."""
    changed = answers(notebook, **filled)
    changed.cells.insert(at, new_code_cell(source))
    return changed


def reversed_cells(notebook: Notebook) -> Notebook:
    changed = answers(notebook)
    changed.cells = changed.cells[::-1]
    return changed


def answered_then_stub(notebook: Notebook) -> Notebook:
    """The cell was copied before it was filled in, and the copy stayed."""
    changed = answers(notebook)
    stub = next(cell for cell in notebook.cells if cell.id == "scale")
    changed.cells.append(copy.deepcopy(stub))
    return changed


def for_another_kernel(notebook: Notebook) -> Notebook:
    changed = answers(notebook)
    changed.metadata["kernelspec"] = {"name": "ir", "language": "R", "display_name": "R"}
    return changed


def of_format_3(notebook: Notebook) -> bytes:
    return nbformat.writes(answers(notebook), version=3).encode()


def without_metadata(notebook: Notebook) -> Notebook:
    changed = answers(notebook)
    for cell in changed.cells:
        cell.metadata = nbformat.from_dict({})
    return changed


def with_large_outputs(notebook: Notebook) -> Notebook:
    """100 MB of pictures."""
    changed = answers(notebook)
    picture = {"image/png": "A" * 10_000_000, "text/html": "<script>alert(1)</script>"}
    changed.cells[1].outputs = [new_output("display_data", data=picture) for _ in range(10)]
    return changed


def with_half_a_character(notebook: Notebook) -> Notebook:
    """Half an emoji, as some programs cut texts: no file in UTF-8 can hold it."""
    changed = with_cell(notebook, f"# {HALF}")
    changed.cells.append(new_markdown_cell(f"Half {HALF} of it"))
    changed.cells[1].outputs = [new_output("stream", text=HALF)]
    return changed


def with_markdown(notebook: Notebook, *sources: str, **more: Any) -> Notebook:
    """The answers, and cells of text below."""
    changed = answers(notebook)
    changed.cells += [new_markdown_cell(source, **more) for source in sources]
    return changed


HALF = "\ud83d"
STUB = "def scale(matrix, factors):\n    raise NotImplementedError()"
LAMBDA = "scale = lambda m, f: [[b * a for a in r] for r, b in zip(m, f)]"
RENAMED = SCALE.replace("def scale", "def row_scaling")
FIRST_ONLY = SCALE.replace("return", "assert len(matrix[0]) == 3\n    return")
NOT_EMPTY = "def total(numbers):\n    return numbers[0] + sum(numbers[1:])"
HELPER = "def row_times(row, by):\n    return [by * x for x in row]"
MAPPED = "def scale(matrix, factors):\n    return list(map(row_times, matrix, factors))"
# Two helpers with one name, each right for its own answer; and one that a later cell mends.
OF_ROWS = f"def helper(row, by):\n    return [by * x for x in row]\n{MAPPED.replace('row_times', 'helper')}"
OF_SUMS = "def helper(x):\n    return sum(x)\ndef total(numbers):\n    return helper(numbers) + ZERO"
SPOILED = "def helper(numbers):\n    return None\ndef total(numbers):\n    return helper(numbers)"
MENDED = "def helper(numbers):\n    return sum(numbers)"
CALLS_CHECKS = "from ia3_teach.check import set_1 as check\ncheck.total(1)\ncheck.hints.total(2)"
Made = Callable[[Notebook], Notebook | bytes | None]
# name: (points of scale and total, a word in the lines about it or nothing, how it is made)
RIGHT: dict[str, tuple[float, float, str, Made]] = {
    "perfect": (4, 1, "", answers),
    "with loops": (4, 1, "", lambda n: answers(n, scale="""def scale(matrix, factors):
    result = []
    for i in range(len(matrix)):
        result.append([])
        for j in range(len(matrix[i])):
            result[-1].append(matrix[i][j] * factors[i])
    return result""")),
    "a lambda": (4, 1, "", lambda n: answers(n, scale=LAMBDA)),
    "a callable": (4, 1, "", lambda n: answers(n, total="""class Total:
    def __call__(self, numbers):
        return sum(numbers)
total = Total()""")),
    "with helpers": (4, 1, "", lambda n: with_cell(n, HELPER, scale=MAPPED)),
    "two helpers of one name": (4, 1, "", lambda n: answers(n, scale=OF_ROWS, total=OF_SUMS)),
    "a helper mended": (4, 1, "", lambda n: with_cell(n, MENDED, at=99, total=SPOILED)),
    "another name": (4, 1, "under the name row_scaling", lambda n: answers(n, scale=RENAMED)),
    "in another order": (4, 1, "another order", reversed_cells),
    "a copy left empty": (4, 1, "more than once", answered_then_stub),
    "checks deleted": (4, 1, "missing: scale_check", lambda n: without(n, "scale-check", "total-check")),
    "setup deleted": (4, 1, "", lambda n: without(n, "setup", "zero", "title")),
    "checks changed": (4, 1, "changed: scale_check", lambda n: answers(n, scale_check="assert True")),
    "another kernel": (4, 1, "kernel is for R", for_another_kernel),
    "an older format": (4, 1, "format 3", of_format_3),
    "no metadata": (4, 1, "missing", without_metadata),
    "pictures of 100 MB": (4, 1, "", with_large_outputs),
    "magics": (4, 1, "", lambda n: with_cell(n, "%matplotlib inline\n!ls\ndisplay(1)")),
    "a failing cell": (4, 1, "", lambda n: with_cell(n, "1 / 0")),
    "half a character": (4, 1, "", with_half_a_character),
    "checks in its own cell": (4, 1, "", lambda n: answers(n, total=f"{CALLS_CHECKS}\n{TOTAL}")),
    "too many cells": (4, 1, "the first 2,000 were read", lambda n: with_markdown(n, *["x"] * 2_000)),
    "a slow cell": (4, 1, "", lambda n: with_cell(n, "import time\ntime.sleep(99)")),
}  # fmt: skip
WRONG: dict[str, tuple[float, float, str, Made]] = {
    "untouched": (0, 0, "", lambda n: n),
    "an empty file": (0, 0, "empty", lambda n: b""),
    "no json": (0, 0, "not JSON", lambda n: b"def scale(): ..."),
    "cut off": (0, 0, "not JSON", lambda n: nbformat.writes(n).encode()[:900]),
    "nothing": (0, 0, "no notebook of this name", lambda n: None),
    "one of two": (4, 0, "", lambda n: answers(n, total=next(c.source for c in n.cells if c.id == "total"))),
    "columns": (1, 1, "", lambda n: answers(n, scale="""def scale(matrix, factors):
    return [[entry * factor for entry, factor in zip(row, factors * 2)] for row in matrix]""")),
    "in place": (3, 1, "", lambda n: answers(n, scale="""def scale(matrix, factors):
    for row, factor in zip(matrix, factors):
        row[:] = [factor * entry for entry in row]
    return matrix""")),
    "first case only": (0, 1, "", lambda n: answers(n, scale=FIRST_ONLY)),
    "empty list raises": (4, 0.5, "", lambda n: answers(n, total=NOT_EMPTY)),
    "a syntax error": (0, 1, "", lambda n: answers(n, scale="def scale(matrix, factors:\n    return")),
    "returns nothing": (0, 1, "", lambda n: answers(n, scale="def scale(matrix, factors):\n    pass")),
}  # fmt: skip
THIEF = """
import glob, os
def stolen():
    found = []
    for place in PLACES:
        for path in glob.glob(place):
            try:
                with open(path, "rb") as file:
                    found.append(file.read(9))
            except OSError:
                pass
    for path in glob.glob("/proc/*/environ"):
        try:
            with open(path, "rb") as file:
                found += [path] if b"TEACHERS" in file.read() else []
        except OSError:
            pass
    for path in [os.__file__, "/course/ia3_teach/__init__.py", "/job/job.json", "/usr/mine", "/mine"]:
        try:
            open(path, "a").close()
            found.append(path)
        except OSError:
            pass
    return found
def total(numbers):
    return 1000 if stolen() else sum(numbers)"""
CALLER = """
import socket
def reached():
    for address in [("127.0.0.1", PORT), ("1.1.1.1", 53), ("10.0.2.2", 53)]:
        try:
            socket.create_connection(address, timeout=0.3).close()
            return True
        except OSError:
            pass
    return False
def total(numbers):
    return 1000 if reached() else sum(numbers)"""
EQUAL = """
class Equal(float):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __lt__(self, other): return True
    def __abs__(self): return self
    def __sub__(self, other): return self
    __rsub__ = __sub__
    __hash__ = float.__hash__
def scale(matrix, factors):
    return [[Equal() for _ in row] for row in matrix]
def total(numbers):
    return Equal()"""
PATCHED = """
import builtins, math, sys
math.isclose = lambda *a, **k: True
builtins.all = builtins.any = lambda *a: True
builtins.abs = lambda x: 0
for module in list(sys.modules.values()):
    for name in ("allclose", "equal", "judge", "same", "plain"):
        if name in getattr(module, "__dict__", {}) and name != "plain":
            setattr(module, name, lambda *a, **k: True)
def scale(matrix, factors):
    return [row[:] for row in matrix]
def total(numbers):
    return 7.0"""
OVERWRITES = """
import sys
check = sys.modules.get("small_probes")
class Full:
    def save(self, path): path.write_text("[true, true, true]")
def passed(answer, cases): return Full()
if check:
    check.scale_probe = check.total_probe = passed
import gc
for thing in gc.get_objects():
    if type(thing).__name__ == "Probe":
        object.__setattr__(thing, "probe", passed)
def scale(matrix, factors): return None
def total(numbers): return None"""
FORGES = """
import json, os
for name in ("small.scale", "small.total"):
    for descriptor in range(3, 20):
        try:
            said = json.dumps({"record": name, "found": "x", "size": 4})
            os.write(descriptor, said.encode() + b"\\ntrue")
        except OSError:
            pass"""
IMPORTS = """
def solved(name):
    for module in ("small_exercises", "ia3_teach.check.core", "nbgrader.api", "peft"):
        try:
            found = __import__(module, fromlist=["x"])
            if getattr(found, "__file__", None):
                return found
        except ImportError:
            pass
def total(numbers):
    return 1000 if solved("total") else sum(numbers)"""
LOOP = """
import signal
def scale(matrix, factors):
    signal.setitimer(signal.ITIMER_REAL, 0)
    while True:
        try:
            while True: pass
        except BaseException: pass"""
MEMORY = "def total(numbers):\n    kept = []\n    while True: kept.append(bytearray(50_000_000))"
SHARED = """
import mmap, os
def total(numbers):
    kept = []
    while True:
        kept.append(mmap.mmap(-1, 50_000_000))
        kept[-1].write(b'x' * 50_000_000)"""
BOMB = "import os\ndef total(numbers):\n    while True:\n        try: os.fork()\n        except OSError: pass"
DISK = """
import os
def total(numbers):
    written = 0
    for place in ("/tmp/", "/dev/shm/", "/dev/", "/", "/job/", "/course/", "/var/tmp/", "/run/"):
        for number in range(40):
            try:
                with open(f"{place}full{number}", "wb") as file:
                    written += file.write(b"x" * 10_000_000)
            except OSError:
                break
    for place in ("/tmp/", "/dev/shm/"):
        for name in os.listdir(place):
            if name.startswith("full"): os.remove(place + name)
    return 1000 if written > 200_000_000 else sum(numbers)"""
LEAVES = "import os\ndef total(numbers): os._exit(0)"
KILLS = "import os\ndef total(numbers):\n    for number in (os.getppid(), os.getpid()): os.kill(number, 9)"
PRINTS = "def total(numbers):\n    print('x' * 1_000_000)\n    return sum(numbers)"
SAYS = """
import json, os
def say(payload=b"", **said):
    for descriptor in range(3, 20):
        try:
            os.write(descriptor, json.dumps(said | {"size": len(payload)}).encode() + b"\\n" + payload)
        except OSError:
            pass
"""
FORGED = "say(b'true', record='small.total', found='{}', other_name=True)"
FLOODS_RECORDS = f"{SAYS}for i in range(5000): {FORGED.format('?')}"
FLOODS_FRAMES = """
import os, stat
FRAMES = b'{"failed": "a", "wrong": "b", "size": 0}\\n' * 90
for descriptor in range(3, 20):
    try:
        if stat.S_ISFIFO(os.fstat(descriptor).st_mode):
            os.set_blocking(descriptor, True)
            for _ in range(300): os.write(descriptor, FRAMES)
            os.set_blocking(descriptor, False)
    except OSError:
        pass
"""
NAMES_A_CASE = SAYS + FORGED.format("HID' + 'DEN")
NAMES_A_STEP = SAYS + "say(begin='cell HID' + 'DEN'); os._exit(0)"
TELLS = "def total(numbers): raise KeyboardInterrupt('HID' + 'DEN')"
IS_CALLED = "def total(numbers): raise type('HID' + 'DEN', (BaseException,), {})"
HALF_STOPS = r"def total(numbers): raise KeyboardInterrupt('\ud800')"
HOSTILE: dict[str, tuple[float, float, str, Made]] = {
    "patches comparisons": (1, 0, "", lambda n: answers(n, scale=PATCHED, total="")),
    "overwrites the probe": (0, 0, "", lambda n: answers(n, scale=OVERWRITES, total="")),
    "equal to everything": (0, 0, "", lambda n: answers(n, scale=EQUAL, total="")),
    "forges results": (0, 0, "", lambda n: answers(n, scale=FORGES, total="")),
    "imports checkers": (4, 1, "", lambda n: answers(n, total=IMPORTS)),
    "loops without end": (0, 1, "small.scale: it did not stop", lambda n: answers(n, scale=LOOP)),
    "loops in a cell": (4, 1, "did not stop", lambda n: with_cell(n, LOOP + "\nscale(1, 2)")),
    "ends the process": (4, 0, "small.total: it ended", lambda n: answers(n, total=LEAVES)),
    "ends it in a cell": (4, 1, "cell 2: it ended", lambda n: with_cell(n, "import os\nos._exit(0)")),
    "kills everything": (4, 0, "small.total: it ended", lambda n: answers(n, total=KILLS)),
    "exits politely": (4, 0, "", lambda n: answers(n, total="def total(n): raise SystemExit")),
    "prints 100 MB": (4, 1, "printed ", lambda n: with_cell(n, "for _ in range(100): print(10**6 * 'x')")),
    "prints on in an answer": (4, 1, "", lambda n: answers(n, total=PRINTS)),
    "floods results": (4, 0, "another name", lambda n: answers(n, total=FLOODS_RECORDS)),
    "floods frames": (4, 1, "more results", lambda n: with_cell(n, FLOODS_FRAMES)),
    "names a case": (4, 0, "another name", lambda n: answers(n, total=NAMES_A_CASE)),
    "names a step": (0, 0, "steps that there are not", lambda n: with_cell(n, NAMES_A_STEP)),
    "tells a case": (4, 0, "", lambda n: answers(n, total=TELLS)),
    "is called as a case": (4, 0, "", lambda n: answers(n, total=IS_CALLED)),
    "stops by half a character": (4, 0, "", lambda n: answers(n, total=HALF_STOPS)),
    "takes memory": (4, 0, "", lambda n: answers(n, total=MEMORY)),
    "takes shared memory": (4, 0, "more memory", lambda n: answers(n, total=SHARED)),
    "forks without end": (4, 0, "more processes", lambda n: answers(n, total=BOMB)),
    "fills the disk": (4, 1, "", lambda n: answers(n, total=DISK)),
    "steals files": (4, 1, "", lambda n: answers(n, total=THIEF)),
    "calls out": (4, 1, "", lambda n: answers(n, total=CALLER)),
    "writes scripts": (4, 1, "", lambda n: with_markdown(n, *hostile_markdown.PAYLOADS.values())),
}  # fmt: skip
ALL = RIGHT | WRONG | HOSTILE


def as_file(made: Notebook | bytes) -> bytes:
    """The bytes of what is handed in."""
    return made if isinstance(made, bytes) else json.dumps(made).encode()
