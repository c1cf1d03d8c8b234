"""Running cells as a kernel would, whatever they do."""

import time

import pytest

from ia3_teach.grading.inside.cells import run_cell, without_magics


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("def f(): return f()\nf()", "RecursionError"),
        ("def f(:", "SyntaxError"),
        ("x = '\\0'\n\0", "ValueError|SyntaxError"),
        ("class E(Exception):\n    def __str__(self): raise E\nraise E", "E$"),
        ("(" * 5000, "SyntaxError|MemoryError|RecursionError"),
    ],
)
def test_what_a_cell_raises_is_told_in_a_line(source, said) -> None:
    import re

    assert re.match(said, run_cell(source, {}, seconds=9))


@pytest.mark.parametrize("catching", ["pass", "try: pass\n    except: pass"])
def test_a_cell_without_end_is_stopped(catching) -> None:
    start = time.monotonic()
    assert run_cell(f"while True:\n    {catching}", {}, seconds=0.2).startswith("OutOfTime")
    assert time.monotonic() - start < 20


def test_what_a_cell_defined_before_its_error_stays() -> None:
    names: dict = {}
    assert run_cell("def f(): return 7\nassert False, 'no'\nx = 1", names, seconds=9) == "AssertionError: no"
    assert names["f"]() == 7 and "x" not in names


def test_an_import_that_fails_does_not_keep_the_others_away() -> None:
    names: dict = {}
    said = run_cell("import nowhere_at_all\nfrom math import pi, nothing\nimport json", names, seconds=9)
    assert said.startswith("ImportError") and names["json"].dumps(1) == "1"


def test_only_definitions_are_run_of_a_cell_that_ended_its_process() -> None:
    names: dict = {}
    source = "import os\ndef f(): return 7\nos._exit(1)"
    assert run_cell(source, names, seconds=9, definitions_only=True) == "" and names["f"]() == 7


def test_await_and_magics_are_understood() -> None:
    names: dict = {}
    source = "%matplotlib inline\n!ls\nimport asyncio\nx = await asyncio.sleep(0, 5)\n?x"
    assert run_cell(source, names, seconds=9) == "" and names["x"] == 5


def test_a_percent_that_is_no_magic_stays() -> None:
    assert without_magics("x = (7\n% 4)") == "x = (7\n% 4)"
    assert without_magics("%%time\nx = 1") == "\nx = 1"
