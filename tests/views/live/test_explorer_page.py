"""The explorer on a page from disk: bad input, hand, keyboard, address, saving, and who can use it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from accessibility import barriers
from playwright.sync_api import expect, sync_playwright
from views.live.explorer_pages import NARROW, WIDE, Opened, map_page, opened

from ia3_teach import activate, load_adapter, load_model, load_task, set_vectors, vectors
from ia3_teach.course.lesson import scores, vectors_directory
from ia3_teach.course.shipped.tasks import task_names
from ia3_teach.views.bundling import bundle
from ia3_teach.views.edits import moved
from ia3_teach.views.explorer_page import explorer_part, write_page

pytestmark = [pytest.mark.browser, pytest.mark.slow]
FLOAT16 = 0.025  # how far a share may be off: logits by 0.1, see test_parity.py
FIRST, SECOND = task_names()[:2]


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Any]:
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def model() -> tuple:
    model, tokenizer = load_model("tiny-bloom")
    for name in (FIRST, SECOND):
        load_adapter(model, vectors_directory(name), name)
    return model, tokenizer


@pytest.fixture(scope="module")
def live(model: tuple, tmp_path_factory: pytest.TempPathFactory) -> Path:
    tasks = {name: unsure(*model, name) for name in (FIRST, SECOND)}
    return write_page(tmp_path_factory.mktemp("live") / "explorer.html", explorer_part(*model, tasks))


def unsure(model: Any, tokenizer: Any, name: str) -> Any:
    """Rows of a task, those first of which the model is least sure: there a small move shows."""
    activate(model, name)
    rows = load_task(name)["test"].select(range(40))
    shares = scores(model, tokenizer, rows).softmax(-1)
    return rows.select((shares[:, 0] - 0.5).abs().argsort().tolist())


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return map_page(tmp_path_factory.mktemp("plain") / "map.html")


BAD = {
    "#edits=l_k.99.0x2": "they run from 0 to 2",
    "#edits=nonsense": "is no move",
    "#pinned=l_k.1": "is no entry",
    "#task=z": "there are no vectors of z; there are a, b",
    "#other=z": "there are no vectors of z",
    "#strength=much": "strength is a number",
    "#order=size": "channels are sorted by",
    "#together=both": "two tasks are shown apart or mixed",
}


@pytest.mark.parametrize("end", BAD)
def test_an_address_that_says_what_cannot_be_is_refused_with_a_message(browser, plain, end) -> None:
    with opened(browser, plain, end=end) as it:
        expect(it.page.locator(".message")).to_contain_text(BAD[end])
        assert it.page.locator(".selected").inner_text().startswith("Nothing is selected")
        assert it.errors == []


def test_without_a_sentence_and_with_one_too_long_the_answer_is_what_to_do(browser, live) -> None:
    with opened(browser, live) as it:
        box = it.page.get_by_label("your sentence")
        box.fill(" ")
        expect(it.page.locator(".problem")).to_have_text("Write a sentence, and the model will answer.")
        box.fill("soup " * 400)
        expect(it.page.locator(".problem")).to_contain_text("Shorten it")
        it.page.get_by_role("button", name="example 2").click()
        expect(it.page.locator(".answers table")).to_be_visible()
        assert it.errors == []


def test_a_drag_moves_pixels_and_answers_and_undo_takes_it_back(browser, live) -> None:
    with opened(browser, live) as it:
        before, picture = it.answers(), it.pixels(2)
        box = it.page.locator("canvas.map[tabindex]").nth(2)
        box.scroll_into_view_if_needed()
        place = box.bounding_box()
        it.page.get_by_role("button", name="l_ff", exact=True).first.click()  # the kind
        it.page.mouse.move(place["x"] + 200, place["y"] + 50)
        it.page.mouse.down()
        it.page.mouse.move(place["x"] + 200, place["y"] + 20, steps=3)
        it.page.mouse.move(place["x"] + 200, place["y"] - 30, steps=3)
        it.page.mouse.up()
        it.settle()
        after = it.answers()
        assert after["as learned"] == before["as learned"] != after["as you moved it"]
        assert any(name.startswith("moved at random") for name in after)
        assert it.pixels(2) != picture and "edits=l_ff.*.*x" in it.page.url
        it.page.get_by_role("button", name="Undo").click()
        it.settle()
        assert it.answers() == before and "edits" not in it.page.url
        assert it.errors == [] and it.outside == []


ORDER = """async () => {
    const {explorer} = document.querySelector(".ia3-explorer");
    const noted = [], note = (words) => noted.push(words);
    const {maps, answers} = explorer;
    const [draw, update] = [maps.draw, answers.update];
    const painted = new MessageChannel(); // its message is taken up once the frame is made
    painted.port1.onmessage = () => note("painted");
    maps.draw = () => (note("map"), painted.port2.postMessage(null), draw.call(maps));
    const asked = new Promise((done) => {
        answers.update = () => (note("answers"), done(), update.call(answers));
    });
    explorer.store.set({strength: 1.5});
    await asked;
    return noted;
}"""


def test_the_map_is_painted_before_the_model_is_asked(browser, live) -> None:
    with opened(browser, live) as it:
        before = it.answers()
        assert it.page.evaluate(ORDER) == ["map", "painted", "answers"]
        it.settle()
        assert it.answers() != before and it.errors == []


def test_the_keyboard_alone_does_the_same(browser, live) -> None:
    with opened(browser, live) as it:
        before = it.answers()
        for _ in range(40):
            it.page.keyboard.press("Tab")
            if it.page.evaluate("document.activeElement.tagName") == "CANVAS":
                break
        for key in ("ArrowRight", "ArrowDown", "k", *["+"] * 8):
            it.page.keyboard.press(key)
        it.settle()
        assert it.answers()["as you moved it"] != before["as learned"]
        expect(it.page.locator(".spoken")).to_contain_text("l_k, layer 1, channel 1")
        expect(it.page.locator(".spoken")).to_contain_text("as you moved it:")
        for key in ("Escape", "p", "Shift+ArrowRight", "1"):
            it.page.keyboard.press(key)
        it.settle()
        assert "edits=l_k.*.*x4;l_k.1.1-2=1" in it.page.evaluate("decodeURIComponent(location.hash)")
        expect(it.page.get_by_role("button", name="Go to l_k, layer 1, channel 1").first).to_be_visible()
        it.page.keyboard.press("z")
        it.page.keyboard.press("z")
        it.settle()
        assert it.answers() == before and it.errors == []


def test_a_brushed_group_is_what_lies_there_in_the_order_shown(browser, plain) -> None:
    with opened(browser, plain, end="#order=value") as it:
        it.page.get_by_role("button", name="Brush").click()
        place = it.page.locator("canvas.map[tabindex]").first.bounding_box()
        y = place["y"] + place["height"] / 6
        it.page.mouse.move(place["x"] + 29, y)
        it.page.mouse.down()
        it.page.mouse.move(place["x"] + 29 + (place["width"] - 28) / 24 * 2.5, y, steps=4)
        it.page.mouse.up()
        it.page.locator("canvas.map[tabindex]").first.focus()
        it.page.keyboard.press("1")
        it.settle()
        values = numbers(it, "explorer.learned.base().l_k[0]")
        lowest = sorted(sorted(range(24), key=values.__getitem__)[:3])
        expect(it.page.locator(".selected")).to_have_text("3 entries of l_k")
        assert [i for i, l in enumerate(numbers(it, "explorer.learned.moved().l_k[0]")) if l == 1] == lowest


def numbers(it: Opened, script: str) -> list[float]:
    return it.page.evaluate(f"(explorer => [...{script}])(document.querySelector('.ia3-explorer').explorer)")


def test_an_address_shows_the_same_again(browser, live) -> None:
    end = f"#task={SECOND}&strength=0.5&text=The+soup+was+cold.&order=head"
    end += "&edits=l_v.0.*x3;l_k.1.2=0&pinned=l_k.1.2"
    with opened(browser, live, end=end) as it:
        first, shown = it.answers(), it.pixels(0)
        assert len(first) == 3
        expect(it.page.get_by_label("your sentence")).to_have_value("The soup was cold.")
        again = it.page.url
    with opened(browser, live, end=again[again.index("#") :]) as it:
        assert it.answers() == first and it.pixels(0) == shown and it.errors == []


def test_the_answers_are_those_of_torch(browser, live, model) -> None:
    lines = ["l_ff.*.*x1.5", "l_k.0.0-9=1"]
    rows = unsure(*model, FIRST).select(range(1))
    learned = vectors(model[0], FIRST)
    set_vectors(model[0], moved(learned, lines), FIRST)
    found = scores(model[0], model[1], rows).softmax(-1)[0]
    set_vectors(model[0], learned, FIRST)
    with opened(browser, live, end="#edits=" + ";".join(lines)) as it:
        shares = [float(share.split()[0]) / 100 for share in it.answers()["as you moved it"]]
    torch.testing.assert_close(torch.tensor(shares), found, atol=FLOAT16, rtol=0)


def test_a_bert_answers_by_its_classifier_and_is_saved_with_it(browser, tmp_path) -> None:
    model, tokenizer = load_model("tiny-bert", num_labels=2)
    load_adapter(model, vectors_directory("bert-sentiment"), "sentiment")
    rows, lines = load_task("sentiment")["test"], ["l_v.*.*x1.5", "l_k.0.0-9=1"]
    page = write_page(tmp_path / "bert.html", explorer_part(model, tokenizer, {"sentiment": rows}))
    wanted = moved(vectors(model, "sentiment"), lines)
    with opened(browser, page, end="#edits=" + ";".join(lines)) as it:
        shares = [float(share.split()[0]) / 100 for share in it.answers()["as you moved it"]]
        save_from(it, tmp_path / "saved")
        assert it.errors == []
    load_adapter(model, tmp_path / "saved", "moved")
    with torch.no_grad():
        found = model.eval()(**tokenizer(rows["text"][0], return_tensors="pt")).logits[0].softmax(-1)
    torch.testing.assert_close(torch.tensor(shares), found, atol=FLOAT16, rtol=0)
    for kind, l in vectors(model, "moved").items():
        torch.testing.assert_close(l, wanted[kind])


def save_from(it: Opened, folder: Path) -> None:
    """What the button Save hands out."""
    saved = []
    it.page.on("download", lambda download: saved.append(download))
    it.page.get_by_role("button", name="Save").click()
    it.settle()
    for download in saved:
        download.save_as(folder / download.suggested_filename)


def test_what_is_saved_is_read_by_peft(browser, live, model, tmp_path) -> None:
    lines = ["*.0.*x1.25", "l_k.1.2=0.5"]
    with opened(browser, live, end="#edits=" + ";".join(lines)) as it:
        save_from(it, tmp_path)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["adapter_config.json", "adapter_model.safetensors"]
    own, _ = load_model("tiny-bloom")
    load_adapter(own, tmp_path, "moved")
    wanted = moved(vectors(model[0], FIRST), lines)
    for kind, l in vectors(own, "moved").items():
        torch.testing.assert_close(l, wanted[kind])
    peft = pytest.importorskip("peft")
    read, _ = load_model("tiny-bloom")
    read = peft.PeftModel.from_pretrained(read, tmp_path)
    layer = read.base_model.model.transformer.h[0].mlp.dense_4h_to_h
    torch.testing.assert_close(layer.ia3_l["default"].flatten().detach(), wanted["l_ff"][0])


LINES = ["l_k.1.*x2", "l_k.0-1.0,2-5=0.5", "*.0.*x-1", "l_ff.1.1-2|l_k.1.1x1e-2", "l_v.*.*x0.5"]


def test_python_and_the_browser_do_the_same_with_the_same_moves(browser, plain) -> None:
    torch.manual_seed(0)
    values = {kind: torch.rand(2, 6) + 0.5 for kind in ("l_k", "l_v", "l_ff")}
    with opened(browser, plain) as it:
        it.page.add_script_tag(content=bundle("explorer/edits.js") + "\nwindow.moves = explorer_edits;")
        sent = {kind: l.tolist() for kind, l in values.items()}
        shapes = {kind: list(l.shape) for kind, l in values.items()}
        found = it.page.evaluate(
            "([v, lines, shapes]) => moves.moved(v, lines, shapes)", [sent, LINES, shapes]
        )
    for kind, l in moved(values, LINES).items():
        torch.testing.assert_close(torch.tensor(found[kind]), l)


def test_two_tasks_lie_side_by_side_or_are_mixed(browser, live) -> None:
    with opened(browser, live) as it:
        it.page.get_by_role("combobox", name="and", exact=True).select_option(SECOND)
        it.settle()
        assert it.page.locator(".answers table").count() == 2
        assert it.page.locator("canvas.map:visible").count() == 6 and SECOND in it.answers()
        beside = it.answers()
        it.page.get_by_role("combobox", name="shown").select_option("mixed")
        it.settle()
        assert it.page.locator("canvas.map:visible").count() == 3
        assert it.answers()["as learned"] != beside["as learned"]
        it.page.get_by_role("button", name="Reset").click()
        it.settle()
        assert it.page.locator(".answers table").count() == 1 and it.errors == []


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everyone_can_use_it_in_either_theme_at_any_width(browser, live, theme, size) -> None:
    with opened(browser, live, theme, size, end=f"#other={SECOND}&edits=l_v.0.*x3&pinned=l_k.1.2") as it:
        assert barriers(it.page) == [] and it.errors == [] and it.outside == []
        assert it.page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_a_pixel_shows_the_entry_farthest_from_one(browser, plain) -> None:
    with opened(browser, plain) as it:
        it.page.add_script_tag(content=bundle("explorer/raster.js") + "\nwindow.raster = explorer_raster;")
        script = """([layers, view]) => [...raster.farthestPerPixel(
            layers.map((l) => Float64Array.from(l)), null, view, 2, 1)].map((log) => 2 ** log)"""
        layers = [[1, 1.1, 1, 0.9], [0.25, 1.2, 2, 1]]
        view = {"top": 0, "bottom": 2, "left": 0, "right": 4}
        assert it.page.evaluate(script, [layers, view]) == pytest.approx([0.25, 2])
        lost = it.page.evaluate(script, [[[1, -1, 8, 1]], {**view, "bottom": 1}])
        assert json.dumps(lost[1]) == "8" and (lost[0] is None or lost[0] != lost[0])
