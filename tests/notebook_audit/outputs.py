"""Rules for what a lesson shows: paths, images, figures, how much nbval compares, size."""

import re
from typing import Any

import nbformat

from notebook_audit.look import Problems, code_cells

NOT_COMPARED = {"nbval-ignore-output", "nbval-skip"}
COMPARED_KINDS = {"text/plain", "text/markdown", "text/latex", "application/json"}
WIDEST = 716  # pixels
FIGURE_KINDS = {"image/png", "image/jpeg", "image/svg+xml"}


def no_absolute_path(notebook: Any) -> Problems:
    """Also no user names: both come in with /home/name, in sources or in outputs."""
    pattern = r"(?<![\w.:/])/(?:home|root|tmp|Users|work|usr|opt|mnt|var|etc)/|[A-Z]:\\\\?Users|~/"
    for number, cell in enumerate(notebook.cells):
        texts = [cell.source, *map(_output_text, cell.get("outputs", []))]
        for found in re.findall(pattern, "\n".join(texts)):
            yield f"cell {number} has an absolute path: {found}"


def no_remote_image(notebook: Any) -> Problems:
    pattern = r"!\[[^\]]*\]\(\s*(?:https?:)?//|<img[^>]+src=[\"']?(?:https?:)?//"
    for number, cell in enumerate(notebook.cells):
        texts = [cell.source, *map(_output_text, cell.get("outputs", []))]
        if re.search(pattern, "\n".join(texts)):
            yield f"cell {number} shows an image from the network"


def _output_text(output: Any) -> str:
    """All that an output says, without the letters of encoded pictures."""
    parts = [output.get("text", ""), *output.get("traceback", [])]
    data = output.get("data", {})
    parts += [str(data[kind]) for kind in data if kind not in {"image/png", "image/jpeg"}]
    return re.sub(r"base64,[^\"')]*", "", "\n".join(parts))


def alt_text(notebook: Any) -> Problems:
    """Figures come out of show(figure): an <img> with alt, and the same as plain text."""
    for number, cell in enumerate(notebook.cells):
        html = cell.source if cell.cell_type == "markdown" else ""
        if re.search(r"!\[\s*\]\(", html):
            yield f"cell {number}: an image without alternative text"
        for data in (output.get("data", {}) for output in cell.get("outputs", [])):
            html += str(data.get("text/html", ""))
            if FIGURE_KINDS & set(data):
                yield f"cell {number}: a bare figure; use show(figure)"
        for image in re.findall(r"<img\b[^>]*>", html):
            if not re.search(r"alt=\"[^\"]{20,}\"", image):
                yield f"cell {number}: an image without alternative text of 20 letters"


def fits_the_page(notebook: Any) -> Problems:
    """A figure has 7 inches and its card at the most, so that a narrow page makes no letters small."""
    for number, cell in code_cells(notebook):
        html = "".join(str(output.get("data", {}).get("text/html", "")) for output in cell.outputs)
        for width in re.findall(r"<img\b[^>]* width=\"(\d+)\"", html):
            if int(width) > WIDEST:
                yield f"cell {number}: a picture of {width} pixels; {WIDEST} is the widest"


def compared_share(notebook: Any) -> Problems:
    """nbval passes whatever it does not compare; most outputs must be compared."""
    cells = [cell for _, cell in code_cells(notebook) if cell.outputs]
    compared = [cell for cell in cells if _is_compared(cell)]
    if cells and len(compared) < 0.6 * len(cells):
        share = f"{len(compared)} of {len(cells)}"
        yield f"only {share} cells with output are compared; 60 % is the least"


def _is_compared(cell: Any) -> bool:
    if NOT_COMPARED & set(cell.metadata.get("tags", [])):
        return False
    return any(
        output.get("name") == "stdout" or COMPARED_KINDS & set(output.get("data", {}))
        for output in cell.outputs
    )


def under_one_megabyte(notebook: Any) -> Problems:
    size = len(nbformat.writes(notebook).encode())
    if size > 1_000_000:
        yield f"{size / 1e6:.1f} MB; 1 MB is the most"
