"""The training film: the vectors after every few steps, with the loss and the spread of their entries."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from ia3_teach.annotated import numbers
from ia3_teach.course.lesson.reading import flat
from ia3_teach.views.curves import running_mean
from ia3_teach.views.levels import draw_level
from ia3_teach.views.phrases import span, trend
from ia3_teach.views.style import METHODS, describe, heat, log2_scale, new_figure, scale_bar, symmetric_limit
from ia3_teach.wording import short

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Frames = Mapping[int, Mapping[str, Tensor]]
INK = METHODS["IA3"]["color"]
CURSOR = "cursor"


@numbers(step=0)
def plot_frame(frames: Frames, losses: Sequence[float], step: int) -> "Figure":
    """Left: the vectors after `step` steps. Right: loss and spread over all steps, with a cursor here.

    Shapes: frames {step: {"l_k": (n_layers, d), ...}}; colours and axes are the same in every frame.
    Raises ValueError for a step that was not recorded.
    """
    if step not in frames:
        raise ValueError(
            f"the film has a frame for the steps {short(', '.join(map(str, frames)))}; found {step:,}"
        )
    figure, panels = screen(list(frames[step]))
    limit = colour_limit(frames)
    for kind in frames[step]:
        image = heat(panels[kind], farthest(frames, kind), limit)  # for the bar, the same in every frame
        panels[kind].set(title=kind, ylabel="layer", yticks=range(len(frames[step][kind])))
    scale_bar(figure, image, [panels[kind] for kind in frames[step]], limit)
    draw_losses(panels["loss"], losses)
    draw_spread(panels["spread"], frames)
    for name in ("loss", "spread"):
        panels[name].axvline(min(frames), color="black", linewidth=1, gid=CURSOR)
    figure.suptitle(" ")
    return turned(figure, frames, losses, step)


def turned(figure: "Figure", frames: Frames, losses: Sequence[float], step: int) -> "Figure":
    """A figure of this film at another of its steps: what stays the same is not drawn anew."""
    for axes in figure.axes:
        if axes.get_title() in frames[step]:
            axes.images[0].set_data(log2_scale(frames[step][axes.get_title()]).cpu().numpy())
        for line in axes.lines:
            if line.get_gid() == CURSOR:
                line.set_xdata([step, step])
    (title,) = figure.texts  # `suptitle` would put it elsewhere than the layout has
    title.set_text(f"after {step} of {max(frames)} steps")
    return describe(figure, film_in_words(frames, losses, step))


def farthest(frames: Frames, kind: str) -> Tensor:
    """Each entry where it is farthest from 1 in the whole film, in log2; shape of one frame.

    >>> first, last = torch.tensor([1.0, 2.0]), torch.tensor([0.25, 1.0])
    >>> farthest({0: {"l_k": first}, 5: {"l_k": last}}, "l_k").tolist()
    [-2.0, 1.0]
    """
    logs = torch.stack([log2_scale(frame[kind]).cpu() for frame in frames.values()])
    logs = logs.nan_to_num(0, posinf=0, neginf=0)
    return logs.gather(0, logs.abs().argmax(0, keepdim=True))[0]


def film_in_words(frames: Frames, losses: Sequence[float], step: int) -> str:
    """The range of each vector's factors in this frame, and how loss and spread run over all frames."""
    reach = "; ".join(f"{kind} × {span(l.flatten().tolist())}" for kind, l in frames[step].items())
    first, last = (frame[[0, -1]].tolist() for frame in spread(frames)[[0, -1]])
    return (
        f"Heat maps after {step} of {max(frames)} steps, rows are layers: {reach}. Right: the loss "
        f"{trend(running_mean(losses))}; the entries of all vectors reach from {span(first)} at first, "
        f"from {span(last)} at last."
    )


def screen(kinds: Sequence[str]) -> tuple["Figure", dict[str, Any]]:
    """A figure with one wide panel per kind, and `loss` above `spread` at their right."""
    figure, _ = new_figure(width=7, height=0.6 + 1.25 * len(kinds))
    figure.clear()
    left = [kind for kind in kinds for _ in range(2)]
    right = ["loss"] * len(kinds) + ["spread"] * len(kinds)
    plan = [list(row) for row in zip(left, right, strict=True)]
    return figure, figure.subplot_mosaic(plan, width_ratios=[1.7, 1])


def colour_limit(frames: Frames) -> float:
    """One limit for the whole film, in log2: 1 % of all entries lie beyond it."""
    logs = torch.cat([log2_scale(flat(values)) for values in frames.values()])
    return symmetric_limit(logs[logs.isfinite()].abs().quantile(0.99)[None])


def spread(frames: Frames) -> Tensor:
    """Smallest entry, 10 %, median, 90 %, largest, of all vectors together; shape (n_frames, 5).

    >>> spread({0: {"l_k": torch.ones(2, 3)}}).tolist()
    [[1.0, 1.0, 1.0, 1.0, 1.0]]
    """
    shares = torch.tensor([0.0, 0.1, 0.5, 0.9, 1.0])
    return torch.stack([flat(values).float().quantile(shares) for values in frames.values()])


def draw_losses(axes: "Axes", losses: Sequence[float]) -> None:
    """The loss of each step, faint, and its running mean."""
    steps = range(1, len(losses) + 1)
    axes.plot(steps, losses, color=INK, alpha=0.25, linewidth=0.8)
    axes.plot(steps, running_mean(losses), color=INK)
    axes.set_ylim(bottom=0)
    axes.set_title("loss")


def draw_spread(axes: "Axes", frames: Frames) -> None:
    """Bands over the steps: all entries (light), the middle four fifths (dark), the median."""
    low, tenth, median, ninetieth, high = spread(frames).T
    steps = list(frames)
    axes.fill_between(steps, low, high, color=INK, alpha=0.15, linewidth=0, label="all")
    axes.fill_between(steps, tenth, ninetieth, color=INK, alpha=0.5, linewidth=0, label="80 %")
    axes.plot(steps, median, color=INK, label="median")
    draw_level(axes, 1, "1")
    axes.set(title="entries of all vectors", xlabel="steps")
    below = {"loc": "upper center", "bbox_to_anchor": (0.5, -0.42), "ncols": 3}
    axes.legend(frameon=False, columnspacing=0.8, handlelength=1.2, **below)
