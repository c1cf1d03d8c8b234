"""Sliders around the picture of the parameter budget, with the sizes of known models as presets."""

from typing import TYPE_CHECKING, Any

from ia3_teach.views.budget_bars import HEADS, Sizes, budget, plot_budget
from ia3_teach.views.output import image, plain

if TYPE_CHECKING:
    from ipywidgets import Dropdown, ToggleButtons, VBox

PRESETS = {
    "tiny-bert": Sizes(4, 192, 768, 6, 6),
    "bert-base": Sizes(12, 768, 3072, 12, 12),
    "bloom-560m": Sizes(24, 1024, 4096, 16, 16),
    "bloom-1b4-zh": Sizes(24, 2048, 8192, 16, 16),
    "roberta-large": Sizes(24, 1024, 4096, 16, 16),
    "Llama-2-7B": Sizes(32, 4096, 11008, 32, 32),
    "Llama-3-8B": Sizes(32, 4096, 14336, 32, 8),
}
HEAD_OF = {"tiny-bert": "one Linear", "bert-base": "one Linear", "roberta-large": "two Linears"}
STOPS = {
    "n_layers": (4, 6, 12, 16, 24, 32, 48),
    "d_model": (192, 512, 768, 1024, 2048, 4096, 8192),
    "d_ff": (768, 2048, 3072, 4096, 8192, 11008, 14336, 28672),
    "shared": (1, 2, 4, 8),
    "rank": (1, 2, 4, 8, 16, 32, 64),
}
NAMES = {"shared": "heads per key"}
CONTROL = {"width": "36em", "max_width": "100%"}  # all in one column
LABEL = {"description_width": "8em"}
DEFAULT = ("bert-base", 8)
WITHOUT_WIDGETS = (
    "Sliders for layers, widths, heads and rank, a menu of models: they need a running notebook."
)


def budget_controls() -> "VBox":
    """A menu of models, five sliders, the kind of head, Reset, the picture, and the numbers in words."""
    import ipywidgets as widgets

    sliders = {name: slider(name, stops) for name, stops in STOPS.items()}
    menu, head = menu_and_head()
    reset, picture, words = widgets.Button(description="Reset"), widgets.HTML(), widgets.HTML()

    def redraw(*_: object) -> None:
        sizes = sizes_of(sliders)
        picture.value = image(plot_budget(sizes, sliders["rank"].value, head.value))
        words.value = plain(in_words(sizes, sliders["rank"].value, head.value))

    def preset(*_: object) -> None:
        move(sliders, PRESETS[menu.value])
        if head.value != HEADS[0]:
            head.value = HEAD_OF.get(menu.value, HEADS[0])

    def back(*_: object) -> None:
        menu.value, sliders["rank"].value, head.value = (*DEFAULT, HEADS[0])
        preset()

    menu.observe(preset, "value")
    reset.on_click(back)
    back()
    for control in (*sliders.values(), head):
        control.observe(redraw, "value")
    redraw()
    return widgets.VBox([widgets.HBox([menu, reset]), *sliders.values(), head, picture, words])


def menu_and_head() -> "tuple[Dropdown, ToggleButtons]":
    """The menu of known models, and the buttons that say which head is counted."""
    import ipywidgets as widgets

    shape = {"style": LABEL, "layout": CONTROL}
    menu = widgets.Dropdown(options=list(PRESETS), value=DEFAULT[0], description="model", **shape)
    shape["style"] = LABEL | {"button_width": "8em"}
    return menu, widgets.ToggleButtons(options=HEADS, description="head", **shape)


def slider(name: str, stops: tuple[int, ...]) -> Any:
    """A slider that stops at these numbers only."""
    import ipywidgets as widgets

    options = [(f"{stop:,}", stop) for stop in stops]
    return widgets.SelectionSlider(
        options=options,
        description=NAMES.get(name, name),
        layout=CONTROL,
        style=LABEL,
    )


def sizes_of(sliders: dict[str, Any]) -> Sizes:
    """What the sliders say; the number of heads itself cancels, only how many share a key counts."""
    shared = sliders["shared"].value
    layers, d_model, d_ff = (sliders[name].value for name in ("n_layers", "d_model", "d_ff"))
    return Sizes(layers, d_model, d_ff, n_heads=shared, kv_heads=1)


def move(sliders: dict[str, Any], sizes: Sizes) -> None:
    """Put the sliders on the sizes of a model."""
    for name in ("n_layers", "d_model", "d_ff"):
        sliders[name].value = getattr(sizes, name)
    sliders["shared"].value = sizes.n_heads // sizes.kv_heads


def in_words(sizes: Sizes, rank: int, head: str) -> str:
    """The numbers of the picture as a line of text."""
    lines = [f"{method}: {sum(parts.values()):,}" for method, parts in budget(sizes, rank, head).items()]
    return f"{'; '.join(lines)} values, head {head}"


def explore_budget() -> None:
    """Show the calculator; where there is no kernel to move it, a line of text stands for it."""
    from IPython.display import display

    bundle = budget_controls()._repr_mimebundle_()
    display({**bundle, "text/plain": WITHOUT_WIDGETS}, raw=True)
