"""The README names every lesson, and every file that it links is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_lesson_is_in_the_table() -> None:
    for notebook in (ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"):
        assert f"(notebooks/{notebook.name})" in README, notebook.name


PAGES = ["README.md", "data/results/README.md", "ia3_teach/README.md", "data/README.md"]


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_somewhere(name) -> None:
    page = ROOT / name
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
        assert target.startswith("https://") or (page.parent / target).exists(), target


def test_it_is_read_in_five_minutes_and_nothing_is_cut_off() -> None:
    words = [word for word in README.split() if re.search(r"\w", word)]  # no rules of tables
    assert len(words) <= 1200
    blocks = re.findall(r"^```\w*\n(.*?)^```$", README, re.M | re.S)
    assert blocks and all(len(line) <= 90 for block in blocks for line in block.splitlines())


def test_the_first_screen_says_for_whom_and_why_and_shows_something_to_touch() -> None:
    first = README[: README.index("## Lessons")]
    for needed in ("**For**", "**Why this**", "explorer.gif", "git clone", "make course", "minutes", "GB of"):
        assert needed in first, needed


def test_the_rooms_of_the_package_are_all_on_its_map() -> None:
    package = ROOT / "ia3_teach"
    text = (package / "README.md").read_text(encoding="utf-8")
    rooms = {path.parent.name for path in package.glob("*/__init__.py")}
    rooms |= {path.parent.name for path in (package / "course").glob("*/__init__.py")}
    assert not {room for room in rooms if f"`{room}/`" not in text}


def test_the_pictures_have_words_for_those_who_do_not_see_them() -> None:
    for words in re.findall(r"!\[([^\]]*)\]", README):
        assert len(words.split()) > 10


def test_nothing_is_left_to_fill_in() -> None:
    assert not re.search(r"\b(READ|RUN)\d\d\b|TODO|COUNT\b", README)


def test_the_number_of_architectures_is_that_of_the_table() -> None:
    from ia3_teach.sites.architectures import ARCHITECTURES

    text = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    assert f"Sites are known for {len(ARCHITECTURES)} architectures" in text


def test_the_size_of_the_model_under_the_picture_is_the_counted_one() -> None:
    from ia3_teach import IA3, attach, count, load_model

    model, _ = load_model("tiny-bloom")
    size = count(model).total
    attach(model, IA3())
    caption = " ".join(README.split())
    assert f"`tiny-bloom` ({size / 1e6:.1f} million parameters, {count(model).adapter:,} of them" in caption


COUNTED = "none one two three four five six seven eight nine ten eleven twelve".split()


def test_the_hours_and_minutes_of_all_lessons_are_the_sums_of_the_table() -> None:
    rows = re.findall(r"^\| \[\d\d .*\| (\d+)\smin \| (\d+)\ss,", README, re.M)
    hours = round(sum(int(read) for read, _ in rows) / 60)
    text = " ".join(README.split())
    told = re.search(r"All lessons take (\w+) hours to read and (\w+) minutes to run", text)
    assert told and told[1] == COUNTED[hours]
    assert abs(COUNTED.index(told[2]) - sum(int(run) for _, run in rows) / 60) <= 1
