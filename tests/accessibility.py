"""What axe-core finds on a page that keeps somebody out."""

from typing import Any

import pytest


def barriers(page: Any) -> list[tuple[str, str]]:
    """Each rule of axe-core that the page breaks, all of them asked, with the first place where it does.

    Only of these are the places written down: those of everything that is right take axe half its time.
    """
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python")
    settings = {"preload": False, "resultTypes": ["violations"]}  # to preload would fetch style sheets
    found = axe.Axe().run(page, options=settings).response
    assert len(found["passes"]) > 5, "axe-core has asked for next to nothing"
    return [(broken["id"], broken["nodes"][0]["html"][:200]) for broken in found["violations"]]
