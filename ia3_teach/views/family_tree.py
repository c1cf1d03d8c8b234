"""The tree of methods, drawn from what each says of itself: its form, and whether it merges."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ia3_teach.views.style import describe, new_figure
from ia3_teach.wording import brief, short

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Facts = Mapping[str, Mapping[str, Any]]
# A form has its mark and its colour everywhere in lesson 12; the marks alone tell them apart too.
FORMS: dict[str, dict[str, str]] = {
    "scale": {"color": "#d95f02", "marker": "o"},
    "add": {"color": "#5e3c99", "marker": "s"},
    "rotate": {"color": "#56b4e9", "marker": "D"},
    "prepend": {"color": "#000000", "marker": "^"},
    "select": {"color": "#999999", "marker": "P"},
}
COLUMNS, ROOT, MARK, BAR, WIDE = 4, 0.38, 0.7, 1.6, 1.62


def by_form(facts: Facts) -> dict[str, list[str]]:
    """{form: its methods}, the forms in the order of `FORMS`. Raises ValueError for another form.

    >>> by_form({"SSF": {"form": "scale"}})
    {'scale': ['SSF'], 'add': [], 'rotate': [], 'prepend': [], 'select': []}
    """
    found: dict[str, list[str]] = {form: [] for form in FORMS}
    for name, about in facts.items():
        if about["form"] not in found:
            raise ValueError(f"a form is one of {short(', '.join(FORMS))}; found {brief(about['form'])}")
        found[about["form"]].append(name)
    return found


def plot_family(facts: Facts) -> Figure:
    """Root, forms, methods; a solid box merges into the weights, a dashed one stays beside the model."""
    branches = {form: names for form, names in by_form(facts).items() if names}
    lines = sum(-(-len(names) // COLUMNS) for names in branches.values())
    figure, axes = new_figure(height=0.32 * (lines + len(branches)))
    middle, top = [], 0.0
    for form, names in branches.items():
        height = -(-len(names) // COLUMNS)
        middle.append(top + (height - 1) / 2)
        axes.plot([ROOT, BAR], [middle[-1]] * 2, color="0.5", linewidth=1, zorder=0)
        axes.plot(MARK, middle[-1], markersize=9, linestyle="", **FORMS[form])
        axes.text(MARK + 0.12, middle[-1] - 0.2, form, ha="left", va="bottom", fontweight="bold")
        axes.plot([BAR] * 2, [top - 0.35, top + height - 0.65], color="0.5", linewidth=1)
        for place, name in enumerate(names):
            row, column = divmod(place, COLUMNS)
            box = {"boxstyle": "round,pad=0.25", "facecolor": "white", "edgecolor": "0.3"}
            box |= {"linestyle": "-" if facts[name]["merges"] else "--"}
            axes.text(BAR + 0.15 + column * WIDE, top + row, name, va="center", bbox=box)
        top += height + 0.6
    axes.plot([ROOT, ROOT], [middle[0], middle[-1]], color="0.5", linewidth=1)
    centre = (middle[0] + middle[-1]) / 2
    axes.text(ROOT - 0.08, centre, "PEFT", ha="right", va="center", fontweight="bold")
    axes.set(xlim=(-0.2, BAR + 0.15 + COLUMNS * WIDE), ylim=(top - 0.4, -0.7))
    axes.axis("off")
    return describe(figure, tree_in_words(facts))


def tree_in_words(facts: Facts) -> str:
    """The methods of each form, and those that do not merge."""
    branches = "; ".join(f"{form}: {', '.join(names)}" for form, names in by_form(facts).items() if names)
    beside = [name for name, about in facts.items() if not about["merges"]]
    return f"A tree of methods by form. {branches}. Dashed, not merging: {', '.join(beside) or 'none'}."
