"""The first page, whose first screen is a live dial, and the page of the explorer; both without a kernel."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ia3_teach.views.bundling import LIVE, bundle
from ia3_teach.views.explorer_page import style
from ia3_teach.website.live_data import MODEL, Live

SCRIPT = f"{MODEL}.js"
SENTENCE = "Turn one number, and a language model begins to answer a question that it was never taught."
INDEX = """\
---
html_theme.sidebar_secondary.remove: true
---
# IA3 by hand

<p class="opening">{sentence}</p>

{dial}

The model is `{model}`, {total:,} numbers; it runs in this page, and nothing you write leaves it. At λ = 0
every number is as pretraining left it; at λ = 1 it answers as it was trained to. What the dial turns are
{learned:,} learned factors, three vectors in each of four blocks: the method is called **IA3**
([Liu et al. 2022](https://arxiv.org/abs/2205.05638)), and this course teaches it by hand.

- **Begin** with [lesson 00](notebooks/00_start_one_dial.ipynb), or see
  [what each lesson asks](notebooks/README.md).
- **Touch** every learned number in the [explorer](explorer.md), or look through the [gallery](gallery.md).
- **Look up** words in the [glossary](notebooks/glossary.md), formulas and pitfalls on the
  [cheat sheet](notebooks/cheat_sheet.md), verbs in the [reference](reference/library.rst).
- **Recall** what a lesson said: [five questions](questions.md) to each.

The lessons stand here as they were executed. To run them, and to have your exercises checked, get the course
and type `make course`.

{contents}
"""
EXPLORER = """\
---
html_theme.sidebar_secondary.remove: true
---
# Move a learned vector

Every learned factor of `{model}`, layer by channel, for {count} tasks. Drag an entry, a row or a kind up or
down, and the answers to your own sentence follow, beside a control that moves as many others at random.

{explorer}
"""
SOURCE = f"_static/{SCRIPT}"
PART = """\
<style>{style}</style>
<div id="{place}">{before}</div>
{data}
<script type="module">
{modules}
{module}.start(document.getElementById("{place}"), {what});
</script>
"""
BEFORE = """\
<div class="ia3-dial"><p class="sentence">{text}</p><p class="asked">{question}</p>
<table class="answers"><caption>At λ = 0, the frozen model</caption>{rows}</table>
<noscript><p>Turning the dial needs JavaScript.</p></noscript></div>"""
ROW = '<tr><th scope="row">{label}</th><td><span class="number">{percent:.1f} %</span></td></tr>'


def write(folder: Path, contents: str) -> None:
    """Write both pages and the script with the model into `folder`."""
    live = Live()
    (folder / "assets").mkdir(exist_ok=True)
    (folder / "assets" / SCRIPT).write_text(live.script(), encoding="utf-8")
    dial = dial_part(live)
    about = {"model": MODEL, **live.sizes()}
    page = INDEX.format(sentence=SENTENCE, dial=raw(dial), contents=contents, **about)
    (folder / "index.md").write_text(page, encoding="utf-8")
    explorer = explorer_part()
    page = EXPLORER.format(model=MODEL, count=len(live.tasks), explorer=raw(explorer))
    (folder / "explorer.md").write_text(page, encoding="utf-8")


def dial_part(live: Live) -> str:
    """The dial: it has what it needs to turn in the page itself, and fetches the model afterwards."""
    first = live.beginning()
    begins = {"tasks": live.facts["tasks"], "first": {name: first[name] for name in ("text", "along")}}
    # "</script>" inside a text would end the element
    written = json.dumps(begins, separators=(",", ":")).replace("<", "\\u003c")
    what = f'{written}, "{SOURCE}"'
    return part("first-dial", "dial/page.js", dial_style(), what, before=before(first))


def explorer_part() -> str:
    """The explorer, which is nothing without its model."""
    data = f'<script defer src="{SOURCE}"></script>'
    return part("vector-explorer", "explorer/page.js", style(), "globalThis.ia3Live", data=data)


def part(place: str, entry: str, sheet: str, what: str, before: str = "", data: str = "") -> str:
    """HTML that starts a live view with `what` it takes; `before` stands in its place until then."""
    modules = bundle(entry).replace("</", "<\\/")
    module = entry.removesuffix(".js").replace("/", "_")
    about = {"style": sheet, "place": place, "before": before, "data": data}
    return PART.format(modules=modules, module=module, what=what, **about)


def before(first: Mapping[str, Any]) -> str:
    """The first answer as plain text, for the moment before the scripts, and for readers without them."""
    rows = "".join(
        ROW.format(label=html.escape(label), percent=100 * share) for label, share in first["shares"].items()
    )
    text, question = html.escape(first["text"]), html.escape(first["question"])
    return BEFORE.format(text=text, question=question, rows=rows)


def dial_style() -> str:
    """The dial's style sheet."""
    return (LIVE / "dial" / "dial.css").read_text(encoding="utf-8")


def raw(part: str) -> str:
    """HTML that Markdown leaves as it is."""
    return f"````{{raw}} html\n{part}````"
