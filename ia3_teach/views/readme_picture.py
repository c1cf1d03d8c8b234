"""The pictures of the README: the dial of lesson 00 being turned, and what came out of the comparison.

python -m ia3_teach.views.readme_picture writes them to data/pictures/.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from ia3_teach import load_adapter, load_model, load_task
from ia3_teach.course.shipped.adapters import shipped_runs, vectors_directory
from ia3_teach.course.shipped.paths import own_data_dir
from ia3_teach.course.shipped.results import summary, used
from ia3_teach.views.dial import plot_dial
from ia3_teach.views.dial_grid import STOPS, turn_dial
from ia3_teach.views.results_table import by_examples, plot_medians
from ia3_teach.views.style import png

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from PIL.Image import Image

ROW = 67  # of the test split: praise that the frozen model ranks on the wrong side
WIDTH = 820  # pixels, as wide as a page shows it
MILLISECONDS = 900


def dial_pictures() -> list[Figure]:
    """The dial at each of its stops, for one note about which the shipped vectors change the model's mind."""
    model, tokenizer = load_model("tiny-bloom")
    load_adapter(model, vectors_directory("sentiment"))
    grid = turn_dial(model, tokenizer, load_task("sentiment")["test"].select([ROW]), STOPS)
    return [plot_dial(grid, strength) for strength in STOPS]


def outcomes_picture() -> Figure:
    """Median accuracies of every method on `tiny-bloom`, at 32 and at 256 examples."""
    return plot_medians(by_examples(summary(used(shipped_runs())), "tiny-bloom"), level=0.5)


def write_pictures(directory: Path | None = None) -> list[Path]:
    """Draw both and save them as GIF and PNG; returns the files."""
    folder = (directory or own_data_dir()) / "pictures"
    folder.mkdir(exist_ok=True)
    first, *others = map(small, dial_pictures())
    film, table = folder / "dial.gif", folder / "outcomes.png"
    first.save(film, save_all=True, append_images=others, duration=MILLISECONDS, loop=0)
    table.write_bytes(png(outcomes_picture()))
    return [film, table]


def small(figure: Figure) -> Image:
    """A figure as a picture of the page's width, in few colours."""
    from PIL import Image

    picture = Image.open(io.BytesIO(png(figure))).convert("RGB")
    height = round(picture.height * WIDTH / picture.width)
    return picture.resize((WIDTH, height), Image.Resampling.LANCZOS).quantize(32)


if __name__ == "__main__":
    print(*write_pictures(), sep="\n")
