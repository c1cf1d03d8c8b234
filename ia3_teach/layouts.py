"""The order of query, key and value channels inside fused layers: the puzzle of lesson 04."""

from __future__ import annotations

import torch


def per_head(config: object) -> dict[str, torch.Tensor]:
    """BLOOM's order `[n_heads, 3, d_head]`: each head's query, key and value stand side by side.

    Returns {"l_k": channels, "l_v": channels}, each of shape (d_model,), in head order.

    >>> from types import SimpleNamespace
    >>> per_head(SimpleNamespace(hidden_size=4, n_head=2))["l_k"].tolist()
    [2, 3, 8, 9]
    """
    n_heads = config.n_head
    d_head = config.hidden_size // n_heads
    fused = torch.arange(3 * n_heads * d_head).view(n_heads, 3, d_head)
    return {"l_k": fused[:, 1].flatten(), "l_v": fused[:, 2].flatten()}
