"""Learned rows need a place: a model's input is lengthened on its way in, its output cut on its way out.

Behind the hooks of `Lengthening` a stack of blocks (a BERT, a BLOOM, a T5 encoder) meets n more positions;
what stands there the adapters decide. Its hidden states come out without them, so that heads, losses and
callers see what they always see. A decoder has the rows in front; an encoder whose classifier reads the first
token has them right after it. The n positions go through all layers, though nobody reads what comes out.
"""

from __future__ import annotations

import inspect
from typing import Any

import torch
from torch import Tensor, nn

from ia3_teach.layer import Adapted, wrapped
from ia3_teach.wording import short


class Lengthening:
    """The two hooks of one stack; `at` is where the rows come, `window` where they are in this pass."""

    def __init__(self, at: int) -> None:
        self.at, self.window = at, None

    def before(self, stack: nn.Module, args: tuple, kwargs: dict[str, Any]) -> tuple[tuple, dict[str, Any]]:
        """Lengthen the arguments by the rows of the chosen adapters, and tell these where they stand."""
        n, mine = chosen(stack)
        given = dict(inspect.signature(stack.forward).bind_partial(*args).arguments) | kwargs
        cache = given.get("past_key_values")
        begun = cache is not None and not isinstance(cache, tuple) and cache.get_seq_length() > 0
        self.window = None if begun or n == 0 else slice(self.at, self.at + n)
        for adapter in mine:
            adapter.window = self.window
        if n:
            lengthen(given, n, self.at, begun)
        return (), given

    def after(self, stack: nn.Module, args: tuple, kwargs: dict[str, Any], output: Any) -> Any:
        """Cut the positions out of the hidden states."""
        if self.window is None:
            return output
        whole = output[0]
        cut = torch.cat([whole[:, : self.window.start], whole[:, self.window.stop :]], 1)
        if isinstance(output, tuple):
            return (cut, *output[1:])
        output["last_hidden_state"] = cut
        return output

    def before_decoder(self, decoder: nn.Module, args: tuple, kwargs: dict[str, Any]) -> tuple[tuple, dict]:
        """Widen a decoder's mask over the encoder's states, as long as those are now."""
        states, mask = kwargs.get("encoder_hidden_states"), kwargs.get("encoder_attention_mask")
        for adapter in chosen(decoder)[1]:
            adapter.window = self.window
        if self.window is not None and states is not None and mask is not None:
            n = states.shape[1] - mask.shape[1]
            kwargs["encoder_attention_mask"] = inserted(mask, n, self.at, 1)
        return args, kwargs


def chosen(stack: nn.Module) -> tuple[int, list[nn.Module]]:
    """How many rows the chosen adapters prepend, and these adapters. Raises ValueError where these differ."""
    names, wanted, mine = set(), set(), []
    for place in wrapped(stack, Adapted).values():
        active = place.active if place.rows is None else place.rows.names
        here = {name: place.adapters[name] for name in active if name in place.adapters}
        here = {name: adapter for name, adapter in here.items() if hasattr(adapter, "window")}
        names |= set(here)
        wanted |= set(() if place.rows is None else place.rows.names)
        mine += here.values()
    if names and wanted - names:
        raise ValueError(
            "an adapter that lengthens the input shares no batch with rows that it does not lengthen"
        )
    if len(names) > 1 and not wanted:
        raise ValueError(f"{short(sorted(names))} all lengthen the input; activate one of them")
    lengths = {adapter.length for adapter in mine}
    if len(lengths) > 1:
        raise ValueError(f"the adapters prepend {short(sorted(lengths))} rows, and one batch has one length")
    return (lengths.pop() if lengths else 0), mine


def lengthen(given: dict[str, Any], n: int, at: int, begun: bool) -> None:
    """Insert n positions into the stack's arguments; once a cache has them (`begun`), into the mask alone."""
    ids, mask = given.get("input_ids"), given.get("attention_mask")
    if ids is None:
        raise ValueError("learned rows are put among token ids; give the model input_ids, not inputs_embeds")
    if mask is not None:
        if mask.dim() != 2:
            raise ValueError(f"give the attention mask as (B, T); found {short(tuple(mask.shape))}")
        given["attention_mask"] = inserted(mask, n, at, 1)
    for name in ("position_ids", "cache_position"):
        if given.get(name) is not None:
            given[name] = shifted(given[name], n, at, begun)
    if not begun:
        given["input_ids"] = inserted(ids, n, at, ids[:, :1])
        if given.get("token_type_ids") is not None:
            given["token_type_ids"] = inserted(given["token_type_ids"], n, at, 0)


def inserted(x: Tensor, n: int, at: int, value: int | Tensor) -> Tensor:
    """x (B, T) with n columns of `value` before column `at`.

    >>> inserted(torch.tensor([[5, 6]]), 2, 1, 0).tolist()
    [[5, 0, 0, 6]]
    """
    rows = torch.zeros(len(x), n, dtype=x.dtype, device=x.device) + value
    return torch.cat([x[:, :at], rows.to(x.dtype), x[:, at:]], 1)


def shifted(positions: Tensor, n: int, at: int, begun: bool) -> Tensor:
    """Positions (..., T) with n new ones, and those after them n later."""
    if begun:
        return positions + n
    new = positions[..., at : at + 1] + torch.arange(n, device=positions.device)
    return torch.cat([positions[..., :at], new, positions[..., at:] + n], -1)
