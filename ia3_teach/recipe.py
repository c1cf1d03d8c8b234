"""What every method's recipe has in common: a plan of adapters, and the head that is trained with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from torch import nn

from ia3_teach.patterns import Pattern

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

    def plan(self, model: nn.Module) -> dict[str, nn.Module]:
        """{path of a Linear: the new adapter for it}; nothing is changed. Raises ValueError if impossible."""
        raise NotImplementedError

    def heads(self, model: nn.Module) -> list[str]:
        """The paths of the modules to save. Raises ValueError for a name that the model does not have."""
        if self.modules_to_save is None:
            return [name for name in NEW_HEADS if hasattr(model, name)]
        missing = [name for name in self.modules_to_save if not has_module(model, name)]
        if missing:
            raise ValueError(f"modules_to_save names {missing}, which the model does not have")
        return list(self.modules_to_save)


def has_module(model: nn.Module, path: str) -> bool:
    """Whether there is a module at `path`."""
    return path in dict(model.named_modules())
