"""Building refuses before it writes, and what it leaves out no page asks for."""

import importlib.util

import pytest

from ia3_teach.website import building
from ia3_teach.website.building import build, refuse_without_sphinx
from ia3_teach.website.trimming import trim

PAGE = """<head>
  <script defer src="../_static/scripts/fontawesome.js?digest=1"></script>
    <script src="../_static/searchtools.js"></script>
    <script src="../searchindex.js"></script>
  <script src="../_static/doctools.js"></script>
</head>
"""


def test_without_sphinx_the_extra_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ValueError, match=r"needs sphinx, myst_nb, sphinx_book_theme: .*\[site\]"):
        build(tmp_path / "site")
    assert not (tmp_path / "site").exists()


def test_a_folder_with_something_else_in_it_is_left_alone(monkeypatch, tmp_path):
    monkeypatch.setattr(building, "refuse_without_sphinx", lambda: None)
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(ValueError, match="holds something else than a site made here"):
        build(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_site_with_faults_replaces_nothing(monkeypatch, tmp_path):
    def fail(*_):
        raise ValueError("the site has 2 faults")

    monkeypatch.setattr(building, "refuse_without_sphinx", lambda: None)
    monkeypatch.setattr(building, "lay_out", lambda *_: None)
    monkeypatch.setattr(building, "run_sphinx", fail)
    (tmp_path / building.MARK).write_text("older")
    with pytest.raises(ValueError, match="2 faults"):
        build(tmp_path)
    assert (tmp_path / building.MARK).read_text() == "older"


def test_pages_ask_for_no_icons_and_only_the_search_page_for_the_index(tmp_path):
    (tmp_path / "_static/scripts").mkdir(parents=True)
    (tmp_path / "_static/scripts/fontawesome.js").write_text("much")
    (tmp_path / "_static/scripts/bootstrap.js.map").write_text("more")
    (tmp_path / "_static/webpack-macros.html").write_text("a template, whose links lead nowhere")
    for name in ("lesson.html", "search.html"):
        (tmp_path / name).write_text(PAGE)
    trim(tmp_path)
    assert [path.name for path in (tmp_path / "_static").rglob("*")] == ["scripts"]
    lesson, search = ((tmp_path / name).read_text() for name in ("lesson.html", "search.html"))
    assert "fontawesome" not in lesson + search
    assert "searchindex" in search and "searchindex" not in lesson and "searchtools" not in lesson
    assert "doctools" in lesson


def test_here_sphinx_is_installed():
    pytest.importorskip("sphinx_book_theme", reason="the site needs the extra `site`")
    refuse_without_sphinx()
