"""The glossary: every term of the course, in order, each with a lesson that uses it."""

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest

from ia3_teach.course.pages.glossary import entries, first_uses, pattern, prose

NOTEBOOKS = Path(__file__).parents[3] / "notebooks"
TEXT = (NOTEBOOKS / "glossary.md").read_text(encoding="utf-8")
TERMS: dict[str, list[str]] = json.loads((NOTEBOOKS / "terms.json").read_text(encoding="utf-8"))
ENTRIES = entries(TEXT)
MOST_WORDS = 60


def cells(kind: str) -> dict[str, list[Any]]:
    """Lesson -> its cells of a kind."""
    paths = sorted(NOTEBOOKS.glob("[0-9]*.ipynb"))
    read = {path.stem: json.loads(path.read_text(encoding="utf-8"))["cells"] for path in paths}
    return {name: [cell for cell in found if cell["cell_type"] == kind] for name, found in read.items()}


WORDS = {
    name: [(cell["id"], "".join(cell["source"])) for cell in found]
    for name, found in cells("markdown").items()
}
FIRST = first_uses(TERMS, WORDS)


def plain(term: str) -> str:
    """A term as it is sorted: without the marks of code."""
    return term.strip("`").casefold()


LOST = ["## site\n\nA layer.\n", "## site\n\n([lesson 02](02_a.ipynb))\n", "## site"]


@pytest.mark.parametrize("text", LOST)
def test_an_entry_without_a_meaning_or_a_lesson_is_named(text) -> None:
    with pytest.raises(ValueError, match="entry 'site' has no meaning"):
        entries(f"## key\n\nA.\n([lesson 00](00_a.ipynb))\n\n{text}")


def test_every_term_of_the_course_stands_in_it() -> None:
    assert not set(TERMS) - {entry.term for entry in ENTRIES}


def test_it_is_sorted_and_no_term_stands_twice() -> None:
    terms = [plain(entry.term) for entry in ENTRIES]
    assert terms == sorted(set(terms))


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.term)
def test_an_entry_names_a_lesson_that_uses_its_term(entry) -> None:
    assert entry.lesson in WORDS
    if entry.term in TERMS and entry.term not in FIRST:
        return  # a word that readers know from elsewhere, and no lesson uses
    forms = TERMS.get(entry.term, [f"{entry.term}s"])
    source = [*(text for _, text in WORDS[entry.lesson])]
    if entry.term.startswith("`"):
        source = ["".join(cell["source"]) for cell in cells("code")[entry.lesson]]
    used = pattern(entry.term.strip("`"), forms)
    assert any(used.search(text) for text in source), f"lesson {entry.lesson} does not use {entry.term}"


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.term)
def test_a_meaning_is_one_to_three_plain_sentences(entry) -> None:
    assert len(entry.meaning.split()) <= MOST_WORDS and entry.meaning[-1] in ".*"
    assert 1 <= len(re.findall(r"[.:](?= |$)", entry.meaning.replace("\n", " "))) <= 5


def test_the_librarys_verbs_that_lessons_use_stand_in_it() -> None:
    used = set()
    for cell in (cell for found in cells("code").values() for cell in found):
        for node in ast.walk(ast.parse("".join(cell["source"]))):
            if isinstance(node, ast.ImportFrom) and node.module == "ia3_teach":
                used |= {alias.name for alias in node.names}
    coded = set(re.findall(r"`(\w+)", TEXT))
    rooms = {path.stem for path in (NOTEBOOKS.parent / "ia3_teach").iterdir()}  # read, and no verbs
    assert not used - coded - rooms


def test_a_first_use_is_in_bold_in_the_cell_that_a_link_would_stand_in() -> None:
    texts = {(name, number): prose(text) for name, found in WORDS.items() for number, text in found}
    for term, place in FIRST.items():
        used = pattern(term, TERMS[term]).search(texts[place])
        assert used and texts[place][: used.start()].endswith("**"), (term, place)


def test_every_link_leads_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", TEXT):
        assert (NOTEBOOKS / target).exists(), target
