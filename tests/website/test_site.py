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
from accessibility import barriers
from website.site_pages import NARROW, WIDE, opened

from ia3_teach.website.building import STATIC, build
from ia3_teach.website.live_data import TEXTS

pytestmark = [pytest.mark.browser, pytest.mark.slow]
pytest.importorskip("sphinx_book_theme", reason="the site needs the extra `site`")
sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright (the extra `test`)")

LESSON = "notebooks/02_one_vector_by_hand.html"
PAGES = ["index.html", LESSON, "reference/library.html", "gallery.html", "explorer.html"]
PAGES += ["notebooks/cheat_sheet.html", "notebooks/glossary.html", "search.html", "questions.html"]
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
    with opened(browser, site.as_uri(), name, theme, size) as it:
        it.page.wait_for_timeout(500)
        assert barriers(it.page) == [] and it.errors == [] and it.outside == []
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
        sync_api.expect(it.page.locator(".ia3-dial[data-awake]")).to_be_visible()
        it.page.get_by_label("Your sentence").fill("")
        sync_api.expect(said).to_contain_text("Write a sentence")
        assert it.errors == [] and it.outside == []


def test_before_the_model_is_read_the_dial_turns_and_says_the_same_as_afterwards(browser, site) -> None:
    context = browser.new_context(viewport=WIDE)
    page, dial = context.new_page(), ".ia3-dial"
    held = []
    page.route("**/tiny-bloom.js", lambda route: held.append(route))
    page.goto(f"{site.as_uri()}/index.html", wait_until="commit")
    said, range_ = page.locator(f"{dial} .said"), page.get_by_role("slider", name="λ")
    early = []
    for key in ("Home", "End", "ArrowLeft"):
        range_.press(key)
        page.wait_for_timeout(200)
        early.append(said.inner_text())
    page.get_by_role("button", name="Another example").click()
    sync_api.expect(said).to_have_text("The model is still being read; it answers in a moment.")
    page.wait_for_timeout(500)
    held[0].continue_()
    sync_api.expect(page.locator(f"{dial}[data-awake]")).to_be_visible(timeout=60_000)
    sync_api.expect(said).to_contain_text("At λ = 2.95")
    for _ in range(TEXTS - 1):
        page.get_by_role("button", name="Another example").click()
    late = []
    for key in ("Home", "End", "ArrowLeft"):
        range_.press(key)
        page.wait_for_timeout(500)
        late.append(said.inner_text())
    context.close()
    assert [share(words) for words in late] == pytest.approx([share(words) for words in early], abs=0.2)
    assert [words.split(",")[0] for words in late] == [words.split(",")[0] for words in early]


def share(words: str) -> float:
    """The per cent that a line ends with."""
    return float(re.findall(r"([\d.]+) %", words)[-1])


def test_without_its_model_a_page_says_what_is_missing(browser, site) -> None:
    context = browser.new_context(viewport=WIDE)
    page = context.new_page()
    page.route("**/tiny-bloom.js", lambda route: route.abort())
    page.goto(f"{site.as_uri()}/index.html")
    page.get_by_role("button", name="Another example").click()
    sync_api.expect(page.locator(".ia3-dial .said")).to_contain_text("The model cannot be read")
    context.close()


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


def test_every_lesson_leads_to_the_glossary_once_for_each_term_it_says(site) -> None:
    there = set(re.findall(r'id="([^"]+)"', (site / "notebooks/glossary.html").read_text(encoding="utf-8")))
    for path in site.glob("notebooks/[0-9]*.html"):
        led = re.findall(r'class="term[^"]*" href="glossary.html#([^"]+)"', path.read_text(encoding="utf-8"))
        assert len(led) >= 20 and len(led) == len(set(led)) and set(led) <= there, path.stem


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", ["index.html", LESSON, "explorer.html"])
def test_on_paper_nothing_is_to_be_pressed_and_all_is_dark_on_light(browser, site, name, theme) -> None:
    with opened(browser, site.as_uri(), name, theme) as it:
        it.page.wait_for_timeout(500)
        it.page.emulate_media(media="print")
        it.page.evaluate("dispatchEvent(new Event('beforeprint'))")
        pressed = it.page.locator("input:visible, select:visible, .line button:visible, .turn:visible")
        assert pressed.count() == 0
        assert it.page.evaluate("document.documentElement.dataset.theme") == "light"
        it.page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert it.page.evaluate("document.documentElement.dataset.theme") == theme


def test_every_link_within_the_site_leads_somewhere(site) -> None:
    for page in site.rglob("*.html"):
        for target in re.findall(r'(?:href|src)="([^"#?]+)[^"]*"', page.read_text(encoding="utf-8")):
            if not re.match(r"[a-z]+:", target):
                assert (page.parent / unquote(target)).exists(), f"{page.name} names {target}"


def test_no_code_has_typographic_quotes(site) -> None:
    for page in site.rglob("*.html"):
        for code in re.findall(r"<code>([^<]*)</code>", page.read_text(encoding="utf-8")):
            assert not set(code) & set("‘’“”"), f"{page.name}: {code}"


def test_every_icon_has_a_shape(site) -> None:
    drawn = set(re.findall(r"\.(fa-[a-z-]+) \{ --shape", (STATIC / "site.css").read_text()))
    for page in site.rglob("*.html"):
        for classes in re.findall(r'class="([^"]*fa-solid[^"]*)"', page.read_text(encoding="utf-8")):
            shapes = set(re.findall(r"fa-[a-z-]+", classes)) - {"fa-solid", "fa-lg", "fa-fw"}
            assert shapes <= drawn, shapes - drawn
