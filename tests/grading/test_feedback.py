"""Feedback by nbgrader's own step, also for those whose notebooks it could not be made of, or would act."""

import os
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from grading_course import QUICK, handed_out, put
from hostile_markdown import PAYLOADS, RUN, SLOW
from submissions import with_markdown

from ia3_teach.grading.whole_set import grade_set

pytestmark = pytest.mark.slow

apps = pytest.importorskip("nbgrader.apps.api", reason="grading needs nbgrader (the extra `teach`)")
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
PASTED = {"attachments": {"image.png": {"image/png": PIXEL}}}
DRAWING = "![mine](attachment:image.png)"


@pytest.fixture
def pages(course, box, monkeypatch) -> dict[str, str]:
    """{student: their feedback}"""
    notebook = handed_out(course)
    put(course, "scripts", with_markdown(notebook, *PAYLOADS.values()))
    put(course, "pasted", with_markdown(notebook, DRAWING, **PASTED))
    put(course, "lost", with_markdown(notebook, DRAWING))
    put(course, "slow", with_markdown(notebook, *[piece * (180_000 // len(piece)) for piece in SLOW[:18]]))
    put(course, "many", with_markdown(notebook, *["# x" * 9] * 2_100))
    report = grade_set(course, "ps1", QUICK)
    assert set(report.points().values()) == {5.0} and "the first 2,000 were read" in report.summary()
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    return {student: feedback(course, student) for student in report.points()}


def feedback(course: Path, student: str) -> str:
    from traitlets.config import Config

    configuration = Config()
    configuration.CourseDirectory.root = str(course)
    made = apps.NbGraderAPI(config=configuration).generate_feedback("ps1", student)
    assert made["success"], made
    return (course / "feedback" / student / "ps1" / "first.html").read_text(encoding="utf-8")


def test_everybody_gets_feedback_and_in_none_of_it_a_student_acts(pages) -> None:
    scripts = {
        name: len(BeautifulSoup(page, "html.parser").find_all("script")) for name, page in pages.items()
    }
    assert len(set(scripts.values())) == 1, scripts
    assert RUN in BeautifulSoup(pages["scripts"], "html.parser").get_text()
    assert f"data:image/png;base64,{PIXEL}" in pages["pasted"]
    assert "cannot be shown: <code>attachment:image.png</code>" in pages["lost"]
    assert "Cut here: of 180,000 characters the first 20,000 are shown." in pages["slow"]
    assert max(map(len, pages.values())) < 5_000_000
