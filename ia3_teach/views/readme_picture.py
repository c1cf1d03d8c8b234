"""The pictures of the README: a row of the explorer being dragged, and what came out of the comparison.

python -m ia3_teach.views.readme_picture writes them to data/pictures/. The drag is filmed in the system's
Chromium, with the extra `test`.
"""

from __future__ import annotations

import io
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ia3_teach import load_adapter, load_model, load_task
from ia3_teach.course.shipped.adapters import shipped_runs, vectors_directory
from ia3_teach.course.shipped.paths import own_data_dir
from ia3_teach.course.shipped.results import summary, used
from ia3_teach.views.explorer_page import explorer_part, write_page
from ia3_teach.views.results_table import by_examples, plot_medians
from ia3_teach.views.style import png

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from PIL.Image import Image

ROW = 67  # of the test split: praise, about which layer 2 of l_v decides
KIND, LAYER = 1, 2  # l_v, the third of four layers
WIDTH, HEIGHT = 830, 850  # as wide as a page shows it
SIGHT = {"width": WIDTH, "height": 1100}  # all that is pressed, so that nothing scrolls
CLIP = {"x": 0, "y": 0, "width": WIDTH, "height": HEIGHT}
STEPS, DOWN = 5, 80  # pictures of the drag, and its pixels: 40 halve a factor
COLOURS = 256
MILLISECONDS, HOLD = 350, 2500


def explorer(folder: Path) -> Path:
    """A page with the explorer of the shipped sentiment vectors, that row first."""
    model, tokenizer = load_model("tiny-bloom")
    load_adapter(model, vectors_directory("sentiment"), "sentiment")
    rows = load_task("sentiment")["test"].select([ROW, *range(5)])
    return write_page(folder / "explorer.html", explorer_part(model, tokenizer, {"sentiment": rows}))


def filmed_drag(page: Any) -> list[bytes]:
    """Choose a layer with the mouse and drag it down; a picture of each step, the first from before."""
    page.locator(".tables table").last.wait_for()
    map_ = page.locator("canvas.map[tabindex]").nth(KIND)
    box = map_.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] * (LAYER + 0.5) / 4
    page.mouse.click(x, y)
    page.get_by_role("button", name="layer", exact=True).click()
    taken = [page.screenshot(clip=CLIP)]
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(1, STEPS + 1):
        page.mouse.move(x, y + DOWN * step / STEPS)
        page.wait_for_timeout(400)  # the answers have followed
        taken.append(page.screenshot(clip=CLIP))
    page.mouse.up()
    return taken


def drag_pictures() -> list[Image]:
    """The film's pictures. Raises ValueError where there is no Chromium."""
    from PIL import Image
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        raise ValueError("the explorer is filmed in a system Chromium; there is none (apt install chromium)")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport=SIGHT, color_scheme="light", reduced_motion="reduce")
        page.goto(explorer(Path(folder)).as_uri())
        taken = filmed_drag(page)
        browser.close()
    return [
        Image.open(io.BytesIO(picture)).convert("RGB").quantize(COLOURS, kmeans=1, dither=Image.Dither.NONE)
        for picture in taken
    ]


def outcomes_picture() -> Figure:
    """Median accuracies of every method on `tiny-bloom`, at 32 and at 256 examples."""
    return plot_medians(by_examples(summary(used(shipped_runs())), "tiny-bloom"), level=0.5)


def write_pictures(directory: Path | None = None) -> list[Path]:
    """Film and draw both and save them as GIF and PNG; returns the files."""
    folder = (directory or own_data_dir()) / "pictures"
    folder.mkdir(exist_ok=True)
    first, *others = drag_pictures()
    film, table = folder / "explorer.gif", folder / "outcomes.png"
    times = [HOLD, *[MILLISECONDS] * (STEPS - 1), HOLD]
    first.save(film, save_all=True, append_images=others, duration=times, loop=0)
    table.write_bytes(png(outcomes_picture()))
    return [film, table]


if __name__ == "__main__":
    print(*write_pictures(), sep="\n")
