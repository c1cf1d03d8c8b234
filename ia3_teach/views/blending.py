"""Two tasks compared and mixed: their entries against each other, and what the mixture can still answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from ia3_teach.adapters import activate
from ia3_teach.annotated import numbers
from ia3_teach.arithmetic.combining import weighted_mean
from ia3_teach.arithmetic.values import set_vectors, vectors
from ia3_teach.course.lesson.evaluate import accuracy
from ia3_teach.course.lesson.reading import flat
from ia3_teach.views.phrases import joined, rough
from ia3_teach.views.style import METHODS, describe, new_figure
from ia3_teach.wording import brief

if TYPE_CHECKING:
    from datasets import Dataset
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SHARES = tuple(step / 8 for step in range(9))
LOOKS = (METHODS["IA3"], METHODS["LoRA"])


@dataclass(frozen=True)
class Blend:
    """Two adapters' vectors, {task: {"l_k": (n_layers, d), ...}}, and {task: accuracies} along `SHARES`."""

    values: Mapping[str, Mapping[str, Tensor]]
    accuracies: Mapping[str, Sequence[float]]


def mix_tasks(model: nn.Module, tokenizer: Any, tasks: "Mapping[str, Dataset]") -> Blend:
    """Ask a model with an adapter for each of two tasks both questions along the way from one to the other.

    The first adapter carries the mixtures while they are asked; its vectors are put back. Raises ValueError
    for another number of tasks.
    """
    if len(tasks) != 2:
        raise ValueError(f"two tasks are mixed; found {len(tasks)}: {brief(', '.join(tasks))}")
    values = {task: vectors(model, task) for task in tasks}
    one, other = values
    found: dict[str, list[float]] = {task: [] for task in tasks}
    activate(model, one)
    try:
        for share in SHARES:
            set_vectors(model, mixed(values, share), one)
            for task, rows in tasks.items():
                found[task].append(accuracy(model, tokenizer, rows))
    finally:
        set_vectors(model, values[one], one)
    return Blend(values, found)


def mixed(values: Mapping[str, Mapping[str, Tensor]], share: float) -> dict[str, Tensor]:
    """l = 1 + (1 - share) (l_1 - 1) + share (l_2 - 1), kind by kind."""
    one, other = values.values()
    return {kind: weighted_mean([one[kind], other[kind]], [1 - share, share]) for kind in one}


@numbers()
def plot_blend(both: Blend, share: float, kind: str) -> "Figure":
    """Left: the entries of one kind, a task across, a task up. Right: both tasks along the way, and here."""
    figure, (left, right) = new_figure(height=3.0, columns=2)
    draw_entries(left, both, kind)
    one, other = both.values
    for look, (task, found) in zip(LOOKS, both.accuracies.items(), strict=True):
        right.plot(SHARES, found, label=task.replace("_", " "), markersize=4, **look)
    right.axvline(share, color="black", linewidth=1)
    right.set(xlabel=f"share of {other.replace('_', ' ')}", ylim=(0, 1.05), title="answered rightly")
    right.set_xticks([0, 0.5, 1], ["0", "½", "1"])
    right.set_yticks([0, 0.5, 1], ["0 %", "50 %", "100 %"])
    right.legend(frameon=False, loc="lower center")
    return describe(figure, blend_in_words(both, share, kind))


def draw_entries(axes: "Axes", both: Blend, kind: str) -> None:
    """A dot per entry, both tasks' factors from the same smallest to the same largest; grey lines at 1."""
    x, y = (values[kind].flatten() for values in both.values.values())
    axes.scatter(x, y, s=4, alpha=0.35, color="0.25", linewidths=0)
    axes.axhline(1, color="0.6", linewidth=0.8)
    axes.axvline(1, color="0.6", linewidth=0.8)
    one, other = (task.replace("_", " ") for task in both.values)
    ends = min(x.min(), y.min()).item() - 0.1, max(x.max(), y.max()).item() + 0.1
    axes.set(xlabel=f"{kind} of {one}", ylabel=f"of {other}", xlim=ends, ylim=ends, box_aspect=1)
    axes.set_title(f"cosine of l - 1: {cosine(both, kind):.2f}")


def cosine(both: Blend, kind: str) -> float:
    """The cosine of the two departures l - 1, of one kind."""
    x, y = (flat({kind: values[kind] - 1}) for values in both.values.values())
    return torch.nn.functional.cosine_similarity(x, y, dim=0).item()


def blend_in_words(both: Blend, share: float, kind: str) -> str:
    """The shares of the mixture, what it answers rightly, and the cosine."""
    at = SHARES.index(share)
    one, other = both.values
    told = joined([f"{task} {rough(100 * found[at], 0)} %" for task, found in both.accuracies.items()])
    return (
        f"{1 - share:.3g} of {one} and {share:.3g} of {other}: answered rightly, {told}. "
        f"The cosine of the two {kind}: {rough(cosine(both, kind))}."
    )
