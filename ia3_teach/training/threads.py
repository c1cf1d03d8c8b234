"""How many threads a small model is trained with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import torch
from torch import nn

from ia3_teach.training.shared import Shared, Undo

SMALL = 10_000_000  # parameters; the course's own models have 2, bert-base has 110
ONE = Shared()


@contextmanager
def few_threads(model: nn.Module) -> Iterator[None]:
    """One thread for a small model inside this context, and afterwards as many as before.

    Its products are too short to be shared out: threads then wait for each other at each of them, and
    where another program holds one of the cores they wait for it, so that a step of a tenth of a second
    takes two or three. A large model keeps its threads.
    """
    if sum(parameter.numel() for parameter in model.parameters()) >= SMALL:
        yield
        return
    with ONE.changed(one_thread):
        yield


def one_thread() -> Undo:
    """Have torch use one thread; returns how to give the others back."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    return partial(torch.set_num_threads, before)
