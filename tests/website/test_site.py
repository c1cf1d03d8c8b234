"""The site as a reader meets it: from disk and from a server, in both themes, at any width, by keyboard."""

import functools
import re
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from website.site_pages import NARROW, WIDE, opened

from ia3_teach.website.building import STATIC, build

pytestmark = [pytest.mark.browser, pytest.mark.slow]
pytest.importorskip("sphinx_book_theme", reason="the site needs the extra `site`")
sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright (the extra `test`)")

LESSON = "notebooks/02_one_vector_by_hand.html"
PAGES = ["index.html", LESSON, "reference/library.html", "gallery.html", "explorer.html"]
PAGES += ["notebooks/cheat_sheet.html", "search.html", "questions.html"]
HEAVIEST = 7_000_000  # bytes of a page with the live model, all that it asks for included


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("built") / "site").parent


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])


class Quiet(SimpleHTTPRequestHandler):
    """Serves without a word."""

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def served(site: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_everyone_can_use_a_page_in_either_theme_at_any_width(browser, site, name, theme, size) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python")
    with opened(browser, site.as_uri(), name, theme, size) as it:
        it.page.wait_for_timeout(500)
        found = axe.Axe().run(it.page, options={"preload": False})  # it would fetch style sheets
        told = [(v["id"], v["nodes"][0]["html"][:200]) for v in found.response["violations"]]
        assert told == [] and it.errors == [] and it.outside == []
        assert it.page.evaluate("document.documentElement.scrollWidth") <= size["width"]


@pytest.mark.parametrize("from_disk", [True, False], ids=["from disk", "served"])
def test_the_first_dial_turns_by_keyboard_and_the_model_answers(browser, site, served, from_disk) -> None:
    with opened(browser, site.as_uri() if from_disk else served, "index.html") as it:
        said, range_ = it.page.locator(".ia3-dial .said"), it.page.get_by_role("slider", name="λ")
        sync_api.expect(said).to_contain_text("At λ = 0.00, the frozen model:")
        first = said.inner_text()
        range_.focus()
        for _ in range(20):
            it.page.keyboard.press("ArrowRight")
        sync_api.expect(said).to_contain_text("At λ = 1.00, as it was trained:")
        assert first.split(": ")[1].split(",")[0] != said.inner_text().split(": ")[1].split(",")[0]
        sync_api.expect(it.page.locator(".ia3-dial .spoken")).to_have_text(said.inner_text())
        it.page.get_by_label("Your sentence").fill("")
        sync_api.expect(said).to_contain_text("Write a sentence")
        assert it.errors == [] and it.outside == []


def test_the_explorer_answers_on_its_page(browser, site) -> None:
    with opened(browser, site.as_uri(), "explorer.html#edits=l_v.*.*x3") as it:
        sync_api.expect(it.page.locator(".answers table tr")).to_have_count(4)
        assert it.errors == [] and it.outside == []


def test_a_word_is_found_from_disk(browser, site) -> None:
    with opened(browser, site.as_uri(), "search.html?q=ablation") as it:
        sync_api.expect(it.page.locator("#search-results li").first).to_be_visible()
        assert it.errors == [] and it.outside == []


def test_a_page_with_the_live_model_is_light_enough(browser, site) -> None:
    with opened(browser, site.as_uri(), "index.html") as it:
        it.page.wait_for_timeout(500)
        files = {unquote(urlsplit(address).path) for address in it.asked if address.startswith("file:")}
        assert sum(Path(path).stat().st_size for path in files) < HEAVIEST


def test_every_link_within_the_site_leads_somewhere(site) -> None:
    for page in site.rglob("*.html"):
        for target in re.findall(r'(?:href|src)="([^"#?]+)[^"]*"', page.read_text(encoding="utf-8")):
            if not re.match(r"[a-z]+:", target):
                assert (page.parent / unquote(target)).exists(), f"{page.name} names {target}"


def test_every_icon_has_a_shape(site) -> None:
    drawn = set(re.findall(r"\.(fa-[a-z-]+) \{ --shape", (STATIC / "site.css").read_text()))
    for page in site.rglob("*.html"):
        for classes in re.findall(r'class="([^"]*fa-solid[^"]*)"', page.read_text(encoding="utf-8")):
            shapes = set(re.findall(r"fa-[a-z-]+", classes)) - {"fa-solid", "fa-lg", "fa-fw"}
            assert shapes <= drawn, shapes - drawn
