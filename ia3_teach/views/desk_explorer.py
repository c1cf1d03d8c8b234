"""A mixing desk: switches for the kinds of vectors and for the lower and upper half of the blocks."""

from ia3_teach.annotated import numbers
from ia3_teach.views.controls import Control, Controlled
from ia3_teach.views.desk import desk_in_words, plot_desk
from ia3_teach.views.desk_grid import Desk


@numbers()
def explore_desk(desk: Desk, guessing: float = 0.5) -> Controlled:
    """Everything is on at first; the desk's answers are looked up."""
    return Controlled(
        lambda *switches: plot_desk(desk, switches, guessing),
        lambda *switches: desk_in_words(desk, switches),
        [Control(name, {"off": False, "on": True}, "on", "switch") for name in desk.names],
    )
