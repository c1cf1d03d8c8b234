"""Sliders around the picture of the parameter budget, with the sizes of known models as presets."""

from ia3_teach.views.budget_bars import HEADS, Sizes, budget, plot_budget
from ia3_teach.views.controls import Control, Controlled

PRESETS = {
    "tiny-bert": Sizes(4, 192, 768, 6, 6),
    "bert-base": Sizes(12, 768, 3072, 12, 12),
    "bloom-560m": Sizes(24, 1024, 4096, 16, 16),
    "bloom-1b4-zh": Sizes(24, 2048, 8192, 16, 16),
    "roberta-large": Sizes(24, 1024, 4096, 16, 16),
    "Llama-2-7B": Sizes(32, 4096, 11008, 32, 32),
    "Llama-3-8B": Sizes(32, 4096, 14336, 32, 8),
}
STOPS = {
    "n_layers": (4, 6, 12, 16, 24, 32, 48),
    "d_model": (192, 512, 768, 1024, 2048, 4096, 8192),
    "d_ff": (768, 2048, 3072, 4096, 8192, 11008, 14336, 28672),
    "shared": (1, 2, 4, 8),
    "rank": (1, 2, 4, 8, 16, 32, 64),
}
NAMES = {"shared": "heads per key"}
DEFAULT = "bert-base"


def explore_budget() -> Controlled:
    """A menu of models, sliders for their sizes and LoRA's rank, and which head is counted."""
    where = stops_of(PRESETS[DEFAULT]) | {"rank": "8"}
    sliders = [
        Control(NAMES.get(name, name), {f"{stop:,}": stop for stop in stops}, where[name])
        for name, stops in STOPS.items()
    ]
    moves = {model: preset(model) for model in PRESETS}
    menu = Control("model", {model: model for model in PRESETS}, DEFAULT, "menu", moves)
    head = Control("head", {head: head for head in HEADS}, HEADS[0], "menu")

    def at(_: str, n_layers: int, d_model: int, d_ff: int, shared: int, rank: int, head: str) -> tuple:
        return Sizes(n_layers, d_model, d_ff, n_heads=shared, kv_heads=1), rank, head

    return Controlled(
        lambda *values: plot_budget(*at(*values)), lambda *values: in_words(*at(*values)),
        [menu, *sliders, head],
    )  # fmt: skip


def stops_of(sizes: Sizes) -> dict[str, str]:
    """Where the sliders stand for a model; the number of heads cancels, only how many share a key counts.

    >>> stops_of(PRESETS["Llama-3-8B"])
    {'n_layers': '32', 'd_model': '4,096', 'd_ff': '14,336', 'shared': '4'}
    """
    values = {name: getattr(sizes, name) for name in ("n_layers", "d_model", "d_ff")}
    values["shared"] = sizes.n_heads // sizes.kv_heads
    return {name: f"{value:,}" for name, value in values.items()}


def preset(model: str) -> dict[str, str]:
    """{slider: stop} of a known model, under the names that are read."""
    return {NAMES.get(name, name): stop for name, stop in stops_of(PRESETS[model]).items()}


def in_words(sizes: Sizes, rank: int, head: str) -> str:
    """The numbers of the picture as a line of text."""
    lines = [f"{method}: {sum(parts.values()):,}" for method, parts in budget(sizes, rank, head).items()]
    return f"{'; '.join(lines)} values, head {head}"
