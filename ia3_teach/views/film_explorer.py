"""A scrubber and a Play button around the training film."""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from ia3_teach.views.film import Frames, plot_frame, spread
from ia3_teach.views.output import image, plain

if TYPE_CHECKING:
    from ipywidgets import VBox

WITHOUT_WIDGETS = "A slider over the steps and a Play button: they need a running notebook."
MILLISECONDS = 500


def film_controls(frames: Frames, losses: Sequence[float]) -> "VBox":
    """Play, a slider over the recorded steps, the picture, and the picture in words; the last frame first."""
    import ipywidgets as widgets

    steps, last = list(frames), len(frames) - 1
    slider = widgets.SelectionSlider(
        options=steps, value=steps[last], description="steps", layout={"width": "36em", "max_width": "100%"}
    )
    play = widgets.Play(value=last, max=last, interval=MILLISECONDS)
    widgets.jslink((play, "value"), (slider, "index"))
    picture, words = widgets.HTML(), widgets.HTML()

    @cache  # each frame is drawn once
    def drawn(step: int) -> str:
        return image(plot_frame(frames, losses, step))

    def redraw(*_: object) -> None:
        picture.value = drawn(slider.value)
        words.value = plain(in_words(frames, slider.value))

    slider.observe(redraw, "value")
    redraw()
    return widgets.VBox([widgets.HBox([play, slider]), picture, words])


def in_words(frames: Frames, step: int) -> str:
    """The frame as a line of text, for those who do not see the picture."""
    low, tenth, _, ninetieth, high = spread({step: frames[step]})[0].tolist()
    return (
        f"after {step} steps: entries from {low:.2f} to {high:.2f}, "
        f"four fifths of them from {tenth:.2f} to {ninetieth:.2f}"
    )


def explore_film(frames: Frames, losses: Sequence[float]) -> None:
    """Show the controls; without a kernel a line of words stands in their place."""
    from IPython.display import display

    bundle = film_controls(frames, losses)._repr_mimebundle_()
    display({**bundle, "text/plain": WITHOUT_WIDGETS}, raw=True)
