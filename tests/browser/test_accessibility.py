"""The search for barriers finds what is there: with it the tests of pages would fail."""

import pytest
from accessibility import barriers

pytestmark = pytest.mark.browser
PAGE = "<!doctype html><html lang=en><title>t</title><main><h1>A title</h1>{}</main></html>"
FOUND = {
    "<img src='data:,'>": ["image-alt"],
    "<p style='color: #bbb; background: #fff'>Hardly to be read</p>": ["color-contrast"],
    "<input>": ["label"],
    "<img src='data:,'><input><input>": ["image-alt", "label"],
    "<p>Nothing is wrong here</p>": [],
}


@pytest.fixture(scope="module")
def browser(chromium):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])


@pytest.mark.parametrize("body", FOUND)
def test_what_keeps_somebody_out_is_named(body, browser):
    page = browser.new_page()
    page.set_content(PAGE.format(body))
    assert [rule for rule, _ in barriers(page)] == FOUND[body]
    page.close()
