"""Every number quoted from elsewhere is in one file with its source, and the lessons quote from that file."""

import re
from pathlib import Path

import nbformat
import pytest
from published_counts import IA3_ROWS, LORA_ROWS

from ia3_teach.course.shipped.published_numbers import all_published, published

NOTEBOOKS = sorted((Path(__file__).parents[3] / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("name", all_published())
def test_each_number_has_a_source_and_a_place_in_it(name: str) -> None:
    number = published(name)
    assert number.value > 0
    assert all((number.what, number.source, number.section))
    assert number.printed in str(number) and number.section in str(number)


@pytest.mark.parametrize(
    ("name", "value"),
    [("t-few.disk", 4.2e6), ("t-few.flops", 1.1e12), ("t0-3b.lora", 9.1e6), ("roberta-large.percent", 0.638)],
)
def test_printed_numbers_are_read_with_their_unit(name: str, value: float) -> None:
    assert published(name).value == pytest.approx(value)


def test_whole_numbers_stay_whole() -> None:
    assert isinstance(published("bloom-1b4-zh.trainable").value, int)


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("bloom-1b4-zh.trainable", "bloom-1b4-zh"),
        ("bloom-1b4-zh.lora", "bloom-1b4-zh"),
        ("roberta-large.trainable", "roberta-large"),
        ("llama-3.2-3b.trainable", "Llama-3.2-3B"),
        ("t0-3b.checkpoint", "T0-3B"),
    ],
)
def test_counts_are_those_that_the_golden_table_explains(name: str, model: str) -> None:
    rows = [row for row in [*IA3_ROWS, *LORA_ROWS] if row.model == model]
    assert published(name).value in {row.trainable for row in rows}


@pytest.mark.parametrize("model", ["bloom-1b4-zh", "roberta-large"])
def test_percentages_follow_from_the_counts_beside_them(model: str) -> None:
    share = 100 * published(f"{model}.trainable").value / published(f"{model}.all").value
    digits = len(published(f"{model}.percent").printed.removesuffix(" %").split(".")[1])
    assert round(share, digits) == published(f"{model}.percent").value


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"no published number 'bloom'; known: .*bloom-1b4-zh\.all"):
        published("bloom")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_lessons_quote_names_that_exist(path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    sources = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    for name in re.findall(r"published\(\s*\"([^\"{]+)\"", sources):
        assert published(name).printed
