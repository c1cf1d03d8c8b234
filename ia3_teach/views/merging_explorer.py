"""Controls around the merge microscope: which layer, which number format, how strong the vector."""

from typing import TYPE_CHECKING

from torch import Tensor, nn

from ia3_teach.annotated import numbers
from ia3_teach.course.lesson.rounding import divided_out, folded_in, steps_apart
from ia3_teach.layer import Adapted, wrapped
from ia3_teach.state import check_known, refuse_merged, state_of
from ia3_teach.views.controls import Control, Controlled
from ia3_teach.views.merging import plot_microscope

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Site = tuple[Tensor, Tensor, str]

STRENGTHS = (-1.0, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0)
FORMATS = ("float32", "bfloat16", "float16")
WINDOW = 96


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


@numbers()
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


def explore_merge(model: nn.Module, name: str) -> Controlled:
    """One adapter's layers, each in three number formats, its vector at 1 + λ (l - 1).

    Raises ValueError for an unknown name or a merged model.
    """
    sites = ia3_sites(model, name)
    stops = {f"{strength:g}": strength for strength in STRENGTHS}
    controls = [
        Control("λ", stops, "1"),
        Control("format", {form: form for form in FORMATS}, FORMATS[0], "menu"),
        Control("layer", sites, next(iter(sites)), "menu"),
    ]
    return Controlled(
        lambda strength, form, site: microscope(site, form, strength),
        lambda strength, form, site: in_words(site, form, strength),
        controls,
    )
