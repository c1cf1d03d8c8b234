"""Controls around a picture: few stops each, every picture drawn once, kept and flipped in the browser."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from ia3_teach.views.bundling import LIVE, bundle
from ia3_teach.views.output import described, image
from ia3_teach.wording import brief, listed, short

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST = 9  # stops of a slider: each can be known by its place
LOOKS = ("slider", "menu", "switch", "film")
KEPT = 256  # pictures; one has some 20 KB


@dataclass(frozen=True)
class Control:
    """One control: its name, its stops {what is read there: value}, and what is read where it begins.

    `look` is "slider", "menu", "switch" (two stops, off and on) or "film" (a slider that plays).
    `moves` is {stop: {another control's name: its stop}}: a menu of presets that puts others in place.
    Raises ValueError for a look that there is not, no such first stop, or more stops than can be told apart.
    """

    name: str
    stops: Mapping[str, Any]
    first: str
    look: str = "slider"
    moves: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.look not in LOOKS:
            raise ValueError(
                f"a control looks like one of {short(', '.join(LOOKS))}; found {brief(self.look)}"
            )
        if self.first not in self.stops:
            raise ValueError(f"{short(self.name)} begins at {brief(self.first)}, which is none of its stops")
        most = {"slider": MOST, "film": MOST, "switch": 2}.get(self.look, len(self.stops))
        if len(self.stops) > most:
            raise ValueError(
                f"{short(self.name)} has {len(self.stops)} stops; a {short(self.look)} has {short(most)} at "
                "the most. Leave some out, or make it a menu"
            )

    def facts(self) -> dict[str, Any]:
        """What the browser needs of it."""
        moves = {stop: dict(others) for stop, others in self.moves.items()}
        return {"name": self.name, "stops": list(self.stops), "look": self.look, "moves": moves}


class Controlled(anywidget.AnyWidget):
    """A picture under its controls. `setting` is {control: stop}, as is read; setting it moves the controls.

    `draw` and `say` take the controls' values in their order; they return a described figure, and a line of
    words. Raises ValueError for a control or a stop that there is not, with nothing changed.
    """

    _esm = bundle("stops/widget.js") + "\nexport default { render: stops_widget.render };\n"
    _css = (LIVE / "stops" / "stops.css").read_text(encoding="utf-8")
    controls = traitlets.List().tag(sync=True)
    first = traitlets.Dict().tag(sync=True)
    setting = traitlets.Dict().tag(sync=True)
    begin = traitlets.Dict().tag(sync=True)

    def __init__(
        self, draw: Callable[..., Figure], say: Callable[..., str], controls: Sequence[Control]
    ) -> None:
        self.draw, self.say = draw, say
        self.stops = {control.name: dict(control.stops) for control in controls}
        self.drawn = lru_cache(KEPT)(self._drawn)
        first = {control.name: control.first for control in controls}
        begin = self.drawn(*first.values())
        super().__init__(
            controls=[control.facts() for control in controls], first=first, setting=first, begin=begin
        )
        self.on_msg(self._answer)

    def values(self, setting: Mapping[str, str] | None = None) -> list[Any]:
        """The values of the controls, in order, where they are now or at another setting."""
        at = self.setting if setting is None else setting
        return [stops[at[name]] for name, stops in self.stops.items()]

    @traitlets.validate("setting")
    def _check_setting(self, proposal: Any) -> dict[str, str]:
        check_setting(self.stops, proposal["value"])
        return proposal["value"]

    def _drawn(self, *labels: str) -> dict[str, str]:
        values = self.values(dict(zip(self.stops, labels, strict=True)))
        figure = self.draw(*values)
        return {"picture": image(figure), "words": self.say(*values), "told": described(figure)}

    def _answer(self, _: Any, content: Any, __: Any) -> None:
        """The browser asks for the picture at a setting that it has not seen."""
        setting = content["setting"]
        check_setting(self.stops, setting)
        self.send({"setting": setting, **self.drawn(*(setting[name] for name in self.stops))})

    def _repr_mimebundle_(self, **settings: Any) -> tuple[dict, dict]:
        """The live view, and for a place without widgets the picture where it stands, and its words."""
        made, metadata = super()._repr_mimebundle_(**settings)
        still = self.drawn(*(self.setting[name] for name in self.stops))
        return {**made, "text/html": still["picture"], "text/plain": still["told"]}, metadata


def check_setting(stops: Mapping[str, Mapping[str, Any]], setting: Mapping[str, str]) -> None:
    """Refuse a setting that leaves a control out, names another, or a stop that it does not have."""
    if set(setting) != set(stops):
        raise ValueError(f"a setting says where {listed(stops)} stand; found {short(dict(setting))}")
    for name, stop in setting.items():
        if stop not in stops[name]:
            raise ValueError(f"{short(name)} stops at {short(', '.join(stops[name]))}; found {brief(stop)}")
