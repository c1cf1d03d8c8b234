"""The parameter budget: how many values IA3 and LoRA train in a model of given sizes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ia3_teach.annotated import numbers
from ia3_teach.views.phrases import joined
from ia3_teach.views.style import METHODS, QKV_COLOURS, describe, new_figure
from ia3_teach.wording import brief, short

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PART_COLOURS = {
    "l_q": QKV_COLOURS["q"],
    "l_k": QKV_COLOURS["k"],
    "l_v": QKV_COLOURS["v"],
    "l_ff": QKV_COLOURS["ff"],
    "l_in": "#56b4e9",
    "A": "#b9a7d6",
    "B": METHODS["LoRA"]["color"],
    "head": "#c4c4c4",
    "head again": "#858585",
}
HATCHES = {"A": "//", "B": "//"}  # LoRA's purple is near that of the keys
HEADS = ("not counted", "one Linear", "two Linears")


@dataclass(frozen=True)
class Sizes:
    """A model of `n_layers` equal blocks; its `n_heads` heads share the keys and values of `kv_heads`."""

    n_layers: int
    d_model: int
    d_ff: int
    n_heads: int
    kv_heads: int

    @property
    def d_k(self) -> int:
        """The width of the keys, and of the values: kv_heads d_head."""
        return self.d_model * self.kv_heads // self.n_heads


def ia3_parts(sizes: Sizes) -> dict[str, int]:
    """The values of l_k, l_v and l_ff in all layers (paper, section 3.3).

    >>> sum(ia3_parts(Sizes(12, 768, 3072, 12, 12)).values())
    55296
    """
    widths = {"l_k": sizes.d_k, "l_v": sizes.d_k, "l_ff": sizes.d_ff}
    return {name: sizes.n_layers * width for name, width in widths.items()}


def lora_parts(sizes: Sizes, rank: int) -> dict[str, int]:
    """The values of A, rank x d_in, and B, d_out x rank, on the query and the value projections.

    >>> sum(lora_parts(Sizes(12, 768, 3072, 12, 12), rank=8).values())
    294912
    """
    per_rank = {"A": 2 * sizes.d_model, "B": sizes.d_model + sizes.d_k}
    return {name: sizes.n_layers * rank * width for name, width in per_rank.items()}


def head_values(sizes: Sizes, head: str, n_labels: int = 2) -> int:
    """The values of a classification head: BERT's is one Linear, RoBERTa's has a square one before it.

    >>> head_values(Sizes(24, 1024, 4096, 16, 16), "two Linears")
    1051650
    """
    if head not in HEADS:
        raise ValueError(f"a head is one of {short(', '.join(HEADS))}; found {brief(head)}")
    d = sizes.d_model
    last = d * n_labels + n_labels
    return {"not counted": 0, "one Linear": last, "two Linears": d * d + d + last}[head]


@numbers(rank=1)
def budget(sizes: Sizes, rank: int, head: str = "not counted") -> dict[str, dict[str, int]]:
    """What each method trains, part by part: {"IA3": {"l_k": ..., ...}, "LoRA r = 8": {...}}."""
    more = {"head": head_values(sizes, head)} if head != "not counted" else {}
    return {"IA3": ia3_parts(sizes) | more, f"LoRA r = {rank}": lora_parts(sizes, rank) | more}


@numbers(rank=1)
def plot_budget(sizes: Sizes, rank: int, head: str = "not counted") -> "Figure":
    """What each method trains, in one scale; the title compares the bars as they are drawn."""
    bars = budget(sizes, rank, head)
    figure = plot_parts(bars)
    ia3, lora = (sum(parts.values()) for parts in bars.values())
    heads = "" if head == "not counted" else ", each with its head"
    title = (
        f"{sizes.n_layers} layers, d_model {sizes.d_model:,}, d_ff {sizes.d_ff:,}, d_k {sizes.d_k:,}\n"
        f"LoRA trains {lora / ia3:.1f} times what IA3 trains{heads}"
    )
    figure.suptitle(title, fontsize=10)
    return describe(figure, f"{title.replace(chr(10), ': ')}. {figure.description}")


def plot_parts(bars: Mapping[str, Mapping[str, int]]) -> "Figure":
    """One bar per line, stacked from its parts {name: values}; the sum is written behind it."""
    figure, axes = new_figure(height=1.4 + 0.45 * len(bars))
    longest = max(sum(parts.values()) for parts in bars.values())
    for place, parts in enumerate(bars.values()):
        draw_bar(axes, place, parts, longest)
    axes.set_yticks(range(len(bars)), list(bars))
    axes.invert_yaxis()
    axes.set_xlim(0, 1.16 * longest)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.locator_params(axis="x", nbins=5)
    axes.set_xlabel("trained values")
    handles = legend_of(axes)
    figure.legend(handles.values(), handles, loc="outside lower center", ncols=len(handles), frameon=False)
    return describe(figure, f"Stacked bars of trained values. {parts_in_words(bars)}.")


def parts_in_words(bars: Mapping[str, Mapping[str, int]]) -> str:
    """Each bar part by part, with its sum.

    >>> parts_in_words({"IA3": {"l_k": 3, "head": 1000}})
    'IA3: l_k 3 and head 1,000, 1,003 in all'
    """
    return "; ".join(
        f"{name}: {joined([f'{part} {values:,}' for part, values in parts.items()])}, "
        f"{sum(parts.values()):,} in all"
        for name, parts in bars.items()
    )


def draw_bar(axes: "Axes", place: int, parts: Mapping[str, int], longest: int) -> None:
    """One stacked bar; the parts keep their colours in every bar."""
    start = 0
    for name, values in parts.items():
        style = {"color": PART_COLOURS[name], "edgecolor": "white", "hatch": HATCHES.get(name)}
        axes.barh(place, values, left=start, height=0.6, label=name, **style)
        start += values
    axes.text(start + 0.01 * longest, place, f"{start:,}", va="center")


def legend_of(axes: "Axes") -> dict[str, Any]:
    """Each part once, though it is in several bars; heads last."""
    handles, names = axes.get_legend_handles_labels()
    once = dict(zip(names, handles, strict=True))
    return {name: once[name] for name in PART_COLOURS if name in once}
