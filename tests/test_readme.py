"""The README names every lesson, and every file that it links is there."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_lesson_is_in_the_table() -> None:
    for notebook in (ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"):
        assert f"(notebooks/{notebook.name})" in README, notebook.name


def test_every_link_leads_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


def test_nothing_is_left_to_fill_in() -> None:
    assert not re.search(r"\b(READ|RUN)\d\d\b|TODO|COUNT\b", README)


def test_the_number_of_architectures_is_that_of_the_table() -> None:
    from ia3_teach.sites.architectures import ARCHITECTURES

    text = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    assert f"Sites are known for {len(ARCHITECTURES)} architectures" in text
