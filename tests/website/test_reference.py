"""The reference has a section for every file of its rooms, and every verb lies in one of them."""

import pytest

import ia3_teach
from ia3_teach import views
from ia3_teach.course import lesson
from ia3_teach.website.reference import LIBRARY, ROOMS, files_of, write


def modules() -> set[str]:
    return {f"ia3_teach.{name}" for name in (*LIBRARY, *(file for room in ROOMS for file in files_of(room)))}


@pytest.mark.parametrize("package", [ia3_teach, views])
def test_what_a_package_hands_out_is_told_of(package):
    for name in package.__all__:
        assert getattr(package, name).__module__ in modules(), name


def test_what_lessons_take_from_elsewhere_in_the_library_is_left_to_it():
    outside = {getattr(lesson, name).__module__ for name in lesson.__all__} - modules()
    assert all(name.split(".")[1] in ("training", "storage") for name in outside), outside


def test_each_page_has_a_section_for_each_file(tmp_path):
    for name in write(tmp_path / "reference"):
        text = (tmp_path / "reference" / f"{name}.rst").read_text()
        assert text.count(".. automodule:: ia3_teach.") >= 4, name
