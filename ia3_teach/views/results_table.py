"""Pictures of a table of results: medians with quartiles by task and method, and who leads where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ia3_teach.annotated import numbers
from ia3_teach.course.lesson.verdict import TIE, Lead
from ia3_teach.views.attention import grid
from ia3_teach.views.levels import draw_upright_level
from ia3_teach.views.phrases import joined
from ia3_teach.views.style import METHODS, describe, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Row = Mapping[str, Any]  # a row of `course.results.summary`
NAMES = {
    "zero_shot": "zero-shot", "in_context": "4-shot", "head": "head",
    "ia3": "IA3", "lora": "LoRA", "full": "full",
}  # fmt: skip
UNTRAINED = (0, 4)  # numbers of examples of the methods that are not trained


def by_examples(rows: Iterable[Row], model: str, sizes: Sequence[int] = (32, 256)) -> dict[str, list[Row]]:
    """One panel per number of training examples; methods that are not trained stand in each.

    >>> list(by_examples([], "tiny-bert"))
    ['tiny-bert\\n32 examples', 'tiny-bert\\n256 examples']
    """
    mine = [row for row in rows if row["model"] == model]
    return {
        f"{model}\n{size} examples": [row for row in mine if row["shots"] in (size, *UNTRAINED)]
        for size in sizes
    }


@numbers()
def plot_medians(panels: Mapping[str, Sequence[Row]], level: float | None = None) -> Figure:
    """A mark at each median, a bar from the first to the third quartile; one band per task."""
    tasks = sorted({row["task"] for rows in panels.values() for row in rows})
    present = {row["method"] for rows in panels.values() for row in rows}
    methods = [method for method in NAMES if method in present]
    columns = min(2, len(panels))  # more would be too narrow to read
    lines = -(-len(panels) // columns)
    height = 0.9 + 0.13 * len(tasks) * (len(methods) + 1.2) * lines + 0.5 * (lines - 1)
    figure, _ = grid(lines, columns, width=7.0, height=height)
    for panel, (title, rows) in zip(figure.axes, panels.items(), strict=True):
        draw_medians(panel, rows, tasks, methods)
        if level is not None:
            draw_upright_level(panel, level)
        panel.set_title(title)
        panel.set_xlabel("test accuracy")
        panel.set_xlim(left_end(panels), 1.03)
    for panel in figure.axes[1::2]:
        panel.set_yticklabels([])
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=len(labels), frameon=False)
    told = " ".join(f"{' '.join(title.split())}: {ranks_in_words(rows)}." for title, rows in panels.items())
    return describe(figure, f"Median test accuracies by task, the best method first. {told}")


def ranks_in_words(rows: Sequence[Row]) -> str:
    """For each task the methods with their medians, the highest first."""
    tasks = {row["task"]: [each for each in rows if each["task"] == row["task"]] for row in rows}
    return "; ".join(
        f"{task.replace('_', ' ')}, "
        + ", ".join(
            f"{NAMES[row['method']]} {row['median']:.2f}" for row in sorted(found, key=lambda r: -r["median"])
        )
        for task, found in sorted(tasks.items())
    )


def left_end(panels: Mapping[str, Sequence[Row]]) -> float:
    """Where the axis begins: a tenth at or below the lowest quartile."""
    lowest = min((row["quartile_1"] for rows in panels.values() for row in rows), default=0.5)
    return int(lowest * 10 - 0.1) / 10


def draw_medians(axes: Axes, rows: Sequence[Row], tasks: Sequence[str], methods: Sequence[str]) -> None:
    """The marks of one panel; the methods of a task lie below each other in a fixed order."""
    for place, method in enumerate(methods):
        found = [row for row in rows if row["method"] == method]
        offset = 0.75 * ((place + 0.5) / len(methods) - 0.5)
        heights = [tasks.index(row["task"]) + offset for row in found]
        look = METHODS[NAMES[method]]
        lows, highs = ([row[f"quartile_{end}"] for row in found] for end in (1, 3))
        axes.hlines(heights, lows, highs, color=look["color"], linewidth=2.2, alpha=0.55)
        medians = [row["median"] for row in found]
        axes.plot(medians, heights, label=NAMES[method], markersize=5, **look | {"linestyle": ""})
    axes.set_yticks(range(len(tasks)), [task.replace("_", " ") for task in tasks])
    axes.set_ylim(len(tasks) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    for edge in range(1, len(tasks)):
        axes.axhline(edge - 0.5, color="0.85", linewidth=0.8)


def plot_leads(leads: Sequence[Lead]) -> Figure:
    """A square per task and setting in the colour of its leader: full if the lead is clear, else pale."""
    tasks = sorted({lead.task for lead in leads})
    settings = sorted({(lead.model, lead.shots) for lead in leads})
    figure, axes = new_figure(height=0.8 + 0.36 * len(tasks))
    for lead in leads:
        x, y = settings.index((lead.model, lead.shots)), tasks.index(lead.task)
        colour = "0.6" if lead.method == TIE else METHODS[NAMES[lead.method]]["color"]
        axes.barh(y, 0.96, 0.9, x - 0.48, color=colour, alpha=1 if lead.clear else 0.25)
        name = TIE if lead.method == TIE else f"{NAMES[lead.method]} +{lead.margin:.3f}"
        axes.text(x, y, name, ha="center", va="center", color="white" if lead.clear else "black")
    axes.set_xticks(range(len(settings)), [f"{model}\n{shots} examples" for model, shots in settings])
    axes.set_yticks(range(len(tasks)), [task.replace("_", " ") for task in tasks])
    axes.set_ylim(len(tasks) - 0.5, -0.5)
    axes.tick_params(length=0)
    axes.xaxis.tick_top()
    axes.spines[:].set_visible(False)
    key = "strong colour: a clear lead; pale: no more than the scatter of the draws"
    figure.supxlabel(key, fontsize=9, color="0.35")
    return describe(
        figure, f"A square per task and setting in the colour of its leader. {leads_in_words(leads)}."
    )


def leads_in_words(leads: Sequence[Lead]) -> str:
    """How many squares each method leads, and how many of them clearly, the first one first."""
    led = Counter(lead.method for lead in leads)
    clear = Counter(lead.method for lead in leads if lead.clear)
    return joined([
        f"{NAMES.get(name, name)} in {cells} of {len(leads)}, clearly in {clear[name]}"
        for name, cells in led.most_common()
    ])  # fmt: skip
