"""The picture at the top of the README: what IA3 learned about sentiment on the shipped `tiny-bloom`.

python -m ia3_teach.views.readme_picture writes it to data/pictures/.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ia3_teach import load_adapter, load_model, vectors
from ia3_teach.course.shipped.paths import data_dir
from ia3_teach.views.heat_map import plot_vectors

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def front_picture() -> Figure:
    """The heat maps of the shipped sentiment vectors."""
    model, _ = load_model("tiny-bloom")
    load_adapter(model, data_dir() / "vectors" / "sentiment")
    return plot_vectors(vectors(model), title="IA3 on tiny-bloom after 1,000 reviews: l_k, l_v and l_ff")


def write_front_picture(directory: Path | None = None) -> Path:
    """Draw it and save it as PNG; returns the file."""
    path = (directory or data_dir()) / "pictures" / "sentiment_vectors.png"
    path.parent.mkdir(exist_ok=True)
    front_picture().savefig(path, dpi=110, bbox_inches="tight", metadata={"Software": None})
    return path


if __name__ == "__main__":
    print(write_front_picture())
