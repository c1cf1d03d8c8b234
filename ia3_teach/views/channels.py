"""The picture of one inner channel: where it is loud, before and after its factor, and what it matters."""

from typing import TYPE_CHECKING

from ia3_teach.views.channel_facts import Channel
from ia3_teach.views.phrases import about, rough
from ia3_teach.views.style import METHODS, describe, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BEFORE, AFTER = "#b0b0b0", METHODS["IA3"]["color"]


def plot_channel(channel: Channel) -> "Figure":
    """Left: the loudest tokens, activation before l (grey) and after. Right: what resetting moves."""
    figure, (left, right) = new_figure(height=3.2, columns=2)
    for place, (_, before) in enumerate(channel.loudest):
        left.barh(place - 0.2, before, height=0.36, color=BEFORE, label="before l")
        left.barh(place + 0.2, before * channel.factor, height=0.36, color=AFTER, label="after l")
    left.axvline(0, color="0.4", linewidth=0.8)
    left.set_yticks(range(len(channel.loudest)), [word for word, _ in channel.loudest])
    left.invert_yaxis()
    left.set_title(f"block {channel.layer}, channel {channel.channel}: × {channel.factor:.2f}")
    left.set_xlabel("activation")
    handles, names = left.get_legend_handles_labels()
    figure.legend(handles[:2], names[:2], loc="outside lower center", ncols=2, frameon=False)
    draw_changes(right, channel)
    return describe(figure, channel_in_words(channel))


def draw_changes(axes: "Axes", channel: Channel) -> None:
    """How the margin moves when this entry is reset, and when another one is."""
    trained, *without = channel.margins
    changes = [margin - trained for margin in without]
    axes.barh(range(2), changes, color=[AFTER, BEFORE], height=0.5)
    reach = max(map(abs, changes)) or 1.0
    for place, change in enumerate(changes):
        axes.text(1.15 * reach, place, f"{change:+.3f}", va="center")
    axes.axvline(0, color="0.4", linewidth=0.8)
    axes.set_yticks(range(2), ["this one\nback at 1", "another one\nback at 1"])
    axes.invert_yaxis()
    axes.set(xlim=(-1.1 * reach, 1.9 * reach), title=f"margin {trained:.2f} moves by")


def channel_in_words(channel: Channel) -> str:
    """Factor, the loudest token, and what is lost against the control."""
    trained, without, control = channel.margins
    word, size = channel.loudest[0]
    return (
        f"Block {channel.layer}, channel {channel.channel}: × {channel.factor:.2f}. "
        f"Loudest at {word}: {about(size)} before, {about(size * channel.factor)} after. The margin moves "
        f"by {rough(without - trained, 3)} with it back at 1, by {rough(control - trained, 3)} with another."
    )
