"""Putting the tables into their pages, between two marks: `python -m ia3_teach index`."""

from pathlib import Path

from ia3_teach.course.lab.recording import recorded
from ia3_teach.course.pages import family_tables, real_tables, recipe_table, tables, way_tables
from ia3_teach.course.pages.lessons import all_lessons
from ia3_teach.course.pages.marks import between
from ia3_teach.course.pages.outcome_tables import outcomes
from ia3_teach.course.pages.pretraining_tables import probes, progress

RESULTS = "data/results/README.md"
MADE = "made by python -m ia3_teach index"


def made_pages(root: Path) -> dict[Path, str]:
    """Each page as it has to be, by its place below `root`; nothing is written."""
    lessons, costs = all_lessons(root / "notebooks"), recorded(root / "data")
    page = {name: (root / name).read_text(encoding="utf-8") for name in ("README.md", "notebooks/README.md")}
    sheet = (root / "notebooks/cheat_sheet.md").read_text(encoding="utf-8")
    contents = put(page["notebooks/README.md"], "lessons", tables.index(lessons, costs))
    makers = {"sites": tables.sites, "counts": recipe_table.counts, "recipes": recipe_table.recipes}
    for name, made in makers.items():
        sheet = put(sheet, name, made())
    results = (root / RESULTS).read_text(encoding="utf-8")
    results = put(results, "real", real_tables.outcomes(root / "data/results"))
    results = put(results, "ways", way_tables.costs(root / "data/results"))
    results = put(results, "family", family_tables.outcomes(root / "data/results"))
    data = (root / "data/README.md").read_text(encoding="utf-8")
    data = put(data, "progress", progress(root / "data/results/pretraining.csv"))
    data = put(data, "probes", probes(root / "data/results/probes.csv"))
    return {
        root / "data/README.md": data,
        root / "README.md": tables.with_costs(page["README.md"], lessons, costs),
        root / RESULTS: put(results, "outcomes", outcomes(root / "data/results/summary.csv")),
        root / "notebooks/README.md": put(contents, "paths", tables.paths(lessons)),
        root / "notebooks/cheat_sheet.md": sheet,
    }


def write_pages(root: Path) -> list[str]:
    """Write the pages that have changed; their names."""
    changed = {path: text for path, text in made_pages(root).items() if path.read_text("utf-8") != text}
    for path, text in changed.items():
        path.write_text(text, encoding="utf-8")
    return [path.relative_to(root).as_posix() for path in changed]


def put(page: str, name: str, content: str) -> str:
    """The page with `content` between the marks of this name. Raises ValueError where they are missing.

    >>> print(put("<!-- x: made by python -m ia3_teach index -->\\nold\\n<!-- /x -->", "x", "new"))
    <!-- x: made by python -m ia3_teach index -->
    new
    <!-- /x -->
    """
    return between(page, f"<!-- {name}: {MADE} -->", f"<!-- /{name} -->", content)
