"""What each Linear and norm of a block does, and its widths: where a method of the family goes.

A role is a word for all architectures: query, key, value (or query_key_value), attention (the output
projection), up, gate and down of the feed-forward layer. The widths are those of `formulas.dimensions`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from torch import nn

from ia3_teach.formulas import dimensions, stacks
from ia3_teach.layer import linear_layers, original, outer_modules
from ia3_teach.sites.patterns import hits_of
from ia3_teach.wording import brief, short


class Role(NamedTuple):
    """The end of a Linear's path, and the names of its widths."""

    pattern: str
    d_in: str
    d_out: str


@dataclass(frozen=True)
class Block:
    """A block's Linears by role, its norms, the norms beside all blocks, and whether all have a bias."""

    roles: dict[str, Role]
    norms: int = 2
    norms_beside: int = 1
    biased: bool = True
    reads_first: bool = False  # a classifier on it reads the first token


def block(
    query: str,
    key: str,
    value: str,
    attention: str,
    up: str,
    down: str,
    gate: str | None = None,
    **more: object,
) -> Block:
    """A block with a Linear each for queries, keys and values."""
    roles = {
        "query": Role(query, "d_model", "d_q"),
        "key": Role(key, "d_model", "d_k"),
        "value": Role(value, "d_model", "d_v"),
        "attention": Role(attention, "d_q", "d_model"),
        "up": Role(up, "d_model", "d_ff"),
        "down": Role(down, "d_ff", "d_model"),
    }
    return Block(roles | ({"gate": Role(gate, "d_model", "d_ff")} if gate else {}), **more)


def fused(query_key_value: str, attention: str, up: str, down: str, **more: object) -> Block:
    """A block with one Linear for all three."""
    roles = {
        "query_key_value": Role(query_key_value, "d_model", "d_qkv"),
        "attention": Role(attention, "d_q", "d_model"),
        "up": Role(up, "d_model", "d_ff"),
        "down": Role(down, "d_ff", "d_model"),
    }
    return Block(roles, **more)


QKV = ("q_proj", "k_proj", "v_proj")
BERT = block(
    *("self.query", "self.key", "self.value"),
    *("attention.output.dense", "intermediate.dense", "layer.*.output.dense"),
    reads_first=True,
)
LLAMA = block(*QKV, "self_attn.o_proj", "mlp.up_proj", "mlp.down_proj", gate="mlp.gate_proj", biased=False)
T5_ATTENTION = ("*Attention.q", "*Attention.k", "*Attention.v", "*Attention.o")
T5 = block(*T5_ATTENTION, "DenseReluDense.wi", "DenseReluDense.wo", biased=False)
GATED_T5 = block(
    *(*T5_ATTENTION, "DenseReluDense.wi_1", "DenseReluDense.wo"), gate="DenseReluDense.wi_0", biased=False
)
NAMES = ("mlp.dense_h_to_4h", "mlp.dense_4h_to_h")
BLOCKS = {
    **dict.fromkeys(("bert", "roberta"), BERT),
    "distilbert": block(
        *("q_lin", "k_lin", "v_lin", "attention.out_lin", "ffn.lin1", "ffn.lin2"), reads_first=True
    ),
    "bloom": fused("query_key_value", "self_attention.dense", *NAMES, norms_beside=2),
    "gpt_neox": fused("query_key_value", "attention.dense", *NAMES),
    "gpt2": fused("attn.c_attn", "attn.c_proj", "mlp.c_fc", "mlp.c_proj"),
    "opt": block(*QKV, "self_attn.out_proj", "layers.*.fc1", "layers.*.fc2"),
    **dict.fromkeys(("llama", "mistral"), LLAMA),
    **dict.fromkeys(("t5", "mt5"), T5),
}
ALL = ("query", "key", "value", "query_key_value", "attention", "up", "gate", "down")
CROSSED = ("query", "key", "value", "attention")  # what a decoder has twice, if it looks at an encoder


def block_of(config: object) -> Block:
    """The row of the table. Raises ValueError for an architecture that it lacks."""
    kind = getattr(config, "model_type", None)
    if kind not in BLOCKS:
        raise ValueError(
            f"the family has no table of layers for model_type {brief(kind)}; known: "
            f"{short(', '.join(sorted(BLOCKS)))}. "
            'Name the layers yourself, such as sites=["attn.key", "mlp.down"]'
        )
    return GATED_T5 if getattr(config, "is_gated_act", False) and "t5" in kind else BLOCKS[kind]


def linears_of(model: nn.Module, roles: Sequence[str]) -> list[str]:
    """The paths of the Linears in these roles, in model order. Raises ValueError as above."""
    known = block_of(getattr(model, "config", None)).roles
    paths = list(linear_layers(model))
    wanted = {path for role in roles if role in known for path in hits_of(known[role].pattern, paths)}
    return [path for path in paths if path in wanted]


def norms_of(model: nn.Module) -> dict[str, nn.Module]:
    """{path: LayerNorm or RMSNorm} of the model's base, in model order, as they were before adapters came."""
    base = getattr(model, "base_model_prefix", "")
    start = f"{base}." if base in dict(model.named_children()) else ""
    frozen = {path: original(module) for path, module in outer_modules(model).items()}
    return {path: module for path, module in frozen.items() if path.startswith(start) and is_norm(module)}


def is_norm(module: nn.Module) -> bool:
    """Whether this scales each channel of a normalised activation by a weight of its own."""
    weight = module._parameters.get("weight")
    return "Norm" in type(module).__name__ and weight is not None and weight.dim() == 1


def widths(config: object, roles: Sequence[str]) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    """(number of layers, [(d_in, d_out) of each Linear of a layer]) for the encoder and the decoder."""
    sizes, known = dimensions(config), block_of(config).roles
    for n_layers, has_cross in stacks(config):
        mine = [role for role in roles if role in known]
        twice = [role for role in mine if role in CROSSED] if has_cross else []
        yield n_layers, [(sizes[known[r].d_in], sizes[known[r].d_out]) for r in (*mine, *twice)]
