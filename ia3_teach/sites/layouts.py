"""The order of query, key and value channels inside fused layers: the puzzle of lesson 04.

Every order is a case of one: the output channels are `(n_groups, slots, width)`, and in each group the last
slot holds values, the one before it keys, the rest queries. A layout takes the model's config and the number
of output channels d_out; it returns {"l_k": channels, "l_v": channels}: what each vector scales, in order.
"""

from __future__ import annotations

import torch
from torch import Tensor


def per_head(config: object, d_out: int) -> dict[str, Tensor]:
    """BLOOM's and GPT-NeoX's order `[n_heads, 3, d_head]`: each head's query, key and value side by side.

    >>> from types import SimpleNamespace
    >>> per_head(SimpleNamespace(num_attention_heads=2), 12)["l_k"].tolist()
    [2, 3, 8, 9]
    """
    return last_two(torch.arange(d_out).view(config.num_attention_heads, 3, -1))


def concatenated(config: object, d_out: int) -> dict[str, Tensor]:
    """GPT-2's order `[3, d_model]`: all queries, all keys, all values; its cross-attention lacks the queries.

    >>> from types import SimpleNamespace
    >>> concatenated(SimpleNamespace(hidden_size=4), 12)["l_k"].tolist()
    [4, 5, 6, 7]
    """
    return last_two(torch.arange(d_out).view(1, -1, config.hidden_size))


def falcon(config: object, d_out: int) -> dict[str, Tensor]:
    """Falcon's order `[n_kv_heads, queries of the group + 2, d_head]`, in all three of its variants.

    >>> from types import SimpleNamespace
    >>> multi_query = SimpleNamespace(new_decoder_architecture=False, multi_query=True, head_dim=2)
    >>> falcon(multi_query, 12)["l_k"].tolist()
    [8, 9]
    """
    return last_two(torch.arange(d_out).view(falcon_kv_heads(config), -1, config.head_dim))


def falcon_kv_heads(config: object) -> int:
    """How many heads have keys and values of their own: some (40b, 180b), one (7b) or all (rw-1b)."""
    if config.new_decoder_architecture:
        return config.num_kv_heads
    return 1 if config.multi_query else config.num_attention_heads


def at_the_end(config: object, d_out: int) -> dict[str, Tensor]:
    """Phi-3's order: all queries, then the keys and then the values of the (fewer) key-value heads.

    >>> from types import SimpleNamespace
    >>> sizes = {"hidden_size": 8, "num_attention_heads": 4, "num_key_value_heads": 1}
    >>> at_the_end(SimpleNamespace(**sizes), 12)["l_k"].tolist()
    [8, 9]
    """
    d_head = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    keys_and_values = torch.arange(d_out)[-2 * config.num_key_value_heads * d_head :]
    return last_two(keys_and_values.view(1, 2, -1))


def starcoder(config: object, d_out: int) -> dict[str, Tensor]:
    """GPT-BigCode's: one key and one value for all heads, at the end; without that, BLOOM's order.

    >>> from types import SimpleNamespace
    >>> sizes = {"multi_query": True, "hidden_size": 8, "num_attention_heads": 4}
    >>> starcoder(SimpleNamespace(**sizes), 12)["l_v"].tolist()
    [10, 11]
    """
    if not config.multi_query:
        return per_head(config, d_out)
    d_head = config.hidden_size // config.num_attention_heads
    return last_two(torch.arange(d_out)[-2 * d_head :].view(1, 2, -1))


def codegen(config: object, d_out: int) -> dict[str, Tensor]:
    """CodeGen's order `[4, 3, d_model / 4]`: in each of four parts queries, then values, then keys.

    >>> codegen(None, 24)["l_k"].tolist()
    [4, 5, 10, 11, 16, 17, 22, 23]
    """
    return last_two(torch.arange(d_out).view(4, 3, -1)[:, [0, 2, 1]])


def last_two(channels: Tensor) -> dict[str, Tensor]:
    """Keys and values are the last two slots of each group; shape (n_groups, slots, width)."""
    return {"l_k": channels[:, -2].flatten(), "l_v": channels[:, -1].flatten()}
