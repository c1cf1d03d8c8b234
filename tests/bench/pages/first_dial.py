"""From opening the site's first page, on disk, to a dial that turns, and to its model; each time anew."""

from pathlib import Path
from typing import Any

OPENINGS = 5
# Milliseconds from asking for the page to the first answer under a dial that turns, and to the model itself.
TURNS = (
    """() => document.querySelector(".ia3-dial:has(input) .said")?.textContent ? performance.now() : null"""
)
AWAKE = """() => document.querySelector(".ia3-dial[data-awake]") ? performance.now() : null"""


def measured(browser: Any, page: Path) -> dict[str, list[float]]:
    """{what is there: milliseconds of each opening}."""
    found = [opened(browser, page) for _ in range(OPENINGS)]
    return {name: [each[name] for each in found] for name in found[0]}


def opened(browser: Any, page: Path) -> dict[str, float]:
    """One opening; the page is looked at in each frame."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    shown = context.new_page()
    shown.goto(page.as_uri(), wait_until="commit")
    turns = shown.wait_for_function(TURNS, polling="raf").json_value()
    awake = shown.wait_for_function(AWAKE, polling="raf").json_value()
    context.close()
    return {"dial": turns, "model": awake}
