"""The built site in a browser that notes every error and every request that leaves it."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

NARROW, WIDE = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
WAIT = 120_000  # milliseconds, on a machine that has much else to do


@dataclass
class Opened:
    """A page of the site, what went wrong on it, and what it asked for, within the site and outside."""

    page: Any
    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def note(self, request: Any, base: str) -> None:
        """Keep a request's address, apart where it leads elsewhere."""
        if request.url.startswith((base, "data:", "blob:")):
            self.asked.append(request.url)
        else:
            self.outside.append(request.url)


@contextlib.contextmanager
def opened(browser: Any, base: str, name: str, theme: str = "light", size: dict = WIDE) -> Iterator[Opened]:
    """The page `name` below `base`, which is an address of a folder or of a server."""
    context = browser.new_context(color_scheme=theme, viewport=size, reduced_motion="reduce")
    found = Opened(context.new_page())
    found.page.set_default_timeout(WAIT)
    found.page.on("console", lambda m: m.type in ("error", "warning") and found.errors.append(m.text))
    found.page.on("pageerror", lambda error: found.errors.append(str(error)))
    found.page.on("request", lambda request: found.note(request, base))
    found.page.goto(f"{base}/{name}", wait_until="load")
    yield found
    context.close()
