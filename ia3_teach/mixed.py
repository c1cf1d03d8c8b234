"""A batch whose rows have adapters of their own: which part of a layer's input belongs to which row."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ia3_teach.wording import short


@dataclass
class Rows:
    """The adapter's name (or None) of each row of the batch, and how often a layer may meet each row.

    `beams`: beams or answers per row while a model `writes`, or the choices of a multiple-choice model;
    `lengths`: of the tensors that the model was given, since some layers get all tokens of all rows as one
    list, (B * T, d), as OPT's feed-forward does.
    """

    names: tuple[str | None, ...]
    writes: bool = False
    beams: int = 1
    lengths: frozenset[int] = frozenset()

    def apart(self, function: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
        """function(x), where function takes the rows along dimension 0, one per name.

        Raises ValueError for a batch that has not one row per name.

        >>> flattened = Rows(("a", None), lengths=frozenset({3}))
        >>> flattened.apart(lambda x: x * torch.tensor([[[1]], [[2]]]), torch.ones(6, 1)).T
        tensor([[1., 1., 1., 2., 2., 2.]])
        """
        n = len(self.names)
        if x.shape[0] == n:
            return function(x)
        repeated = {n * self.beams}
        if x.dim() == 2:
            repeated |= {n * self.beams * length for length in self.lengths}
        if x.shape[0] not in repeated:
            raise ValueError(short(another_batch(n, x.shape[0])))
        return function(x.unflatten(0, (n, -1))).flatten(0, 1)

    def meet(self, inputs: list[Tensor]) -> None:
        """Note what the model is given; only where it writes can a row stand there once per beam.

        Raises ValueError for a batch that has not one row per name: some layer may not notice, which gets as
        many tokens in all as there are names.
        """
        n = len(self.names)
        batches = {x.shape[0] for x in inputs}
        fitting = {size for size in batches if size and size % n == 0}
        if batches and not (fitting if self.writes else n in batches):
            raise ValueError(short(another_batch(n, max(batches))))
        tokens = [x.shape for x in inputs if x.dtype == torch.long]
        choices = [shape[1:] for shape in tokens] if all(len(shape) == 3 for shape in tokens) else []
        # a list and no default: torch.compile follows nothing else
        self.beams = max([n, *fitting]) // n if self.writes else max([1, *(c for c, _ in choices)])
        self.lengths = frozenset([*(x.shape[1] for x in inputs), *(length for _, length in choices)])


def another_batch(names: int, rows: int) -> str:
    """What is wrong with a batch of another size."""
    return f"rows() was given {names:,} names, but the batch has {rows:,} rows; give one name per row"


def check_thread(owner: int) -> None:
    """Refuse what another thread asks of a model while one is inside `disabled` or `rows`.

    Backward has threads of its own, in which a checkpointed layer runs once more.
    """
    if torch.compiler.is_compiling() or threading.get_ident() == owner:
        return
    if torch._C._current_graph_task_id() == -1:
        raise ValueError(
            "another thread is inside `with disabled(model)` or `with rows(model, ...)`, and adapters are "
            "chosen for the whole model; wait for it, or give each thread a copy.deepcopy(model) beforehand"
        )
