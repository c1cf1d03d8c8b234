"""What Sphinx is given: copies of the lessons, pages without dead links, a glossary where there is one."""

from website.small_course import write_course

from ia3_teach.website import first_page
from ia3_teach.website.sources import lay_out, tree


def laid_out(tmp_path, monkeypatch):
    """The sources of the small course, without its live pages."""
    contents = []
    monkeypatch.setattr(first_page, "write", lambda folder, text: contents.append(text))
    lay_out(tmp_path / "course", tmp_path / "sources")
    return tmp_path / "sources", contents[0]


def test_links_to_what_the_site_lacks_are_words_and_the_others_stay(tmp_path, monkeypatch):
    write_course(tmp_path / "course")
    page = (laid_out(tmp_path, monkeypatch)[0] / "notebooks/README.md").read_text()
    assert "[00](00_one.ipynb)" in page and "the data" in page and "../data" not in page
    assert "[a paper](https://arxiv.org/abs/2205.05638)" in page


def test_what_builds_on_what_is_a_list_that_no_script_has_to_draw(tmp_path, monkeypatch):
    write_course(tmp_path / "course")
    page = (laid_out(tmp_path, monkeypatch)[0] / "notebooks/README.md").read_text()
    assert "mermaid" not in page and "- [00](00_one.ipynb)\n  - [01](01_two.ipynb)" in page


def test_a_lesson_that_builds_on_two_stands_below_both(tmp_path):
    files = [tmp_path / f"0{number}_x.ipynb" for number in range(3)]
    assert tree("  00 --> 02\n  01 --> 02", files).count("[02]") == 2


def test_a_glossary_is_taken_along_where_there_is_one(tmp_path, monkeypatch):
    write_course(tmp_path / "course")
    assert "notebooks/glossary" not in laid_out(tmp_path, monkeypatch)[1]
    (tmp_path / "course/notebooks/glossary.md").write_text("# Glossary\n")
    again = tmp_path / "again"
    again.mkdir()
    (tmp_path / "course").rename(again / "course")
    folder, contents = laid_out(again, monkeypatch)
    assert "notebooks/glossary" in contents and (folder / "notebooks/glossary.md").is_file()


def test_lessons_are_copied_byte_by_byte(tmp_path, monkeypatch):
    course = write_course(tmp_path / "course")
    folder, contents = laid_out(tmp_path, monkeypatch)
    for path in (course / "notebooks").glob("*.ipynb"):
        assert (folder / "notebooks" / path.name).read_bytes() == path.read_bytes()
        assert f"notebooks/{path.stem}" in contents


def test_the_questions_of_the_lessons_that_have_some_are_a_page(tmp_path, monkeypatch):
    write_course(tmp_path / "course")
    folder, contents = laid_out(tmp_path, monkeypatch)
    page = (folder / "questions.md").read_text()
    assert "\nquestions\n" in contents and "## [01 · Two](notebooks/01_two.ipynb)" in page
    assert "<summary>1 &lt; 2</summary><p><em>Right.</em> So it is.</p>" in page and "00 ·" not in page


def test_without_questions_there_is_no_page_of_them(tmp_path, monkeypatch):
    course = write_course(tmp_path / "course")
    (course / "notebooks/questions/01.json").unlink()
    folder, contents = laid_out(tmp_path, monkeypatch)
    assert not (folder / "questions.md").exists() and "\nquestions\n" not in contents
