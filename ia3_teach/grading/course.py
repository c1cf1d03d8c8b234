"""A course of nbgrader's on disk: its folders, its configuration, and who has handed in what."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ia3_teach.storage.atomic import replacing
from ia3_teach.wording import brief, listed, short

CONFIGURATION = "nbgrader_config.py"
OWN = ".grading"  # in the course's folder: what grading keeps


class NoCourse(ValueError):
    """The folder is no course that can be graded."""


@dataclass(frozen=True)
class Course:
    """nbgrader's own idea of where everything lies, which a configuration may have changed."""

    directory: Any
    configuration: Any

    @property
    def own(self) -> Path:
        """Where grading keeps what it needs again, for the teacher alone."""
        folder = Path(self.directory.root) / OWN
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    def folder(self, step: str, student: str, name: str) -> Path:
        """A set's folder of one student in one step ("submitted", "autograded"); `student` is "." for all."""
        return Path(self.directory.format_path(getattr(self.directory, f"{step}_directory"), student, name))

    def students(self, name: str) -> list[str]:
        """Who has handed in this set, sorted."""
        return sorted({student for student in self._handed_in(name) if is_text(student)})

    def unreadable(self, name: str) -> list[str]:
        """Folders that nobody's name can be, as some programs unpack them: bytes that are no UTF-8."""
        return sorted({short(student) for student in self._handed_in(name) if not is_text(student)})

    def chosen(self, name: str, wanted: Sequence[str]) -> list[str]:
        """Those of `wanted`, or all. Raises NoCourse for one who has handed in nothing."""
        there = self.students(name)
        if unknown := sorted(set(wanted) - set(there)):
            raise NoCourse(
                f"{listed(unknown)}: nothing handed in for {brief(name)}; there are: {listed(there)}"
            )
        return sorted(set(wanted)) or there

    def _handed_in(self, name: str) -> Iterator[str]:
        submitted = self.directory.submitted_directory
        pattern = self.directory.format_path(submitted, "(?P<student>[^/]+)", name, escape=True)
        top = Path(self.directory.root) / submitted
        depth = len(self.folder("submitted", "x", name).relative_to(top).parts) if top.is_dir() else 0
        for folder in top.glob("/".join("*" * depth)) if depth else ():
            found = re.fullmatch(pattern, str(folder))
            if found and folder.is_dir() and not folder.name.startswith("."):
                yield found["student"]

    def seed(self) -> str:
        """What the class's hidden cases are drawn from: made once, kept, told to nobody."""
        path = self.own / "seed"
        if not path.exists():
            with replacing(path) as beside:
                beside.write_text(secrets.token_hex(16))
        return path.read_text().strip()


def is_text(name: str) -> bool:
    """Whether a name of the disk is one that a gradebook and a page can hold."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def open_course(root: Path, name: str) -> Course:
    """The course in a folder, with its own configuration.

    Raises:
        NoCourse: nbgrader is missing, the folder's name is none that a gradebook can have, there is no
            source/NAME, or nobody has handed it in.
    """
    try:
        from nbgrader.coursedir import CourseDirectory
        from traitlets.config import Config, PyFileConfigLoader
    except ImportError as error:
        raise NoCourse('grading needs nbgrader; install it with pip install "ia3-teach[teach]"') from error
    root = Path(root).resolve()
    configuration = Config()
    if (root / CONFIGURATION).is_file():
        configuration = PyFileConfigLoader(CONFIGURATION, path=str(root)).load_config()
    if "root" not in configuration.CourseDirectory:
        configuration.CourseDirectory.root = str(root)
    course = Course(CourseDirectory(config=configuration), configuration)
    if odd := {*"?%#"} & {*course.directory.db_url.removeprefix("sqlite:///")}:
        raise NoCourse(
            f"{short(root)}: with {short(min(odd))} in its path a gradebook would be laid elsewhere; "
            "rename the folder"
        )
    source = course.folder("source", ".", name)
    if not source.is_dir():
        there = sorted(path.name for path in source.parent.glob("*") if path.is_dir())
        sets = f"there are: {listed(there)}" if there else "a course has its sets in source/NAME"
        raise NoCourse(f"no set {brief(name)} in {short(source.parent)}; {sets}")
    if not course.students(name):
        raise NoCourse(
            f"nobody has handed in {brief(name)}: no {short(course.folder('submitted', 'STUDENT', name))}"
        )
    return course
