"""Grades into Canvas's and Moodle's own files, held against golden ones byte for byte."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("nbgrader", reason="exports need nbgrader (the extra `teach`)")

from nbgrader.api import Gradebook  # noqa: E402
from small_class import gradebook, hand_in  # noqa: E402
from traitlets.config import Config  # noqa: E402

from ia3_teach.course.classroom import CanvasExport, MoodleExport  # noqa: E402

GOLDEN = Path(__file__).parent / "golden"
Traits = dict[str, object]


@pytest.fixture(scope="module")
def laid_out(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A gradebook's file; nbgrader starts `alembic`, which lies beside this Python, to lay out a new one."""
    directory = tmp_path_factory.mktemp("class")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
        gradebook(directory).close()
        yield directory / "gradebook.db"


@pytest.fixture
def book(laid_out: Path, tmp_path: Path) -> Iterator[Gradebook]:
    shutil.copy(laid_out, tmp_path)
    with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as book:
        yield book


def export(kind: type, book: Gradebook, target: Path, **traits: object) -> bytes:
    """What the exporter writes with these traits."""
    kind(config=Config({kind.__name__: {"to": str(target), **traits}})).export(book)
    return target.read_bytes()


def changed(tmp_path: Path, name: str, old: str, new: str) -> str:
    """The path of a copy of a golden file with a change."""
    text = (GOLDEN / name).read_bytes().decode("utf-8")
    assert old in text
    path = tmp_path / f"changed-{name}"
    path.write_bytes(text.replace(old, new).encode("utf-8"))
    return str(path)


REFUSED = [
    ("", "", {"template": ""}, "give the platform's own file"),
    ("Points Possible", "Points", {}, "no row 'Points Possible'"),
    ("10.0,4", "12.0,4", {}, "10 points in the gradebook, 12 in"),
    ("10.0,4", ",4", {}, "'' points possible for ps1; set a number in Canvas"),
    (",u002,", ",u001,", {}, "rows 4 and 5 both have 'u001'"),
    ("SIS Login ID", "Login", {}, "no columns 'SIS Login ID'"),
    ("PS2 (4712)", "PS1 (4712)", {}, "2 columns 'ps1'"),
    ("PS1 (4711)", "First set (4711)", {"assignment": ["ps1"]}, "no columns 'ps1'"),
    ("", "", {"assignment": ["ps9"]}, "no assignment ps9 in the gradebook; it has: ps1, ps2"),
    ("", "", {"student": ["u77"]}, "no student u77"),
    ("", "", {"key": "SIS User ID"}, "'SIS Login ID' has the identifier of 5"),
    ("", "", {"key": "Section", "by": "email"}, "key='SIS Login ID', by='student'"),
    ("PS", "Set ", {}, "no row of .* has points"),
]


@pytest.mark.parametrize(("old", "new", "traits", "message"), REFUSED)
def test_canvas_refuses_and_writes_nothing(book, tmp_path, old, new, traits: Traits, message) -> None:
    template = changed(tmp_path, "canvas.csv", old, new) if old else str(GOLDEN / "canvas.csv")
    with pytest.raises(SystemExit, match=f"nothing written: (.|\n)*{message}"):
        export(CanvasExport, book, tmp_path / "new.csv", **{"template": template, **traits})
    assert not (tmp_path / "new.csv").exists()


def test_canvas_never_writes_over_its_own_file(book, tmp_path) -> None:
    template = changed(tmp_path, "canvas.csv", "PS1", "PS1")
    with pytest.raises(SystemExit, match="is kept; give another name"):
        export(CanvasExport, book, Path(template), template=template)
    assert Path(template).read_bytes() == (GOLDEN / "canvas.csv").read_bytes()


def test_canvas_is_filled_and_the_rest_kept_byte_for_byte(book, tmp_path, capsys) -> None:
    found = export(CanvasExport, book, tmp_path / "new.csv", template=str(GOLDEN / "canvas.csv"))
    assert found == (GOLDEN / "canvas-filled.csv").read_bytes()
    assert capsys.readouterr().out.splitlines() == [
        'García Márquez, José "Pepe" (u005): nothing handed in; left as it was',
        "Müller, Jürgen (u002): was 7, is now 7.5",
        "Nguyễn, Thị Ánh (u004): waits for grading by hand; left as it was",
        "O'Brien, Jr., Seán (u003): 6 written, after 2 taken off for being late",
        "Zoë (u006): in the gradebook, not in the file; 0 of 10 points have no row",
        "Stranger, A: in the file, not in the gradebook; left alone",
        "ps1: 3 of 7 rows written",
        *(f"{who}: nothing handed in; left as it was" for who in PS2_WITHOUT),
        "Zoë (u006): in the gradebook, not in the file; nothing handed in",
        "Stranger, A: in the file, not in the gradebook; left alone",
        "ps2: 1 of 7 rows written",
        f"{tmp_path / 'new.csv'}: written",
    ]


PS2_WITHOUT = (
    'García Márquez, José "Pepe" (u005)',
    "Müller, Jürgen (u002)",
    "Nguyễn, Thị Ánh (u004)",
    "O'Brien, Jr., Seán (u003)",
)


def test_canvas_gets_zero_for_what_was_not_handed_in_only_where_asked(book, tmp_path, capsys) -> None:
    traits = {"template": str(GOLDEN / "canvas.csv"), "missing": "0", "assignment": ["ps1"]}
    found = export(CanvasExport, book, tmp_path / "new.csv", **traits).decode("utf-8")
    assert ",u005,Group A,0,," in found and ",u004,Group B,1,,EX" in found
    assert "(u005): nothing handed in; 0 written" in capsys.readouterr().out


def test_canvas_points_are_converted_only_where_asked(book, tmp_path) -> None:
    template = changed(tmp_path, "canvas.csv", "10.0,4", "100,4")
    found = export(CanvasExport, book, tmp_path / "new.csv", template=template, scale=True)
    assert b",u002,Group A,75,2," in found


def test_canvas_with_semicolons_gets_decimal_commas(book, tmp_path) -> None:
    text = "Student;ID;SIS User ID;SIS Login ID;Section;PS1 (1)\n    Points Possible;;;;;10,0\n"
    (tmp_path / "de.csv").write_text(text + "Müller, Jürgen;102;S2;u002;A;\n", encoding="utf-8")
    found = export(CanvasExport, book, tmp_path / "new.csv", template=str(tmp_path / "de.csv"))
    assert found.decode("utf-8") == text + "Müller, Jürgen;102;S2;u002;A;7,5\n"


def test_canvas_column_of_another_name_can_be_given(book, tmp_path) -> None:
    template = changed(tmp_path, "canvas.csv", "PS1 (4711)", "The layer (4711)")
    traits = {"template": template, "columns": {"ps1": "The layer (4711)"}}
    assert b",u001,\"Group A, Group B\",10,3.3333" in export(CanvasExport, book, tmp_path / "n.csv", **traits)


MOODLE_REFUSED = [
    ("", "", {"assignment": []}, "a worksheet is for one assignment"),
    ("10.00", "20.00", {}, "10 points in the gradebook, '20.00' in"),
    ("10.00", "Scale", {}, "'Scale' in"),
    ("ID number", "Number", {}, "no columns 'ID number'"),
]


@pytest.mark.parametrize(("old", "new", "traits", "message"), MOODLE_REFUSED)
def test_moodle_refuses_and_writes_nothing(book, tmp_path, old, new, traits: Traits, message) -> None:
    template = changed(tmp_path, "moodle.csv", old, new) if old else str(GOLDEN / "moodle.csv")
    with pytest.raises(SystemExit, match=message):
        traits = {"template": template, "assignment": ["ps1"], **traits}
        export(MoodleExport, book, tmp_path / "n.csv", **traits)
    assert not (tmp_path / "n.csv").exists()


def test_moodle_worksheet_is_filled_and_the_rest_kept_byte_for_byte(book, tmp_path, capsys) -> None:
    traits = {"template": str(GOLDEN / "moodle.csv"), "assignment": ["ps1"], "missing": "0"}
    found = export(MoodleExport, book, tmp_path / "new.csv", **traits)
    assert found == (GOLDEN / "moodle-filled.csv").read_bytes()
    said = capsys.readouterr().out
    assert "ps1: 4 of 5 rows written" in said and "(u003): was 5.00, is now 6" in said


def test_moodle_rows_can_be_found_by_address(book, tmp_path) -> None:
    template = changed(tmp_path, "moodle.csv", "ID number", "Number")
    traits = {"template": template, "assignment": ["ps1"], "missing": "0"}
    found = export(MoodleExport, book, tmp_path / "n.csv", key="Email address", by="email", **traits)
    expected = (GOLDEN / "moodle-filled.csv").read_bytes()
    assert found == expected.replace(b"ID number", b"Number")


def test_moodle_table_has_every_student_and_assignment(book, tmp_path, capsys) -> None:
    assert export(MoodleExport, book, tmp_path / "t.csv") == (GOLDEN / "moodle-table.csv").read_bytes()
    said = capsys.readouterr().out.splitlines()
    assert "O'Brien, Jr., Seán (u003): 6 in ps1, after 2 taken off for being late" in said
    assert "Nguyễn, Thị Ánh (u004): waits for grading by hand in ps1" in said
    assert said[-2] == "6 students, 2 assignments"


def test_an_empty_gradebook_is_said(book, tmp_path) -> None:
    for name in ("ps1", "ps2"):
        book.remove_assignment(name)
    with pytest.raises(SystemExit, match="no assignments; grade one first"):
        export(MoodleExport, book, tmp_path / "t.csv")


def test_a_submission_that_is_graded_later_is_written_the_next_time(book, tmp_path) -> None:
    export(CanvasExport, book, tmp_path / "a.csv", template=str(GOLDEN / "canvas.csv"))
    hand_in(book, "ps1", "u005", 9)
    found = export(CanvasExport, book, tmp_path / "b.csv", template=str(tmp_path / "a.csv"))
    assert b",u005,Group A,9,," in found


@pytest.mark.parametrize(
    ("name", "template", "golden"),
    [("CanvasExport", "canvas.csv", "canvas-filled.csv"), ("MoodleExport", "", "moodle-table.csv")],
)
def test_the_command_of_nbgrader_runs_them(book, tmp_path, name, template, golden) -> None:
    bin_ = Path(sys.executable).parent
    command = [bin_ / "nbgrader", "export", f"--exporter=ia3_teach.course.classroom.{name}", "--to=new.csv"]
    command += [f"--{name}.template={GOLDEN / template}"] if template else []
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "new.csv").read_bytes() == (GOLDEN / golden).read_bytes()
    assert "new.csv: written" in done.stdout
