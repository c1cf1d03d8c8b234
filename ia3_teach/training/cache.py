"""Training without the cache of keys and values, which only generating needs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from torch import nn


@contextmanager
def without_cache(model: nn.Module) -> Iterator[None]:
    """Inside this context a decoder fills no cache: keys and values that it holds would stay in memory.

    A model's parts can have configs of their own (T5's decoder has); all are as before afterwards.
    """
    configs = [getattr(module, "config", None) for module in model.modules()]
    caching = {id(config): config for config in configs if getattr(config, "use_cache", False)}
    for config in caching.values():
        config.use_cache = False
    try:
        yield
    finally:
        for config in caching.values():
            config.use_cache = True
