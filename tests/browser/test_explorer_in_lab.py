"""The explorer in JupyterLab: Python reads and attaches what the hand moves, and what it sets is shown."""

import pytest
from browser.served import executed

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SHOW = """\
from ia3_teach import load_adapter, load_model, load_task
from ia3_teach.course.lesson import vectors_directory
from ia3_teach.views import explore_vectors

model, tokenizer = load_model("tiny-bloom")
load_adapter(model, vectors_directory("sentiment"), "sentiment")
explorer = explore_vectors(model, tokenizer, {"sentiment": load_task("sentiment")["test"]})
explorer"""

READ = """\
from ia3_teach import vectors
from ipywidgets import Button, Output

button, seen = Button(description="read"), Output()

@button.on_click
def read(_):
    explorer.edited_adapter("moved")
    ratio = (vectors(model, "moved")["l_v"] / vectors(model, "sentiment")["l_v"]).mean().item()
    with seen:
        print("Python reads", *explorer.edits, "ratio", round(ratio, 2))
    explorer.pinned = ["l_k.1.2"]

display(button, seen)"""


def test_what_is_moved_by_hand_python_reads_and_attaches_and_what_it_sets_is_shown(chromium, tmp_path):
    from playwright.sync_api import expect

    with executed(tmp_path, chromium, "00_map", SHOW, READ) as lab:
        answers = lab.page.locator(".answers table tr")
        expect(answers).to_have_count(2, timeout=120_000)
        lab.page.get_by_role("button", name="l_v", exact=True).first.click()
        box = lab.page.locator("canvas.map[tabindex]").nth(1)
        box.scroll_into_view_if_needed()
        place = box.bounding_box()
        x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
        before = box.evaluate("canvas => canvas.toDataURL()")
        lab.page.mouse.move(x, y)
        lab.page.mouse.down()
        lab.page.mouse.move(x, y - 40, steps=4)
        lab.page.mouse.up()
        expect(answers).to_have_count(4, timeout=60_000)
        assert box.evaluate("canvas => canvas.toDataURL()") != before
        strength = lab.page.get_by_label("λ, all of them")
        strength.press("ArrowRight")  # a key that JupyterLab would take for a move between cells
        expect(strength).to_have_attribute("aria-valuetext", "1.05")
        strength.press("ArrowLeft")
        lab.page.get_by_role("button", name="read", exact=True).click()
        expect(lab.page.get_by_text("Python reads l_v.*.*x2 ratio 2.0")).to_be_visible(timeout=60_000)
        pinned = lab.page.get_by_role("button", name="Go to l_k, layer 1, channel 2")
        expect(pinned.first).to_be_visible(timeout=60_000)
        assert lab.outside == [] and lab.errors == []
