"""The vector explorer as one file that any browser opens from disk: modules, style, model, vectors."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torch import Tensor, nn

from ia3_teach.arithmetic.values import vectors
from ia3_teach.views.bundling import LIVE, bundle
from ia3_teach.views.live_model import facts_of, map_facts, numbers_of, weights_of
from ia3_teach.wording import brief

if TYPE_CHECKING:
    from datasets import Dataset

PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>body {{ margin: 0; padding: 8px; background: Canvas; color: CanvasText; }}
:root {{ color-scheme: light dark; }}
h1 {{ font: 600 22px system-ui, sans-serif; margin: 8px auto; max-width: 1100px; }}
.ia3-explorer {{ margin: 0 auto; }}</style>
</head>
<body>
<main>
<h1>{title}</h1>
{explorer}
</main>
</body>
</html>
"""
PART = """\
<style>{style}</style>
<div id="{place}"></div>
<script type="application/json" id="{place}-data">{data}</script>
<script type="module">
{modules}
const place = document.getElementById("{place}");
explorer_page.start(place, JSON.parse(document.getElementById("{place}-data").textContent));
</script>
"""


def explorer_part(
    model: nn.Module, tokenizer: Any, tasks: Mapping[str, Dataset], place: str = "vector-explorer"
) -> str:
    """HTML for any page: the explorer of a model with an adapter for each task, live and without a server.

    Raises ValueError as `facts_of` does.
    """
    facts = facts_of(model, tokenizer, tasks)
    values = numbers_of({name: vectors(model, name) for name in tasks})
    return part(facts, values, weights_of(model, next(iter(tasks))), place)


def map_part(sets: Mapping[str, Mapping[str, Tensor]], heads: int = 0, place: str = "vector-explorer") -> str:
    """The same for vectors of any model, {name: {"l_k": (n_layers, d), ...}}: the map alone, no answers."""
    return part(map_facts(sets, heads), numbers_of(sets), b"", place)


def part(facts: Mapping[str, Any], values: bytes, weights: bytes, place: str) -> str:
    """Style, data and modules of one explorer.

    Raises ValueError for a place that is no name of an element.
    """
    if not re.fullmatch("[A-Za-z][A-Za-z0-9_-]*", place):
        raise ValueError(f"place names an element of the page, such as vector-explorer; found {brief(place)}")
    data = {
        "facts": facts,
        "values": base64.b64encode(values).decode(),
        "weights": base64.b64encode(weights).decode(),
    }
    # "</script>" inside a text would end the element
    written = json.dumps(data, separators=(",", ":")).replace("<", "\\u003c")
    return PART.format(
        style=style(), place=place, data=written, modules=bundle("explorer/page.js").replace("</", "<\\/")
    )


def style() -> str:
    """The explorer's style sheet."""
    return (LIVE / "explorer" / "explorer.css").read_text(encoding="utf-8")


def write_page(path: str | Path, part: str, title: str = "Move a learned vector") -> Path:
    """A whole page around what `explorer_part` or `map_part` returns; returns its path."""
    path = Path(path)
    path.write_text(PAGE.format(title=html.escape(title), explorer=part), encoding="utf-8")
    return path
