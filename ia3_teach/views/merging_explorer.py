"""Controls around the merge microscope: which layer, which number format, how strong the vector."""

from typing import TYPE_CHECKING

from torch import Tensor, nn

from ia3_teach.course.lesson.rounding import divided_out, folded_in, steps_apart
from ia3_teach.layer import Adapted, wrapped
from ia3_teach.state import check_known, refuse_merged, state_of
from ia3_teach.views.merging import plot_microscope
from ia3_teach.views.output import image, plain

if TYPE_CHECKING:
    from ipywidgets import Dropdown, SelectionSlider, ToggleButtons, VBox
    from matplotlib.figure import Figure

Site = tuple[Tensor, Tensor, str]

STRENGTHS = (-1.0, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0)
FORMATS = ("float32", "bfloat16", "float16")
WINDOW = 96
CONTROL = {"width": "36em", "max_width": "100%"}  # room for three buttons beside each other
WITHOUT_WIDGETS = "A menu of layers, a choice of formats and a slider for λ: they need a running notebook."


def ia3_sites(model: nn.Module, name: str) -> dict[str, Site]:
    """{path: (weight, l, side)} of an IA3 adapter, in model order.

    Raises ValueError for an unknown name or a merged model.
    """
    refuse_merged(state_of(model), "look into its layers")
    check_known(state_of(model), [name])
    found = {}
    for path, place in wrapped(model, Adapted).items():
        if name in place.adapters:
            adapter = place.adapters[name]
            found[path] = place.weight.detach(), adapter.scale().detach(), adapter.side
    return found


def at_setting(site: Site, form: str, strength: float) -> Site:
    """The site in another number format, its vector at 1 + λ (l - 1)."""
    import torch

    weight, l, side = site
    return weight.to(getattr(torch, form)), 1 + strength * (l - 1), side


def microscope(site: Site, form: str = "float32", strength: float = 1.0) -> "Figure":
    """The picture: the upper left window of the weight, merged at this setting."""
    weight, l, side = at_setting(site, form, strength)
    merged = folded_in(weight, l, side)
    rows, columns = weight[:WINDOW, :WINDOW], merged[:WINDOW, :WINDOW]
    return plot_microscope(rows, l[:WINDOW], columns, side, title=f"{form}, λ = {strength:g}")


def in_words(site: Site, form: str, strength: float) -> str:
    """What division brings back of the whole weight, as a line of text."""
    weight, l, side = at_setting(site, form, strength)
    back = divided_out(folded_in(weight, l, side), l, side)
    returned = int((steps_apart(back, weight) == 0).sum())
    return f"divided out again: {returned:,} of {weight.numel():,} weights come back; kept: all of them"


def settings(sites: dict[str, Site]) -> "tuple[Dropdown, ToggleButtons, SelectionSlider]":
    """The three controls: which layer, which format, how strong."""
    import ipywidgets as widgets

    menu = widgets.Dropdown(options=list(sites), description="layer", layout=CONTROL)
    look = {"style": {"button_width": "7em"}, "layout": CONTROL}
    form = widgets.ToggleButtons(options=FORMATS, description="format", **look)
    stops = [(f"{strength:g}", strength) for strength in STRENGTHS]
    return menu, form, widgets.SelectionSlider(options=stops, value=1.0, description="λ", layout=CONTROL)


def merging_controls(sites: dict[str, Site]) -> "VBox":
    """A menu of sites, the format, a slider over λ, Reset, the picture, and a line of words."""
    import ipywidgets as widgets

    menu, form, slider = settings(sites)
    reset, picture, words = widgets.Button(description="Reset"), widgets.HTML(), widgets.HTML()

    def redraw(*_: object) -> None:
        setting = sites[menu.value], form.value, slider.value
        picture.value, words.value = image(microscope(*setting)), plain(in_words(*setting))

    def back(*_: object) -> None:
        menu.value, form.value, slider.value = next(iter(sites)), FORMATS[0], 1.0

    for control in (menu, form, slider):
        control.observe(redraw, "value")
    reset.on_click(back)
    redraw()
    return widgets.VBox([menu, form, widgets.HBox([slider, reset]), picture, words])


def explore_merge(model: nn.Module, name: str) -> None:
    """Show the controls for one adapter; without a kernel a line of words stands in their place."""
    from IPython.display import display

    bundle = merging_controls(ia3_sites(model, name))._repr_mimebundle_()
    display({**bundle, "text/plain": WITHOUT_WIDGETS}, raw=True)
