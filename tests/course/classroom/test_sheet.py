"""Single fields of a CSV file change, and every other byte stays."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ia3_teach.course.classroom.sheet import Sheet, read_sheet


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot be read: No such file"):
        read_sheet(tmp_path / "none.csv")


@pytest.mark.parametrize("content", [b"", b"\r\n\r\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_said(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "grades.csv").write_bytes(content)
    with pytest.raises(ValueError, match="is empty"):
        read_sheet(tmp_path / "grades.csv")


def test_a_file_saved_in_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "grades.csv").write_bytes("Student\nMüller\n".encode("latin-1"))
    with pytest.raises(ValueError, match="not in UTF-8 .byte 9"):
        read_sheet(tmp_path / "grades.csv")


@pytest.mark.parametrize("text", ['a,b\n"open,1\n', 'a,b\n"shut"behind,1\n'])
def test_quotation_marks_out_of_place_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="row 2: a quotation mark"):
        Sheet(text)


def test_a_heading_must_be_there_once() -> None:
    with pytest.raises(ValueError, match="no columns 'x'; it has 'a', 'b', 'b'"):
        Sheet("a,b,b").column("x")
    with pytest.raises(ValueError, match="2 columns 'b'"):
        Sheet("a,b,b").column("b")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_byte_order_mark_stay(end: str, mark: str) -> None:
    sheet = Sheet(f"{mark}a;b{end}1;2")
    assert sheet.rows == [["a", "b"], ["1", "2"]]
    assert sheet.replaced({(1, 1): "3,5"}) == f"{mark}a;b{end}1;3,5"


def test_what_needs_quotation_marks_gets_them() -> None:
    assert Sheet('a,b\n"1",2\n').replaced({(1, 0): "3", (1, 1): 'x, "y"'}) == 'a,b\n"3","x, ""y"""\n'


CELLS = some.text(some.sampled_from(list('aé ,;"\n\r')), max_size=5)
ROWS = some.integers(2, 4).map(lambda n: some.lists(CELLS, min_size=n, max_size=n))
TABLES = ROWS.flatmap(lambda row: some.lists(row, min_size=1))


@given(TABLES)
def test_any_table_that_python_writes_is_read_as_it_was_and_kept(table: list[list[str]]) -> None:
    file = io.StringIO(newline="")
    csv.writer(file, lineterminator="\r\n").writerows([["head"] * len(table[0]), *table])
    sheet = Sheet(file.getvalue())
    assert sheet.rows[1:] == table
    assert sheet.replaced({}) == file.getvalue()
