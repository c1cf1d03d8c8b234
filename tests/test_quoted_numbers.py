"""Every number in a lesson's prose is computed in that lesson, quoted with its source, or explained here.

The first rule: a number in a text cell that has three significant digits or more, a percent sign or an
exponent must be found in
- the code or the outputs of the same notebook, also as a rounding of a number there;
- `ia3_teach/course/shipped/published.json`: what papers and published notebooks print, with the place;
- the recipes in `data/MANIFEST.json`, by which the shipped models and vectors were made;
- the versions in `constraints.txt`;
- or the list of definitions below, each with its reason.
The second rule: in a sentence that names others (the paper, PEFT, T0-3B, "published", "quoted", ...) every
number with a percent sign, an exponent or a decimal point must be in published.json or in an output, so that
nobody's number stands in the code of a lesson only.
Years, numbers of exercises and numbers inside of names (bloom-560m, float64) are no claims. A match may be an
accident: the test finds numbers that come from nowhere, not those that come from the wrong place.
"""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import pytest

from ia3_teach.course.shipped.published_numbers import all_published

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
NUMBER = re.compile(
    r"(?<![\w.,/#^_-])(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)*)(?P<exponent>e-?\d+)?"
    r"(?P<unit> ?%|[KMB]\b)?(?![\w^])"
)
SCALES = {"K": 1e3, "M": 1e6, "B": 1e9}
OTHERS = re.compile(r"T-Few|T0|\bpaper|PEFT|[Aa]uthor|README|[Pp]ublish|[Qq]uoted|printed|Liu|LoRA'?s paper")
DEFINITIONS = {"1.1": "the version of T5 that T0 was trained from"}


def plain(text: str) -> str:
    """Prose without code, links and the list of references; TeX's {,} and \\times 10^ written plainly."""
    text, _, _ = text.partition("## References")
    text = re.sub(r"```.*?```|`[^`]*`|\]\([^)]*\)", " ", text, flags=re.S)
    text = text.replace("{,}", ",").replace("\\,", " ").replace("\\%", " %")
    return re.sub(r"(\d) ?\\(?:times|cdot) 10\^\{?(-?\d+)\}?", r"\1e\2", text)


def claims(text: str, exercise: str) -> Iterator[tuple[str, str, float]]:
    """(rule, as written, value) of each number that a rule speaks of.

    The value of a percentage is that of the number before the sign. `exercise` begins exercises' numbers.
    """
    for sentence in re.split(r"(?<=[.?!:;])\s+|\n\n", plain(text)):
        for found in NUMBER.finditer(sentence):
            digits, exponent, unit = (
                found["digits"].replace(",", ""),
                found["exponent"] or "",
                found["unit"] or "",
            )
            is_name = digits.count(".") > 1 or re.fullmatch(rf"(19|20)\d\d|{exercise}\.\d", found[0])
            if is_name or found[0] in DEFINITIONS:
                continue
            value = float(digits + exponent) * SCALES.get(unit.strip(), 1)
            marked = bool(exponent or "%" in unit)
            if OTHERS.search(sentence) and (marked or "." in digits):
                yield "others", found[0].strip(), value
            elif marked or significant(digits) >= 3:
                yield "own", found[0].strip(), value


def significant(digits: str) -> int:
    """The number of significant digits.

    >>> [significant(digits) for digits in ("1000", "0.050", "54.3")]
    [1, 2, 3]
    """
    whole = digits if "." in digits else digits.rstrip("0")
    return len(whole.replace(".", "").lstrip("0"))


def numbers_in(text: str) -> set[float]:
    """All numbers of code or output, with and without separators."""
    text = re.sub(r"(?<=\d)[,_](?=\d{3}(?!\d))", "", text)
    return {float(number) for number in re.findall(r"\d+\.?\d*(?:e[-+]?\d+)?", text)}


def outputs(notebook: Any) -> set[float]:
    """The numbers in outputs; a share may be spoken of in percent."""
    shown = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    texts = [output.get("text", "") + output.get("data", {}).get("text/plain", "") for output in shown]
    return in_percent(numbers_in("\n".join(texts)))


def code(notebook: Any) -> set[float]:
    """The numbers in code cells."""
    return in_percent(numbers_in("\n".join(c.source for c in notebook.cells if c.cell_type == "code")))


def in_percent(found: set[float]) -> set[float]:
    return found | {round(100 * number, 9) for number in found if number <= 1}


@cache
def quoted() -> frozenset[float]:
    return frozenset(number.value for number in all_published().values())


@cache
def settings() -> frozenset[float]:
    """The recipes of what is shipped, and versions."""
    facts = json.loads((ROOT / "data" / "MANIFEST.json").read_text(encoding="utf-8"))
    recipes = [facts["experiments"], *(entry["recipe"] for entry in facts.values() if "recipe" in entry)]
    versions = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    return frozenset(numbers_in(json.dumps(recipes)) | numbers_in(versions))


def is_found(written: str, value: float, numbers: set[float]) -> bool:
    """Whether the number, or one that is rounded to it, is there."""
    decimals = len(re.sub(r"[^\d.].*", "", written.replace(",", "")).partition(".")[2])
    return any(value == number or value == round(number, decimals) for number in numbers)


def unexplained(notebook: Any) -> list[str]:
    """The numbers of the prose that come from nowhere, with their surroundings."""
    of_others = quoted() | outputs(notebook)
    known = {"others": of_others, "own": of_others | code(notebook) | settings()}
    texts = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    lesson = str(int(texts[0][2:4]))
    missing = []
    for text in texts:
        for rule, written, value in claims(text, lesson):
            if not is_found(written, value, known[rule]):
                missing.append(f"{written} ({rule}): {surroundings(plain(text), written)}")
    return missing


def surroundings(text: str, written: str) -> str:
    """A few words to either side."""
    place = text.index(written)
    return " ".join(text[max(0, place - 50) : place + 40].split())


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_number_in_prose_is_computed_or_quoted(path: Path) -> None:
    missing = unexplained(nbformat.read(path, as_version=4))
    assert not missing, "\n".join(missing)


def lesson(*texts: str) -> Any:
    """A notebook with text cells and one code cell that prints 36,864."""
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

    shown = new_code_cell("x = 0.0731", outputs=[new_output("stream", text="36,864 and 0.4")])
    return new_notebook(cells=[*map(new_markdown_cell, ("# 05 · Counting", *texts)), shown])


GOOD = [
    "With $r = 1$ it is 36{,}864, in 2022, in exercise 5.1, on bloom-560m and `x = 12345`.",
    "About 40 % of them.",
    "The share is 7.31 %.",
    "PEFT prints 344,064, and T-Few has $3 \\times 10^{-3}$.",
]
BAD = [
    "With $r = 1$ it is 36{,}865.",
    "About 43.7 % of them.",
    "It is 1.2e7.",
    "The paper has 7.31 %.",
    "PEFT takes a rate of 0.0731.",
]


@pytest.mark.parametrize("text", GOOD)
def test_numbers_with_an_origin_pass(text: str) -> None:
    assert unexplained(lesson(text)) == []


@pytest.mark.parametrize("text", BAD)
def test_numbers_from_nowhere_are_named(text: str) -> None:
    (line,) = unexplained(lesson(text))
    assert line.split(" (")[0] in text.replace("{,}", ",")
