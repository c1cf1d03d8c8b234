"""The recipes of the family whose accuracies were measured: some of every form, each in a small size."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ia3_teach import family
from ia3_teach.ia3 import IA3
from ia3_teach.lora import LoRA

if TYPE_CHECKING:
    from torch import nn

    from ia3_teach.recipe import Recipe
    from ia3_teach.training.batches import Example

Make = Callable[["nn.Module", "Sequence[Example]"], "Recipe"]
SHARE = 0.005  # of the weights' entries, for the masks
LOOKED_AT = 64  # examples of which FISH takes the Fisher information


def family_recipes() -> dict[str, Make]:
    """{method: its recipe for a model and the examples to be learned}; most need neither.

    >>> family_recipes()["SSF"](None, [])
    SSF(exclude=(), layers=None, modules_to_save=None, sites=None)
    """
    plain = [
        *(IA3(), family.SSF()),
        *(LoRA(r=4, alpha=4), family.DoRA(r=4, alpha=4), family.VeRA(), family.HiRA(r=4, alpha=4)),
        *(family.SerialAdapter(bottleneck=8), family.Compacter(bottleneck=8)),
        *(family.RoAd(), family.LoReFT(r=4)),
        *(family.PrefixTuning(length=5), family.PromptTuning(length=10)),
        *(family.BitFit(), family.LayerNormTuning(), family.RandomMask(share=SHARE)),
    ]
    made: dict[str, Make] = {type(recipe).__name__: always(recipe) for recipe in plain}
    return made | {"FishMask": fish}


def always(recipe: Recipe) -> Make:
    """The same recipe for every model."""
    return lambda model, examples: recipe


def fish(model: nn.Module, examples: Sequence[Example]) -> Recipe:
    """FISH chooses its entries on the first examples."""
    return family.FishMask.of(model, examples[:LOOKED_AT], share=SHARE)
