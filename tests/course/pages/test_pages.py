"""The pages beside the lessons are what their lessons, measurements and tables say."""

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from ia3_teach.course.lab.recording import recorded
from ia3_teach.course.pages import made_pages, write_pages
from ia3_teach.course.pages.lessons import Lesson, all_lessons, facts
from ia3_teach.course.pages.tables import index, paths, sites, with_costs
from ia3_teach.course.pages.write import put
from ia3_teach.sites.architectures import ARCHITECTURES

ROOT = Path(__file__).parents[3]
PAGES = [ROOT / "notebooks" / name for name in ("README.md", "cheat_sheet.md")]
LESSONS = all_lessons(ROOT / "notebooks")
MEASURED = recorded(ROOT / "data")
ONE = Lesson("02_one", "02 · One", 5, 9, ("00",), (("2.1", "Scale", 4),))


@pytest.mark.parametrize("path", made_pages(ROOT), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_pages_are_up_to_date(path: Path) -> None:
    """If not: python -m ia3_teach index"""
    assert path.read_text(encoding="utf-8") == made_pages(ROOT)[path]


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.number)
def test_each_lesson_takes_as_long_as_it_says(lesson: Lesson) -> None:
    """If not: make run RECORD=1 on a quiet machine with 2 cores, then mend the lesson's Time line."""
    assert lesson.name in MEASURED, "not measured yet"
    seconds = MEASURED[lesson.name]["seconds"]
    assert seconds <= 90 and MEASURED[lesson.name]["megabytes"] <= 4000
    assert seconds <= 1.25 * lesson.seconds + 5, f"says {lesson.seconds} s, takes {seconds} s"
    assert lesson.seconds <= 2 * seconds + 10, f"says {lesson.seconds} s, takes {seconds} s"


def test_lessons_build_on_earlier_ones_that_exist() -> None:
    for lesson in LESSONS:
        assert set(lesson.needs) <= {other.number for other in LESSONS if other.number < lesson.number}
        assert lesson.exercises, lesson.name


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_links_stay_in_the_folder_that_learners_get(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
        assert "/" not in target and (page.parent / target).exists(), target


def test_every_architecture_has_its_sites_on_the_cheat_sheet() -> None:
    made = sites()
    for name, row in ARCHITECTURES.items():
        (line,) = [line for line in made.splitlines() if name in line.split("|")[1].replace(",", "").split()]
        assert all(f"`{pattern}`" in line for pattern in [*row.peft, *row.lora])
        assert all(f"`{target.pattern}`" in line for target in row.paper)


def test_the_ten_lines_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (code,) = re.findall(r"```python\n(.*?)```", PAGES[1].read_text(encoding="utf-8"), re.S)
    exec(code, {})
    assert (tmp_path / "my_adapter" / "adapter_config.json").exists()


def test_pitfalls_name_lessons_that_exist() -> None:
    _, _, pitfalls = PAGES[1].read_text(encoding="utf-8").partition("## When something is wrong")
    named = re.findall(r"\| ([\d, ]+) \|$", pitfalls, re.M)
    assert len(named) > 10
    assert {number for cell in named for number in cell.split(", ")} <= {other.number for other in LESSONS}


def test_a_row_states_exercises_and_costs() -> None:
    row = index([ONE], {"02_one": {"seconds": 8, "megabytes": 300}}).splitlines()[-1]
    assert row == "| [02 · One](02_one.ipynb) | 00 | 2.1 Scale (4 min) | 5\u00a0min | 8\u00a0s, 300\u00a0MB |"
    assert "not measured" in index([ONE], {})


def test_the_graph_leaves_out_what_follows_by_a_detour() -> None:
    after = replace(ONE, name="03_two", needs=("00", "02"))
    assert paths([ONE, after]).splitlines()[2:-1] == ["  00 --> 02", "  02 --> 03"]


def test_only_the_last_two_columns_of_a_row_are_replaced() -> None:
    other = "| [03](notebooks/03.ipynb) | a | b | c |"
    text = f"| [02 One](notebooks/02_one.ipynb) | by hand | 1 min | old |\n{other}\n"
    made = with_costs(text, [ONE], {"02_one": {"seconds": 8, "megabytes": 300}})
    assert (
        made.splitlines()[0]
        == "| [02 One](notebooks/02_one.ipynb) | by hand | 5\u00a0min | 8\u00a0s, 300\u00a0MB |"
    )
    assert made.splitlines()[1] == other


def test_a_lesson_without_its_time_and_a_page_without_marks_are_named() -> None:
    with pytest.raises(ValueError, match=r"02_one lacks .*minutes to read"):
        facts("02_one", "# 02 · One\n**Prerequisites.** none")
    with pytest.raises(ValueError, match="lacks the lines <!-- sites"):
        put("nothing", "sites", "a table")


def test_writing_changes_only_what_differs(tmp_path: Path) -> None:
    shutil.copy(ROOT / "README.md", tmp_path)
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks")
    (tmp_path / "data" / "results").mkdir(parents=True)
    shutil.copy(ROOT / "data/README.md", tmp_path / "data")
    tables = [f"{name}.csv" for name in ("summary", "runs", "real_runs", "pretraining", "probes")]
    for name in ("lessons.json", "README.md", *tables):
        shutil.copy(ROOT / "data/results" / name, tmp_path / "data/results")
    sheet = tmp_path / "notebooks" / "cheat_sheet.md"
    sheet.write_text(sheet.read_text("utf-8").replace("self_attn.k_proj", "stale"), encoding="utf-8")
    assert write_pages(tmp_path)[-1:] == ["notebooks/cheat_sheet.md"]
    assert write_pages(tmp_path) == [] and "stale" not in sheet.read_text("utf-8")
