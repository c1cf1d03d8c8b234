"""A slider from one task's vectors to another's, and a menu of the kinds that are compared."""

from ia3_teach.views.blending import SHARES, Blend, blend_in_words, plot_blend
from ia3_teach.views.controls import Control, Controlled


def explore_blend(both: Blend) -> Controlled:
    """Half and half at first; the answers along the way are looked up."""
    one, other = both.values
    kinds = {kind: kind for kind in both.values[one]}
    return Controlled(
        lambda share, kind: plot_blend(both, share, kind),
        lambda share, kind: blend_in_words(both, share, kind),
        [
            Control(f"share of {other}", {f"{share:g}": share for share in SHARES}, "0.5"),
            Control("compared", kinds, next(iter(kinds)), "menu"),
        ],
    )
