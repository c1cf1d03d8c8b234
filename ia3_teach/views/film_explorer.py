"""A scrubber and a Play button around the training film."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ia3_teach.views.controls import MOST, Control, Controlled
from ia3_teach.views.film import Frames, plot_frame, spread, turned

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def explore_film(frames: Frames, losses: Sequence[float]) -> Controlled:
    """The recorded steps, of many nine at even distances; the last is shown first."""
    steps = {f"{step}": step for step in some_steps(list(frames))}
    return Controlled(
        Reel(plot_frame(frames, losses, max(frames)), frames, losses),
        lambda step: in_words(frames, step),
        [Control("steps", steps, list(steps)[-1], "film")],
    )


class Reel:
    """The film in one figure, which is laid out when it is first shown and then turned from step to step."""

    def __init__(self, figure: "Figure", frames: Frames, losses: Sequence[float]) -> None:
        self.figure, self.frames, self.losses, self.shown = figure, frames, losses, False

    def __call__(self, step: int) -> "Figure":
        """The figure at a step: always the same one, so what was shown before shows this step too."""
        if self.shown:
            self.figure.set_layout_engine("none")
        self.shown = True
        return turned(self.figure, self.frames, self.losses, step)


def some_steps(steps: Sequence[int], most: int = MOST) -> list[int]:
    """All of them, or `most` of them at even distances, the first and the last among them.

    >>> some_steps([0, 5, 10, 15, 20], most=3)
    [0, 10, 20]
    """
    if len(steps) <= most:
        return list(steps)
    return [steps[round(place * (len(steps) - 1) / (most - 1))] for place in range(most)]


def in_words(frames: Frames, step: int) -> str:
    """The frame as a line of text, for those who do not see the picture."""
    low, tenth, _, ninetieth, high = spread({step: frames[step]})[0].tolist()
    return (
        f"after {step} steps: entries from {low:.2f} to {high:.2f}, "
        f"four fifths of them from {tenth:.2f} to {ninetieth:.2f}"
    )
