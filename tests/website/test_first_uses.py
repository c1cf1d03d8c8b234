"""Terms lead to the glossary from the first sentence that says them, and from nowhere else."""

import json
from types import SimpleNamespace

import pytest

core = pytest.importorskip("docutils.core", reason="the site needs the extra `site`")

from docutils import nodes  # noqa: E402

from ia3_teach.course.pages.glossary import pattern  # noqa: E402
from ia3_teach.website.first_uses import anchors_of, link, link_words  # noqa: E402

LEFT = {"g#key": pattern("key", ["keys"]), "g#rate": pattern("rate"), "g#lr": pattern("learning rate")}


def links(text: str) -> list[tuple[str, str]]:
    """(word, address) of each link in a page of reST."""
    page = core.publish_doctree(text, settings_overrides={"report_level": 5})
    for box in page.findall(nodes.container):
        box["classes"] = ["cell_output"]  # reST would write a hyphen
    link_words(page, dict(LEFT))
    return [(found.astext(), found["refuri"]) for found in page.findall(nodes.reference)]


NO_PROSE = [
    "Keys\n====\n\nA turnkey.",
    "``key``",
    "::\n\n  key",
    "`the key <elsewhere>`__",
    ":math:`key`",
    ".. container::\n\n   key",
]


@pytest.mark.parametrize("text", NO_PROSE)
def test_headings_code_formulas_outputs_and_links_are_left_alone(text) -> None:
    assert {address for _, address in links(text)} <= {"elsewhere"}


def test_a_term_leads_there_once_in_whichever_form_comes_first() -> None:
    text = "Keys, Keys\n==========\n\nThe **keys** meet a key.\n\nA key."
    assert links(text) == [("keys", "g#key")]


def test_the_longer_of_two_terms_is_linked_and_the_shorter_one_later() -> None:
    assert links("A learning rate.\n\nThis rate.") == [("learning rate", "g#lr"), ("rate", "g#rate")]


def test_no_word_is_lost() -> None:
    page = core.publish_doctree("The keys at a rate, a key.")
    link_words(page, dict(LEFT))
    assert page.astext() == "The keys at a rate, a key."


def test_only_lessons_are_linked_and_a_site_without_a_glossary_has_no_links(tmp_path) -> None:
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks/terms.json").write_text(json.dumps({"key": ["keys"]}))
    glossary = core.publish_doctree("Glossary\n========\n\nrate\n----\n\nA.\n\nkey\n---\n\nB.")
    assert anchors_of(glossary)["key"] == "key"
    env = SimpleNamespace(found_docs={"notebooks/glossary"}, get_doctree=lambda name: glossary)
    builder = SimpleNamespace(get_relative_uri=lambda here, there: "glossary.html")
    app = SimpleNamespace(srcdir=tmp_path, env=env, builder=builder)
    found = {}
    for name in ("notebooks/02_one", "notebooks/cheat_sheet", "index"):
        page = core.publish_doctree("The keys.")
        link(app, page, name)
        found[name] = [each["refuri"] for each in page.findall(nodes.reference)]
    assert found == {"notebooks/02_one": ["glossary.html#key"], "notebooks/cheat_sheet": [], "index": []}
    env.found_docs, page = set(), core.publish_doctree("The keys.")
    link(app, page, "notebooks/02_one")
    assert not list(page.findall(nodes.reference))
