"""What a learner sees: the page opens offline, cells run, a slider redraws its figure."""

import pytest
from browser.served import lab_page
from notebook_files import lesson

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SLIDER = """\
import matplotlib.pyplot as plt
from ipywidgets import interact, FloatSlider

def draw(dial):
    plt.bar(["no", "yes"], [1 - dial, dial])
    plt.show()
    print(f"dial at {dial:.1f}")

_ = interact(draw, dial=FloatSlider(0.5, min=0, max=1, step=0.1))"""


def test_a_lesson_runs_and_its_slider_redraws_with_nothing_from_outside(chromium, tmp_path):
    from playwright.sync_api import expect

    (tmp_path / "course").mkdir()
    lesson(tmp_path / "course", "00_dial", SLIDER, "print('the end')")
    with lab_page(tmp_path / "course", chromium, tmp_path / "scratch") as lab:
        lab.open("00_dial.ipynb")
        lab.run_all()
        expect(lab.page.get_by_text("dial at 0.5")).to_be_visible(timeout=20_000)
        before = lab.page.locator(".jupyter-widgets img").first.get_attribute("src")
        handle = lab.page.locator(".jupyter-widgets.widget-slider .noUi-handle").first
        handle.focus()
        lab.page.keyboard.press("ArrowRight")
        expect(lab.page.get_by_text("dial at 0.6")).to_be_visible(timeout=20_000)
        assert lab.page.locator(".jupyter-widgets img").first.get_attribute("src") != before
        assert lab.outside == [] and lab.errors == []
        assert lab.page.locator(".Toastify__toast").count() == 0  # no questions about news


NAMED = """\
from ipywidgets import SelectionSlider
SelectionSlider(options=[("half", 0.5), ("one", 1.0), ("two", 2.0)], description="strength")"""


def test_a_handle_has_a_name_and_its_value_is_read_as_it_is_shown(chromium, tmp_path):
    from playwright.sync_api import expect

    (tmp_path / "course").mkdir()
    lesson(tmp_path / "course", "00_named", NAMED)
    with lab_page(tmp_path / "course", chromium, tmp_path / "scratch") as lab:
        lab.open("00_named.ipynb")
        lab.run_all()
        handle = lab.page.get_by_role("slider", name="strength")
        expect(handle).to_have_attribute("aria-valuetext", "half", timeout=20_000)
        handle.focus()
        lab.page.keyboard.press("ArrowRight")
        expect(handle).to_have_attribute("aria-valuetext", "one", timeout=20_000)
        assert lab.outside == [] and lab.errors == []


GONE = """\
from ia3_teach.training import bars
bars.DELAY = 0.0
bar = bars.new_bar("work", 2)
bar.update()
bar.close()"""


def test_a_bar_that_is_gone_leaves_no_hole_and_what_was_printed_stays(chromium, tmp_path):
    from playwright.sync_api import expect

    (tmp_path / "course").mkdir()
    lesson(tmp_path / "course", "00_bars", GONE, f"print('before')\n{GONE}")
    with lab_page(tmp_path / "course", chromium, tmp_path / "scratch") as lab:
        lab.open("00_bars.ipynb")
        lab.run_all()
        expect(lab.page.get_by_text("before", exact=True)).to_be_visible(timeout=20_000)
        heights = lab.page.locator(".jp-CodeCell .jp-Cell-outputWrapper").evaluate_all(
            "wrappers => wrappers.map(wrapper => wrapper.getBoundingClientRect().height)"
        )
        assert heights[-2] == 0 and heights[-1] > 0
        assert lab.outside == [] and lab.errors == []
