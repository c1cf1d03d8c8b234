"""What the recipes of all methods share: a plan of adapters, and the head that is trained with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from torch import nn

from ia3_teach.layer import outer_modules
from ia3_teach.sites.patterns import Pattern

NEW_HEADS = ("classifier", "pre_classifier", "score", "qa_outputs")


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """A method with its settings.

    `exclude` leaves out sites by patterns; `layers` keeps the blocks of these numbers (None: all of them).
    `modules_to_save` names modules of which each adapter trains a full copy; None means the model's own
    classification head, where it has one, since a new head must be learned whatever the method.
    """

    exclude: Sequence[Pattern] = ()
    layers: Sequence[int] | None = None
    modules_to_save: Sequence[str] | None = None

    def __post_init__(self) -> None:
        """Refuse a single name where a list belongs."""
        if isinstance(self.modules_to_save, str):
            raise ValueError(f"modules_to_save is a list of names; write [{self.modules_to_save!r}]")

    def plan(self, model: nn.Module) -> dict[str, nn.Module]:
        """{path of a Linear: the new adapter for it}; nothing is changed. Raises ValueError if impossible."""
        raise NotImplementedError

    def heads(self, model: nn.Module) -> list[str]:
        """The paths of the modules to save. Raises ValueError for a name that the model does not have."""
        paths = dict(outer_modules(model))
        if self.modules_to_save is None:
            return [name for name in NEW_HEADS if name in paths]
        missing = [name for name in self.modules_to_save if name not in paths]
        if missing:
            raise ValueError(f"modules_to_save names {missing}, which the model does not have")
        return list(self.modules_to_save)
