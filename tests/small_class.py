"""A gradebook of nbgrader with six students, among them two surnames alike, accents and commas."""

from datetime import datetime
from pathlib import Path

from nbgrader.api import Gradebook

STUDENTS = {
    "u001": ("Müller", "Anna"),
    "u002": ("Müller", "Jürgen"),
    "u003": ("O'Brien, Jr.", "Seán"),
    "u004": ("Nguyễn", "Thị Ánh"),
    "u005": ("García Márquez", 'José "Pepe"'),
    "u006": ("Zoë", ""),
}


def gradebook(directory: Path) -> Gradebook:
    """Two assignments, ps1 of 10 points and ps2 of 4; what came of them stands in `hand_in`'s calls."""
    book = Gradebook(f"sqlite:///{directory / 'gradebook.db'}")
    for name, points in (("ps1", 10), ("ps2", 4)):
        book.add_assignment(name, duedate=datetime(2026, 11, 20, 12))
        book.add_notebook("only", name)
        book.add_grade_cell("cell", "only", name, max_score=points, cell_type="code")
    for student, (last, first) in STUDENTS.items():
        book.add_student(student, last_name=last, first_name=first, email=f"{student}@school.example")
    hand_in(book, "ps1", "u001", 10)
    hand_in(book, "ps1", "u002", 7.5)
    hand_in(book, "ps1", "u003", 8, penalty=2)
    hand_in(book, "ps1", "u004", 3, by_hand=True)
    hand_in(book, "ps1", "u006", 1, penalty=5)
    hand_in(book, "ps2", "u001", 10 / 3)
    return book


def hand_in(
    book: Gradebook, assignment: str, student: str, score: float, penalty: float = 0.0, by_hand: bool = False
) -> None:
    """A graded submission; `by_hand` leaves it waiting for a person."""
    book.add_submission(assignment, student)
    notebook = book.find_submission_notebook("only", assignment, student)
    notebook.late_submission_penalty = penalty
    grade = book.find_grade("cell", "only", assignment, student)
    grade.auto_score, grade.needs_manual_grade = score, by_hand
    book.db.commit()
