"""The vector explorer in a notebook: what is moved and pinned there Python sees here, and vice versa."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets
from torch import Tensor, nn

from ia3_teach.adapters import Handle
from ia3_teach.annotated import numbers
from ia3_teach.arithmetic.combining import combine, weighted_mean
from ia3_teach.arithmetic.values import set_vectors, vectors
from ia3_teach.views.bundling import bundle
from ia3_teach.views.edits import check_entry, check_move, moved
from ia3_teach.views.explorer_page import style
from ia3_teach.views.heat_map import plot_vectors
from ia3_teach.views.live_model import facts_of, map_facts, numbers_of, weights_of
from ia3_teach.views.output import described, image
from ia3_teach.wording import brief, short

if TYPE_CHECKING:
    from datasets import Dataset

Values = Mapping[str, Tensor]


class Explorer(anywidget.AnyWidget):
    """A map of learned vectors; its fields are what the reader has chosen, and setting one moves the map.

    `edits` are the moves, line by line (see `views.edits`), `pinned` the entries kept in sight ("l_k.2.17").
    Raises ValueError for a move, an entry or a task that there is not, with nothing changed.
    """

    _esm = bundle("explorer/widget.js") + "\nexport default { render: explorer_widget.render };\n"
    _css = style()
    facts = traitlets.Dict().tag(sync=True)
    values = traitlets.Bytes().tag(sync=True)
    weights = traitlets.Bytes().tag(sync=True)
    task = traitlets.Unicode().tag(sync=True)
    other = traitlets.Unicode("").tag(sync=True)
    together = traitlets.Enum(["apart", "mixed"], "apart").tag(sync=True)
    share = traitlets.Float(0.5).tag(sync=True)
    strength = traitlets.Float(1.0).tag(sync=True)
    text = traitlets.Unicode("").tag(sync=True)
    edits = traitlets.List(traitlets.Unicode()).tag(sync=True)
    pinned = traitlets.List(traitlets.Unicode()).tag(sync=True)
    order = traitlets.Enum(["channel", "value", "departure", "head"], "channel").tag(sync=True)
    seed = traitlets.Int(0).tag(sync=True)

    def __init__(
        self, sets: Mapping[str, Values], facts: dict, weights: bytes = b"", model: nn.Module | None = None
    ) -> None:
        self.sets, self.model = dict(sets), model
        super().__init__(facts=facts, values=numbers_of(sets), weights=weights, task=next(iter(sets)))

    @traitlets.validate("edits", "pinned")
    def _check_lines(self, proposal: Any) -> list[str]:
        check = check_move if proposal["trait"].name == "edits" else check_entry
        for line in proposal["value"]:
            check(line, self.sets[self.task])
        return proposal["value"]

    @traitlets.validate("task", "other")
    def _check_task(self, proposal: Any) -> str:
        name = proposal["value"]
        if name not in self.sets and (name or proposal["trait"].name == "task"):
            raise ValueError(
                f"there are no vectors of {brief(name)}; there are {short(', '.join(self.sets))}"
            )
        return name

    def mix(self) -> dict[str, float]:
        """{task: weight} of what the map shows; the weights add up to 1."""
        if not self.other or self.together != "mixed" or self.other == self.task:
            return {self.task: 1.0}
        return {self.task: 1 - self.share, self.other: self.share}

    def edited_values(self) -> dict[str, Tensor]:
        """The vectors as the map shows them: mixed, at λ, after all moves; {"l_k": (n_layers, d), ...}."""
        weights = [self.strength * weight for weight in self.mix().values()]
        mixed = {
            kind: weighted_mean([self.sets[name][kind] for name in self.mix()], weights)
            for kind in self.sets[self.task]
        }
        return moved(mixed, self.edits)

    def edited_adapter(self, name: str) -> Handle:
        """Attach these vectors to the model as a new adapter; `save_adapter` then makes a file of it.

        Raises ValueError where the map came without a model, or the name is taken.
        """
        if self.model is None:
            raise ValueError("this map came without a model; set_vectors(model, explorer.edited_values())")
        values = self.edited_values()
        handle = combine(self.model, self.mix(), name)
        set_vectors(self.model, values, name)
        return handle

    def _repr_mimebundle_(self, **settings: Any) -> tuple[dict, dict]:
        """The live map, and for a place without widgets a picture and its words."""
        made, metadata = super()._repr_mimebundle_(**settings)
        figure = plot_vectors(self.edited_values(), title=f"vectors of {self.task}")
        return {**made, "text/html": image(figure), "text/plain": described(figure)}, metadata


def explore_vectors(model: nn.Module, tokenizer: Any, tasks: Mapping[str, Dataset]) -> Explorer:
    """The explorer of a tiny BLOOM or BERT whose adapters bear the names of `tasks`, with live answers.

    Raises ValueError for another model, and for a task without an adapter of its name.
    """
    facts = facts_of(model, tokenizer, tasks)
    sets = {name: vectors(model, name) for name in tasks}
    return Explorer(sets, facts, weights_of(model, next(iter(tasks))), model)


@numbers(heads=0)
def explore_map(sets: Mapping[str, Values], heads: int = 0) -> Explorer:
    """The map alone, for vectors of any model: {name: {"l_k": (n_layers, d), ...}}, of the same shapes."""
    return Explorer(sets, map_facts(sets, heads))
