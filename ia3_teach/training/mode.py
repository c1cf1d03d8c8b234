"""Training or evaluation mode for the length of a `with`, each module's own put back afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from torch import nn


@contextmanager
def in_mode(model: nn.Module, training: bool) -> Iterator[None]:
    """Inside this context the whole model trains or not; then every module does what it did before.

    >>> model = nn.Sequential(nn.Dropout(), nn.Dropout().eval())
    >>> with in_mode(model, training=False):
    ...     pass
    >>> [module.training for module in model]
    [True, False]
    """
    before = [(module, module.training) for module in model.modules()]
    model.train(training)
    try:
        yield
    finally:
        for module, was_training in before:
            module.training = was_training
