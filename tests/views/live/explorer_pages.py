"""Pages with the explorer, opened from disk in a browser that notes every error and every request."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from ia3_teach.views.explorer_page import map_part, write_page

NARROW, WIDE = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
WAIT = 120_000  # milliseconds, on a machine that has much else to do


@dataclass
class Opened:
    """A page with what went wrong on it and what it asked for."""

    page: Any
    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def answers(self) -> dict[str, list[str]]:
        """{"as learned": ["84 %", "16 %"], ...} of the first question."""
        script = """() => [...document.querySelector(".answers table").rows].slice(1).map((row) =>
            [...row.cells].map((cell) => cell.innerText.trim()))"""
        return {first: shares for first, *shares in self.page.evaluate(script)}

    def pixels(self, kind: int = 0) -> str:
        """What a map shows now."""
        return self.page.locator("canvas.map[tabindex]").nth(kind).evaluate("canvas => canvas.toDataURL()")

    def settle(self) -> None:
        """Until nothing has been drawn or announced for a while."""
        said = None
        for _ in range(100):
            self.page.wait_for_timeout(400)
            now = self.page.locator(".ia3-explorer").inner_text()
            if now == said:
                return
            said = now


@contextlib.contextmanager
def opened(
    browser: Any, path: Path, theme: str = "light", size: dict = WIDE, end: str = ""
) -> Iterator[Opened]:
    """The page at `path`, ready; `end` is the end of its address."""
    context = browser.new_context(
        color_scheme=theme, viewport=size, reduced_motion="reduce", accept_downloads=True
    )
    found = Opened(context.new_page())
    found.page.set_default_timeout(WAIT)
    found.page.on("console", lambda m: m.type in ("error", "warning") and found.errors.append(m.text))
    found.page.on("pageerror", lambda error: found.errors.append(str(error)))
    inside = ("file:", "data:", "blob:")
    found.page.on("request", lambda r: r.url.startswith(inside) or found.outside.append(r.url))
    found.page.goto(f"{path.as_uri()}{end}", wait_until="commit")
    found.page.locator(".tables table").last.wait_for()
    found.settle()
    yield found
    context.close()


def map_page(path: Path, layers: int = 3, channels: int = 24) -> Path:
    """A page with the map of two made-up sets, without a model."""
    torch.manual_seed(0)
    shapes = {"l_k": (layers, channels), "l_v": (layers, channels), "l_ff": (layers, 4 * channels)}
    sets = {name: {kind: torch.randn(shape).div(3).exp() for kind, shape in shapes.items()} for name in "ab"}
    return write_page(path, map_part(sets, heads=4))
