"""Bars in groups: several measures, each of several models."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ia3_teach.views.phrases import joined, rough
from ia3_teach.views.style import METHODS, describe, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

UNTRAINED = "#b0b0b0"


def plot_groups(models: Mapping[str, Mapping[str, float]], label: str) -> "Figure":
    """One group of bars for each measure, in it one bar for each model: {model: {measure: share}}.

    A model has the colour of the method that its name begins with; of several, all but the last are hatched.
    """
    figure, axes = new_figure(height=3.0)
    measures = list(next(iter(models.values())))
    width = 0.8 / len(models)
    for place, (model, shares) in enumerate(models.items()):
        left = [group + (place - (len(models) - 1) / 2) * width for group in range(len(measures))]
        heights = [shares[measure] for measure in measures]
        drawn = axes.bar(left, heights, width * 0.9, label=model, **look(model, list(models)))
        axes.bar_label(drawn, [f"{height:.2f}" if height else "none" for height in heights], padding=2)
    axes.set_xticks(range(len(measures)), measures)
    axes.set_ylim(0, 1.1)
    axes.set_ylabel(label)
    axes.tick_params(axis="x", length=0)
    figure.legend(loc="outside upper center", ncols=len(models), frameon=False)
    return describe(figure, groups_in_words(models, label))


def look(model: str, models: Sequence[str]) -> dict[str, str]:
    """Colour and hatch of a model's bars.

    >>> [look(model, ["IA3, 0.1", "IA3, 0.2"])["hatch"] for model in ("IA3, 0.1", "IA3, 0.2")]
    ['//', '']
    """
    method = next((name for name in METHODS if model.startswith(name)), None)
    later = models[models.index(model) + 1 :]
    hatched = method is not None and any(name.startswith(method) for name in later)
    colour = METHODS[method]["color"] if method else UNTRAINED
    return {"color": colour, "hatch": "//" if hatched else "", "edgecolor": "white"}


def groups_in_words(models: Mapping[str, Mapping[str, float]], label: str) -> str:
    """Every bar's height, measure by measure."""
    groups = [
        f"{measure}: {joined([f'{model} {rough(shares[measure])}' for model, shares in models.items()])}"
        for measure in next(iter(models.values()))
    ]
    return f"Groups of bars, {label}. {'; '.join(groups)}."
