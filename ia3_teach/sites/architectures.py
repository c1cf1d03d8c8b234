"""The table of architectures: the paper's sites and the layers that PEFT takes by default, per `model_type`.

Keys and values are those of the projection's output: before rotary positions, and before the norm that
Qwen3 and Gemma 3 put on keys. Encoder, decoder and cross-attention all carry vectors (paper, section 3.3).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from torch import Tensor, nn

from ia3_teach.sites.layouts import at_the_end, codegen, concatenated, falcon, per_head, starcoder
from ia3_teach.wording import brief, short

Channels = Mapping[str, Tensor | None]
Layout = Callable[[object, int], Channels]


@dataclass(frozen=True)
class Target:
    """A pattern of module paths with the side and the vector's name, or the layout of a fused layer.

    `in_some`: only some models of the type have it.
    """

    pattern: str
    side: str
    vector: str = "l"
    layout: Layout | None = None
    in_some: bool = False


@dataclass(frozen=True)
class Architecture:
    """The paper's sites, and the targets that PEFT 0.21.2 takes by default for IA3 and LoRA.

    An empty `peft` or `lora` means that PEFT has no default here.
    """

    paper: tuple[Target, ...]
    peft: Mapping[str, str] = field(default_factory=dict)
    lora: tuple[str, ...] = ()


def separate(key: str, value: str, feed_forward: str) -> tuple[Target, ...]:
    """The paper's sites where keys and values have a Linear each."""
    return (
        Target(key, "out", "l_k"),
        Target(value, "out", "l_v"),
        Target(feed_forward, "in", "l_ff"),
    )


def fused(query_key_value: str, feed_forward: str, layout: Layout) -> tuple[Target, ...]:
    """The paper's sites where one Linear makes queries, keys and values."""
    return Target(query_key_value, "out", layout=layout), Target(feed_forward, "in", "l_ff")


def query_key_value(layout: Layout, peft_feed_forward: str) -> Architecture:
    """BLOOM and others that call the fused layer so; PEFT scales all of it, queries included."""
    return Architecture(
        paper=fused("query_key_value", "mlp.dense_4h_to_h", layout),
        peft={"query_key_value": "out", peft_feed_forward: "in"},
        lora=("query_key_value",),
    )


# PEFT's "output.dense" also matches attention.output.dense: a fourth vector, which repeats what l_v can do.
BERT = Architecture(
    paper=separate("*attention.self.key", "*attention.self.value", "layer.*.output.dense"),
    peft={"key": "out", "value": "out", "output.dense": "in"},
    lora=("query", "value"),
)
T5 = Architecture(
    paper=separate("*Attention.k", "*Attention.v", "DenseReluDense.wo"),
    peft={"k": "out", "v": "out", "wo": "in"},
    lora=("q", "v"),
)
# The output of wi_1 is the linear half of a gated unit: scaling it is scaling the input of wo.
MT5 = Architecture(T5.paper, peft={"k": "out", "v": "out", "wi_1": "out"}, lora=T5.lora)
LLAMA = Architecture(
    paper=separate("self_attn.k_proj", "self_attn.v_proj", "mlp.down_proj"),
    peft={"k_proj": "out", "v_proj": "out", "down_proj": "in"},
    lora=("q_proj", "v_proj"),
)
# Here PEFT scales queries instead of keys, which rotary positions make a different thing.
GEMMA = Architecture(LLAMA.paper, peft={"q_proj": "out", "v_proj": "out", "down_proj": "in"}, lora=LLAMA.lora)
# An encoder and a decoder whose attention over the encoder is called encoder_attn.
BART = Architecture(
    paper=separate("*_attn.k_proj", "*_attn.v_proj", "layers.*.fc2"),
    peft={"q_proj": "out", "v_proj": "out", "fc2": "in"},
    lora=("q_proj", "v_proj"),
)

# The experts of a layer are one module, and have a vector each (experts.py).
EXPERTS = separate("self_attn.k_proj", "self_attn.v_proj", "mlp.experts")

ARCHITECTURES = {
    "bert": BERT,
    "roberta": BERT,
    "distilbert": Architecture(
        paper=separate("attention.k_lin", "attention.v_lin", "ffn.lin2"), peft={}, lora=("q_lin", "v_lin")
    ),
    "bloom": query_key_value(per_head, "mlp.dense_4h_to_h"),
    "gpt_neox": query_key_value(per_head, "dense_4h_to_h"),
    "falcon": query_key_value(falcon, "dense_4h_to_h"),
    "gpt2": Architecture(
        paper=fused("*.c_attn", "mlp.c_proj", concatenated),
        peft={"c_attn": "out", "mlp.c_proj": "in"},
        lora=("c_attn",),
    ),
    # PEFT's own choice for OPT scales queries and keys, which do the same, and no values at all.
    "opt": Architecture(
        paper=separate("self_attn.k_proj", "self_attn.v_proj", "layers.*.fc2"),
        peft={"q_proj": "out", "k_proj": "out", "fc2": "in"},
        lora=("q_proj", "v_proj"),
    ),
    "phi": Architecture(
        paper=separate("self_attn.k_proj", "self_attn.v_proj", "mlp.fc2"),
        peft={"q_proj": "out", "v_proj": "out", "fc2": "in"},
        lora=("q_proj", "v_proj", "fc1", "fc2"),
    ),
    "t5": T5,
    "mt5": MT5,
    "llama": LLAMA,
    "mistral": LLAMA,
    **dict.fromkeys(("gemma", "gemma2", "gemma3_text", "qwen2", "qwen3"), GEMMA),
    **dict.fromkeys(("electra", "xlm-roberta"), Architecture(BERT.paper, lora=BERT.lora)),
    "camembert": Architecture(BERT.paper),
    # Its position scores come from the same Linears, applied to the embeddings of distances: scaled too.
    "deberta-v2": Architecture(
        paper=separate("self.key_proj", "self.value_proj", "layer.*.output.dense"),
        peft={"key_proj": "out", "value_proj": "out", "output.dense": "in"},
        lora=("query_proj", "value_proj"),
    ),
    "mpnet": Architecture(separate("attn.k", "attn.v", "layer.*.output.dense")),
    # One block for all layers: one l_k, l_v and l_ff for all of them.
    "albert": Architecture(separate("attention.key", "attention.value", "ffn_output")),
    "modernbert": Architecture(fused("attn.Wqkv", "mlp.Wo", concatenated)),
    "vit": Architecture(separate("attention.k_proj", "attention.v_proj", "mlp.fc2")),
    "gptj": Architecture(
        paper=separate("attn.k_proj", "attn.v_proj", "mlp.fc_out"),
        peft={"q_proj": "out", "v_proj": "out", "fc_out": "in"},
        lora=("q_proj", "v_proj"),
    ),
    "gpt_neo": Architecture(
        paper=separate("attention.k_proj", "attention.v_proj", "mlp.c_proj"),
        peft={"q_proj": "out", "v_proj": "out", "c_proj": "in"},
        lora=("q_proj", "v_proj"),
    ),
    "gpt_bigcode": Architecture(
        paper=fused("attn.c_attn", "mlp.c_proj", starcoder),
        peft={"c_attn": "out", "mlp.c_proj": "in"},
        lora=("c_attn",),
    ),
    "starcoder2": Architecture(separate("self_attn.k_proj", "self_attn.v_proj", "mlp.c_proj")),
    "codegen": Architecture(fused("attn.qkv_proj", "mlp.fc_out", codegen), lora=("qkv_proj",)),
    "mpt": Architecture(fused("attn.Wqkv", "ffn.down_proj", concatenated), lora=("Wqkv",)),
    "phi3": Architecture(fused("self_attn.qkv_proj", "mlp.down_proj", at_the_end)),
    "stablelm": Architecture(LLAMA.paper, lora=LLAMA.lora),
    **dict.fromkeys(("cohere", "olmo", "olmo2", "granite", "smollm3"), Architecture(LLAMA.paper)),
    # PEFT's third is w2, which no model of transformers 5 has: there it scales keys and values alone.
    "mixtral": Architecture(EXPERTS, peft={"k_proj": "out", "v_proj": "out"}, lora=LLAMA.lora),
    # Some of its layers may have no experts.
    "qwen3_moe": Architecture((*EXPERTS, Target("mlp.down_proj", "in", "l_ff", in_some=True))),
    "olmoe": Architecture(EXPERTS),
    "bart": BART,
    **dict.fromkeys(("mbart", "pegasus", "marian", "whisper"), Architecture(BART.paper)),
}

# An encoder and a decoder that were put together: each has a row of its own.
COMPOSED = ("encoder-decoder", "vision-encoder-decoder", "speech-encoder-decoder")


def architecture(model: nn.Module) -> Architecture:
    """Return the table entry for `model.config.model_type`.

    Raises ValueError where the architecture is unknown: pass explicit sites then.
    """
    name = getattr(getattr(model, "config", None), "model_type", None)
    if name not in ARCHITECTURES:
        raise ValueError(
            f"no table of sites for model_type {brief(name)}; known: "
            f"{short(', '.join(sorted(ARCHITECTURES)))}. "
            'Name the sites yourself, for example IA3(sites={"attn.key": "out", "mlp.down": "in"}).'
        )
    return ARCHITECTURES[name]
