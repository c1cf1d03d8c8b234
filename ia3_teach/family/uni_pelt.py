r"""UniPELT: LoRA, adapter and prefix together, each behind a gate that the input opens.

query, value: W x + b + σ(w x) B A x;  behind the feed-forward layer: h + σ(w h) (U relu(D h + a) + c);
keys, values: n learned rows, times σ(w x_1), before those of the input.
Shapes: as in LoRA, SerialAdapter and PrefixTuning, and one w (d_in,) or (d,) for each gate.
Count: r (d_in + d_out) + d_in per query or value, 2 d m + m + 2 d per adapter, n d_out + d_in per key or
value. Start: B = U = 0 and gates half open; the prefix is there from the first step on. Nothing merges.
Source: Mao et al. 2022, "UniPELT", section 3. There one gate serves both halves of the prefix. The official
code averages each gate over all positions, padding included, and lets LoRA's gate replace alpha / r, as here;
every module's gate reads another input, as here. A decoder's average would look into the future.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from torch import nn

from ia3_teach.amounts import whole
from ia3_teach.family.gates import Both, OnceGatedPrefix, TokenGatedBottleneck, TokenGatedPair
from ia3_teach.family.prefix_tuning import PrefixTuning
from ia3_teach.family.prepend import attended
from ia3_teach.family.roles import linears_of, widths
from ia3_teach.layer import linear_layers
from ia3_teach.wording import short

PAIRED = ("query", "value", "query_key_value")


@dataclass(frozen=True)
class UniPELT(PrefixTuning):
    """The recipe: LoRA's rank `r`, the adapter's `bottleneck` m, the prefix's `length` n.

    >>> UniPELT(r=2).paired(d_in=8, d_out=4), UniPELT(bottleneck=2).behind(d=4)
    (32, 26)
    """

    r: int = 8
    bottleneck: int = 16

    def __post_init__(self) -> None:
        """Refuse numbers that are no whole ones, and a network for the prefix."""
        super().__post_init__()
        whole("r", self.r, least=1)
        whole("bottleneck", self.bottleneck, least=1)
        if self.mlp is not None:
            raise ValueError(f"UniPELT's prefix has no network; found mlp={short(self.mlp)}")

    def carriers(self, model: nn.Module) -> Mapping[str, nn.Module]:
        """Queries, keys and values, and the last Linear of the feed-forward layer."""
        paths = {*linears_of(model, (*PAIRED, "down")), *attended(model)}
        return {path: layer for path, layer in linear_layers(model).items() if path in paths}

    def plan(self, model: nn.Module) -> dict[str, nn.Module]:
        """What belongs at each layer."""
        paired, sites = set(linears_of(model, PAIRED)), attended(model)
        plan = {}
        for path, layer in self.places(model).items():
            pair = TokenGatedPair(layer, self.r) if path in paired else None
            prefix = OnceGatedPrefix(layer, sites[path], self) if path in sites else None
            behind = None if pair or prefix else TokenGatedBottleneck(layer, self.bottleneck)
            plan[path] = Both(pair, prefix) if pair and prefix else pair or prefix or behind
        return plan

    def paired(self, d_in: int, d_out: int) -> int:
        """r (d_in + d_out) + d_in."""
        return self.r * (d_in + d_out) + d_in

    def behind(self, d: int) -> int:
        """2 d m + m + 2 d."""
        return (2 * d + 1) * self.bottleneck + 2 * d

    def closed_form(self, config: object) -> tuple[str, int] | None:
        """The three parts; each Linear with a prefix has a gate of d_model more."""
        found = super().closed_form(config)
        if found is None:
            return None
        text, value = found
        gates = int(text.split(" x ")[0]) * (text.count("+") + 1)
        texts, value = [text, f"{gates} x {config.hidden_size:,}"], value + gates * config.hidden_size
        for n, pairs in widths(config, PAIRED):
            each = sum(self.paired(*pair) for pair in pairs) + self.behind(config.hidden_size)
            texts, value = [*texts, f"{n} x {each:,}"], value + n * each
        return " + ".join(texts), value
