"""From a key press to the new picture in JupyterLab, for every view and each of its controls."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.pages.cells import CELLS, SETUP
from browser.served import executed

CLOCK = Path(__file__).with_name("clock.js").read_text(encoding="utf-8")
FIRST = 4000  # milliseconds that one looks at a view before the first press,
LOOK = 500  # and at each picture before the next
MOST = 12  # presses along one control
ANSWERED = "([times, before]) => times.length > before"


def measured(chromium: str, folder: Path) -> Iterator[tuple[str, list[float]]]:
    """(view, milliseconds of each press to a picture that had not been shown before), view after view."""
    with executed(folder, chromium, "00_views", SETUP, *CELLS.values()) as lab:
        lab.page.add_script_tag(content=CLOCK)
        for place, name in enumerate(CELLS):
            yield name, of_view(lab.page, place)


def of_view(page: Any, place: int) -> list[float]:
    """Walk through the stops of each control of one view by keys."""
    view = page.locator(".ia3-stops, .ia3-explorer").nth(place)
    view.scroll_into_view_if_needed()
    page.wait_for_timeout(FIRST)
    times = view.evaluate_handle("view => pressesIn(view)")
    for field, key, presses in fields_of(view):
        field.focus()
        for _ in range(presses):
            before = times.evaluate("times => times.length")
            page.keyboard.press(key)
            page.wait_for_function(ANSWERED, arg=[times, before])
            page.wait_for_timeout(LOOK)
    return [each["time"] for each in times.json_value() if each["fresh"]]


def fields_of(view: Any) -> Iterator[tuple[Any, str, int]]:
    """(field, key, presses): sliders to the beginning and then to the end, menus down, switches over."""
    if "ia3-explorer" in view.get_attribute("class"):
        yield view.get_by_label("λ, all of them"), "ArrowRight", MOST
        return
    for field in view.locator("input[type=range]").all():
        yield field, "ArrowLeft", int(field.input_value())
        yield field, "ArrowRight", int(field.get_attribute("max"))
    for field in view.locator("select").all():
        below = "select => select.options.length - 1 - select.selectedIndex"
        yield field, "ArrowDown", min(MOST, field.evaluate(below))
    for field in view.locator("input[type=checkbox]").all():
        yield field, "Space", 1
