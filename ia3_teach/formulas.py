"""The closed formulas of the counts, from a model's config alone, to hold against what `count` measures.

IA3: n_layers (d_k + d_v + d_ff); a decoder with cross-attention has d_k + d_v twice (paper, section 3.3), and
where a layer has n experts there are n vectors of their d_ff.

LoRA: r n_layers (d_in + d_out) of each layer it takes (Hu et al. 2021, section 4.2).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from ia3_teach.ia3 import IA3
from ia3_teach.lora import LoRA
from ia3_teach.recipe import Recipe
from ia3_teach.sites.architectures import ARCHITECTURES, COMPOSED
from ia3_teach.sites.layouts import falcon_kv_heads
from ia3_teach.wording import brief, short

PAPER = ("d_k", "d_v", "d_ff")
# The layers that PEFT's patterns match, each by the width of its side away from d_model.
WIDTHS = {
    **dict.fromkeys(("q_proj", "query", "q", "q_lin", "query_proj"), ("d_q",)),
    **dict.fromkeys(("k_proj", "key", "k", "key_proj"), ("d_k",)),
    **dict.fromkeys(("v_proj", "value", "v", "v_lin", "value_proj"), ("d_v",)),
    **dict.fromkeys(("query_key_value", "c_attn", "qkv_proj", "Wqkv"), ("d_qkv",)),
    **dict.fromkeys(("mlp.dense_4h_to_h", "dense_4h_to_h", "mlp.c_proj", "c_proj", "down_proj"), ("d_ff",)),
    **dict.fromkeys(("fc1", "fc2", "fc_out", "wo", "wi_1"), ("d_ff",)),
    "output.dense": ("d_model", "d_ff"),
}
D_FF = ("intermediate_size", "d_ff", "ffn_dim", "hidden_dim", "ffn_hidden_size", "n_inner", "encoder_ffn_dim")


class Formula(NamedTuple):
    """A product of sums as text, and its value."""

    text: str
    value: int

    def __str__(self) -> str:
        return f"{self.text} = {self.value:,}"


def ia3_formula(config: object, sites: str = "paper") -> Formula:
    """The number of IA3's values for sites "paper" or "peft". Raises ValueError for an unknown architecture.

    >>> from types import SimpleNamespace
    >>> sizes = {"hidden_size": 768, "num_attention_heads": 12, "intermediate_size": 3072}
    >>> print(ia3_formula(SimpleNamespace(model_type="bert", num_hidden_layers=12, **sizes)))
    12 x (768 + 768 + 3,072) = 55,296
    """
    if config.model_type in COMPOSED and sites == "paper":
        parts = [ia3_formula(part) for part in (config.encoder, config.decoder)]
        return Formula(" + ".join(part.text for part in parts), sum(part.value for part in parts))
    peft = supported(config).peft
    symbols = PAPER if sites == "paper" else [symbol for pattern in peft for symbol in WIDTHS[pattern]]
    return closed(config, symbols, lambda d_model, width: (f"{width:,}", width))


def lora_formula(config: object, r: int) -> Formula:
    """The number of LoRA's values on PEFT's default layers. Raises ValueError for an unknown architecture."""
    symbols = [symbol for pattern in supported(config).lora for symbol in WIDTHS[pattern]]
    found = closed(config, symbols, lambda d_model, width: (f"({d_model:,} + {width:,})", d_model + width))
    return Formula(f"{r} x [{found.text}]", r * found.value)


def closed(config: object, symbols: Sequence[str], term: Callable[[int, int], tuple[str, int]]) -> Formula:
    """Sum a term over the symbols of every layer; cross-attention repeats those of attention."""
    d, texts, value = dimensions(config), [], 0
    for n_layers, has_cross, d_ff in parts(config, d["d_ff"]):
        d["d_ff"] = d_ff
        cross = [CROSS.get(symbol, symbol) for symbol in symbols if symbol != "d_ff"] if has_cross else []
        terms = [term(d["d_model"], d[symbol]) for symbol in [*cross, *symbols]]
        texts.append(f"{n_layers} x ({' + '.join(text for text, _ in terms)})")
        value += n_layers * sum(number for _, number in terms)
    return Formula(" + ".join(texts), value)


# GPT-2 takes cross-attention's queries from another layer.
CROSS = {"d_qkv": "d_kv"}


def dimensions(config: object) -> dict[str, int]:
    """The widths of a block: with grouped heads, d_k and d_v are smaller than d_q."""
    d_model, n_heads = config.hidden_size, config.num_attention_heads
    d_head = getattr(config, "head_dim", None) or d_model // n_heads
    kv_heads = getattr(config, "num_key_value_heads", None) or n_heads
    if config.model_type == "falcon":
        kv_heads = falcon_kv_heads(config)
    if getattr(config, "multi_query", False) and config.model_type == "gpt_bigcode":
        kv_heads = 1
    d_ff = next((getattr(config, name) for name in D_FF if getattr(config, name, None)), 4 * d_model)
    d_q, d_k = n_heads * d_head, kv_heads * d_head
    sums = {"d_kv": 2 * d_k, "d_qkv": d_q + 2 * d_k}
    return {"d_model": d_model, "d_q": d_q, "d_k": d_k, "d_v": d_k, "d_ff": d_ff, **sums}


def stacks(config: object) -> list[tuple[int, bool]]:
    """(number of layers, whether they have cross-attention) of the encoder and the decoder."""
    if getattr(config, "is_encoder_decoder", False):
        encoder = getattr(config, "encoder_layers", None) or config.num_layers
        decoder = getattr(config, "decoder_layers", None) or config.num_decoder_layers
        return [(encoder, False), (decoder, True)]
    if config.model_type == "albert":  # the layers of a group are one
        return [(config.num_hidden_groups * config.inner_group_num, False)]
    return [(config.num_hidden_layers, getattr(config, "add_cross_attention", False))]


def parts(config: object, d_ff: int) -> list[tuple[int, bool, int]]:
    """The same with the values that scale a layer's inner activations: d_ff, or n d_ff with n experts.

    Layers that have experts and layers that have none count apart.
    """
    experts = getattr(config, "num_local_experts", None) or getattr(config, "num_experts", None)
    if experts:
        inner, routed = getattr(config, "moe_intermediate_size", None) or d_ff, routed_layers(config)
        both = [(routed, False, experts * inner), (config.num_hidden_layers - routed, False, d_ff)]
        return [part for part in both if part[0]]
    return [(*stack, d_ff) for stack in stacks(config)]


def routed_layers(config: object) -> int:
    """How many layers have experts: every one, or each n-th that is not excepted (Qwen3-MoE)."""
    step, dense = getattr(config, "decoder_sparse_step", 1), getattr(config, "mlp_only_layers", None) or ()
    return sum((i + 1) % step == 0 and i not in dense for i in range(config.num_hidden_layers))


def supported(config: object) -> object:
    """The architecture's row in the table. Raises ValueError where there is none."""
    if config.model_type not in ARCHITECTURES:
        raise ValueError(
            f"no formula for {brief(config.model_type)}; known: {short(', '.join(sorted(ARCHITECTURES)))}"
        )
    return ARCHITECTURES[config.model_type]


def formula_of(config: object | None, recipe: Recipe) -> Formula | None:
    """The formula of a recipe's own choice of sites; None where the caller chose, or the model is unknown."""
    plain = not recipe.exclude and recipe.layers is None
    if not plain or getattr(config, "model_type", None) not in (*ARCHITECTURES, *COMPOSED):
        return None
    if isinstance(recipe, IA3) and recipe.sites in ("paper", "peft"):
        return ia3_formula(config, recipe.sites)
    if isinstance(recipe, LoRA) and recipe.sites is None:
        return lora_formula(config, recipe.r)
    own = recipe.closed_form(config)
    return None if own is None else Formula(*own)
