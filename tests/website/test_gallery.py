"""The gallery names every view, and takes its pictures from what lessons have stored."""

import inspect

import pytest
from website.small_course import write_course

from ia3_teach import views
from ia3_teach.course.lab.kernel import lessons, notebooks_directory, read_notebook
from ia3_teach.website.gallery import DRAWN_BY, page
from ia3_teach.website.stored_views import calls, drawn_in


def test_a_cell_that_is_no_plain_python_calls_no_view():
    assert calls("%matplotlib inline\nplot_dial(grid)") == []


def test_every_view_is_in_it_also_those_that_no_lesson_draws(tmp_path):
    text = page(write_course(tmp_path / "course") / "notebooks", tmp_path / "pictures")
    for name in views.__all__:
        if name.startswith(("plot_", "explore_")):
            assert f"## `{name}`\n\n" in text, name


def test_a_picture_has_its_words_its_lesson_its_heading_and_its_call(tmp_path):
    text = page(write_course(tmp_path / "course") / "notebooks", tmp_path / "pictures")
    assert (tmp_path / "pictures/plot_dial.png").read_bytes() == b"pixels"
    entry = text.split("## `plot_dial`")[1].split("## ")[0]
    assert 'alt="three &lt; four"' in entry and 'width="716" height="240"' in entry
    assert "[00 · One](notebooks/00_one.ipynb), *A dial*" in entry
    assert "<code>plot_dial(grid, strength=1.0)</code>" in entry


def test_a_picture_says_from_which_data_it_is(tmp_path):
    course = write_course(tmp_path / "course")
    text = page(course / "notebooks", tmp_path / "pictures")
    assert text.count("Its data: <code>grid = turn_dial(&#x27;a&#x27;)</code>") == 2


def test_controls_have_the_next_picture_of_their_lesson_and_say_where_they_are_live(tmp_path):
    text = page(write_course(tmp_path / "course") / "notebooks", tmp_path / "pictures")
    entry = text.split("## `explore_dial`")[1].split("## ")[0]
    assert "_static/pictures/explore_dial.png" in entry and "(index.md)" in entry


def called(path):
    """The views that a lesson calls."""
    cells = [cell for cell in read_notebook(path).cells if cell.cell_type == "code"]
    return {name for cell in cells for name, _ in calls(cell.source)}


def executed(path):
    return any(cell.get("outputs") for cell in read_notebook(path).cells)


EXECUTED = [path for path in lessons(notebooks_directory()) if executed(path)]


@pytest.mark.parametrize("path", EXECUTED, ids=lambda path: path.stem)
def test_each_view_that_a_lesson_calls_has_its_picture(path):
    assert called(path) == {view.name for view in drawn_in(path)}


def test_nearly_every_view_is_called_in_a_lesson():
    named = {name for name in views.__all__ if name.startswith(("plot_", "explore_"))}
    found = set().union(*map(called, lessons(notebooks_directory())))
    assert found <= named and len(named - found - set(DRAWN_BY)) <= 3, sorted(named - found)


@pytest.mark.parametrize("plot", DRAWN_BY)
def test_controls_that_lend_their_picture_draw_what_they_lend_it_to(plot):
    assert plot in inspect.getsource(getattr(views, DRAWN_BY[plot]))
