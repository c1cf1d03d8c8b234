"""Controls in JupyterLab: keys change picture and words, a menu moves sliders, Python reads and sets."""

import pytest
from browser.served import executed

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SHOW = """\
from ia3_teach.views import explore_budget

view = explore_budget()
view"""

READ = """\
from ipywidgets import Button, Output

button, seen = Button(description="read"), Output()

@button.on_click
def read(_):
    with seen:
        print("Python reads", view.values()[1:6])
    view.setting = view.first

display(button, seen)"""


def test_keys_move_the_picture_a_menu_moves_the_sliders_and_python_reads_and_sets(chromium, tmp_path):
    from playwright.sync_api import expect

    with executed(tmp_path, chromium, "00_budget", SHOW, READ) as lab:
        view = lab.page.locator(".ia3-stops")
        words, picture = view.locator(".words"), view.locator("img")
        expect(words).to_have_text(
            "IA3: 55,296; LoRA r = 8: 294,912 values, head not counted", timeout=120_000
        )
        before = picture.get_attribute("src")
        rank = view.get_by_label("rank", exact=True)
        rank.focus()
        lab.page.keyboard.press("ArrowLeft")
        expect(words).to_contain_text("LoRA r = 4: 147,456", timeout=60_000)
        assert picture.get_attribute("src") != before and rank.get_attribute("aria-valuetext") == "4"
        view.get_by_label("model", exact=True).select_option("Llama-3-8B")
        expect(words).to_contain_text("IA3: 524,288; LoRA r = 4", timeout=60_000)
        assert view.get_by_label("d_ff", exact=True).get_attribute("aria-valuetext") == "14,336"
        lab.page.get_by_role("button", name="read", exact=True).click()
        expect(lab.page.get_by_text("Python reads [32, 4096, 14336, 4, 4]")).to_be_visible(timeout=60_000)
        expect(words).to_contain_text("IA3: 55,296; LoRA r = 8", timeout=60_000)
        assert picture.get_attribute("src") == before
        view.get_by_label("head", exact=True).select_option("two Linears")
        view.get_by_role("button", name="Reset").click()
        expect(view.get_by_label("head", exact=True)).to_have_value("not counted")
        expect(words).to_have_text("IA3: 55,296; LoRA r = 8: 294,912 values, head not counted")
        expect(view.get_by_role("status")).to_have_text(
            "IA3: 55,296; LoRA r = 8: 294,912 values, head not counted"
        )
        view.screenshot(path=tmp_path / "controls.png")
        assert lab.outside == [] and lab.errors == []
