"""One small random float64 model per architecture, and where its own code has keys, values and activations.

`keys`, `values` and `inner` name modules by the ends of their paths. A fused layer has a `split` instead: how
the architecture's own forward takes it apart, with keys and values scaled on the way (see hand_written.py).
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
import transformers as t
from small_models import random_biases, tokens
from torch import nn

SMALL = {
    "vocab_size": 50,
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 24,
    "max_position_embeddings": 32,
    "pad_token_id": 0,
    "bos_token_id": 1,
    "eos_token_id": 2,
}
GROUPED = {**SMALL, "num_key_value_heads": 2}
HEADED = {**GROUPED, "head_dim": 6}
EXPERTS = {"num_experts": 5, "num_experts_per_tok": 2, "moe_intermediate_size": 12}
GPT2 = {"vocab_size": 50, "n_embd": 16, "n_layer": 2, "n_head": 4, "n_positions": 32}
T5 = {"vocab_size": 50, "d_model": 16, "d_kv": 5, "d_ff": 24, "num_heads": 4, "num_layers": 2}
T5 |= {"num_decoder_layers": 3, "decoder_start_token_id": 0}
FALCON = {"vocab_size": 50, "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 4, "bias": True}
DISTILBERT = {"vocab_size": 50, "dim": 16, "n_layers": 2, "n_heads": 4, "hidden_dim": 24}
OPT = {"vocab_size": 50, "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 4, "ffn_dim": 24}


GPTJ = {"vocab_size": 50, "n_embd": 16, "n_layer": 2, "n_head": 4, "n_positions": 32, "rotary_dim": 2}
BIGCODE = {"vocab_size": 50, "n_embd": 16, "n_layer": 2, "n_head": 4, "n_positions": 32}
SEQ2SEQ = {"vocab_size": 50, "d_model": 16, "encoder_layers": 2, "decoder_layers": 3, "pad_token_id": 0}
SEQ2SEQ |= {"encoder_attention_heads": 4, "decoder_attention_heads": 4, "encoder_ffn_dim": 24}
SEQ2SEQ |= {"decoder_ffn_dim": 24, "max_position_embeddings": 32, "bos_token_id": 1, "eos_token_id": 2}
SEQ2SEQ |= {"decoder_start_token_id": 0, "forced_eos_token_id": 2}
IMAGE = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 24}


@dataclass(frozen=True)
class Small:
    """A model to build, its inputs, and the names in its own code."""

    model: type[nn.Module]
    config: t.PretrainedConfig
    inner: str
    keys: str | None = None
    values: str | None = None
    split: str | None = None
    is_seq2seq: bool = False
    more: dict[str, torch.Tensor] | None = None  # inputs in place of tokens

    def build(self) -> nn.Module:
        return random_biases(self.model(self.config))

    def inputs(self) -> dict[str, torch.Tensor]:
        decoder = {"decoder_input_ids": tokens(length=5)} if self.is_seq2seq else {}
        return {**(self.more or {"input_ids": tokens()}), **decoder}


def proj(model: type, config: t.PretrainedConfig, inner: str = "mlp.act_fn") -> Small:
    return Small(model, config, inner, keys="k_proj", values="v_proj")


def t5(model: type, config: type, act: str) -> Small:
    settings = config(**T5, feed_forward_proj=act)
    return Small(model, settings, "DenseReluDense.act", keys="k", values="v", is_seq2seq=True)


def falcon(**settings: object) -> Small:
    return Small(t.FalconForCausalLM, t.FalconConfig(**FALCON, **settings), "mlp.act", split="falcon")


def bert(model: type, config: type, **settings: object) -> Small:
    built = config(**{**SMALL, **settings})
    return Small(model, built, "intermediate.intermediate_act_fn", keys="key", values="value")


def seq2seq(model: type, config: type, **more: torch.Tensor) -> Small:
    built = config(**SEQ2SEQ)
    return Small(model, built, "activation_fn", "k_proj", "v_proj", is_seq2seq=True, more=more or None)


def image() -> torch.Tensor:
    return torch.randn(2, 3, 8, 8, generator=torch.Generator().manual_seed(1)).double()


def sound() -> torch.Tensor:
    return torch.randn(3, 8, 16, generator=torch.Generator().manual_seed(1)).double()


def whisper() -> Small:
    sizes = {**SEQ2SEQ, "num_mel_bins": 8, "max_source_positions": 8, "max_target_positions": 32}
    model = t.WhisperForConditionalGeneration
    return Small(model, t.WhisperConfig(**sizes), "", is_seq2seq=True, more={"input_features": sound()})


def routed(model: type, config: t.PretrainedConfig) -> Small:
    config._experts_implementation = "eager"  # the default, grouped_mm, has no float64
    return Small(model, config, "")


def two_berts() -> Small:
    parts = (t.BertConfig(**SMALL), t.BertConfig(**SMALL))
    config = t.EncoderDecoderConfig.from_encoder_decoder_configs(*parts)
    return Small(lambda config: t.EncoderDecoderModel(config), config, "", is_seq2seq=True)


# Without names: their own code is not followed by hand, but probed (tests/sites/probe.py).
PROBED: dict[str, Callable[[], Small]] = {
    "electra": lambda: Small(t.ElectraForMaskedLM, t.ElectraConfig(**SMALL, embedding_size=8), ""),
    "xlm-roberta": lambda: Small(t.XLMRobertaForMaskedLM, t.XLMRobertaConfig(**SMALL), ""),
    "camembert": lambda: Small(t.CamembertForMaskedLM, t.CamembertConfig(**SMALL), ""),
    "deberta-v2": lambda: Small(t.DebertaV2ForMaskedLM, t.DebertaV2Config(**SMALL), ""),
    "mpnet": lambda: Small(t.MPNetForMaskedLM, t.MPNetConfig(**SMALL), ""),
    "albert": lambda: Small(t.AlbertForMaskedLM, t.AlbertConfig(**SMALL, embedding_size=8), ""),
    "modernbert": lambda: Small(t.ModernBertForMaskedLM, t.ModernBertConfig(**SMALL), ""),
    "vit": lambda: Small(
        t.ViTForImageClassification,
        t.ViTConfig(**IMAGE, image_size=8, patch_size=4),
        "",
        more={"pixel_values": image()},
    ),
    "gptj": lambda: Small(t.GPTJForCausalLM, t.GPTJConfig(**GPTJ), ""),
    "gpt_neo": lambda: Small(
        t.GPTNeoForCausalLM,
        t.GPTNeoConfig(
            **{"vocab_size": 50, "hidden_size": 16, "num_layers": 2, "num_heads": 4},
            attention_types=[[["global", "local"], 1]],
        ),
        "",
    ),
    "gpt_bigcode": lambda: Small(t.GPTBigCodeForCausalLM, t.GPTBigCodeConfig(**BIGCODE), ""),
    "gpt_bigcode-all-heads": lambda: Small(
        t.GPTBigCodeForCausalLM, t.GPTBigCodeConfig(**BIGCODE, multi_query=False), ""
    ),
    "starcoder2": lambda: Small(t.Starcoder2ForCausalLM, t.Starcoder2Config(**GROUPED), ""),
    "codegen": lambda: Small(t.CodeGenForCausalLM, t.CodeGenConfig(**GPTJ), ""),
    "mpt": lambda: Small(t.MptForCausalLM, t.MptConfig(vocab_size=50, d_model=16, n_layers=2, n_heads=4), ""),
    "phi3": lambda: Small(t.Phi3ForCausalLM, t.Phi3Config(**GROUPED), ""),
    "stablelm": lambda: Small(t.StableLmForCausalLM, t.StableLmConfig(**GROUPED), ""),
    "cohere": lambda: Small(t.CohereForCausalLM, t.CohereConfig(**GROUPED), ""),
    "olmo": lambda: Small(t.OlmoForCausalLM, t.OlmoConfig(**GROUPED), ""),
    "olmo2": lambda: Small(t.Olmo2ForCausalLM, t.Olmo2Config(**GROUPED), ""),
    "granite": lambda: Small(t.GraniteForCausalLM, t.GraniteConfig(**GROUPED), ""),
    "smollm3": lambda: Small(t.SmolLM3ForCausalLM, t.SmolLM3Config(**GROUPED), ""),
    "mixtral": lambda: routed(t.MixtralForCausalLM, t.MixtralConfig(**GROUPED, num_local_experts=5)),
    "qwen3_moe": lambda: routed(t.Qwen3MoeForCausalLM, t.Qwen3MoeConfig(**HEADED, **EXPERTS)),
    "olmoe": lambda: routed(
        t.OlmoeForCausalLM, t.OlmoeConfig(**GROUPED, num_experts=5, num_experts_per_tok=2)
    ),
    "bart": lambda: seq2seq(t.BartForConditionalGeneration, t.BartConfig),
    "mbart": lambda: seq2seq(t.MBartForConditionalGeneration, t.MBartConfig),
    "pegasus": lambda: seq2seq(t.PegasusForConditionalGeneration, t.PegasusConfig),
    "marian": lambda: seq2seq(t.MarianMTModel, t.MarianConfig),
    "whisper": whisper,
    "encoder-decoder": two_berts,
}

ARCHITECTURES: dict[str, Callable[[], Small]] = {
    "bert": lambda: bert(t.BertForMaskedLM, t.BertConfig),
    "roberta": lambda: bert(t.RobertaForMaskedLM, t.RobertaConfig),
    "distilbert": lambda: Small(
        t.DistilBertForMaskedLM, t.DistilBertConfig(**DISTILBERT), "ffn.activation", "k_lin", "v_lin"
    ),
    "bloom": lambda: Small(
        t.BloomForCausalLM,
        t.BloomConfig(vocab_size=50, hidden_size=16, n_layer=2, n_head=4),
        "mlp.gelu_impl",
        split="bloom",
    ),
    "gpt2": lambda: Small(t.GPT2LMHeadModel, t.GPT2Config(**GPT2), "mlp.act", split="gpt2"),
    "gpt_neox": lambda: Small(t.GPTNeoXForCausalLM, t.GPTNeoXConfig(**SMALL), "mlp.act", split="gpt_neox"),
    "falcon-rw": lambda: falcon(alibi=True, multi_query=False, parallel_attn=False),
    "falcon-7b": lambda: falcon(multi_query=True),
    "falcon-40b": lambda: falcon(new_decoder_architecture=True, num_kv_heads=2),
    "opt": lambda: proj(t.OPTForCausalLM, t.OPTConfig(**OPT, word_embed_proj_dim=8), "activation_fn"),
    "phi": lambda: proj(t.PhiForCausalLM, t.PhiConfig(**GROUPED), "mlp.activation_fn"),
    "t5": lambda: t5(t.T5ForConditionalGeneration, t.T5Config, "relu"),
    "t5-gated": lambda: t5(t.T5ForConditionalGeneration, t.T5Config, "gated-gelu"),
    "mt5": lambda: t5(t.MT5ForConditionalGeneration, t.MT5Config, "gated-gelu"),
    "llama": lambda: proj(t.LlamaForCausalLM, t.LlamaConfig(**GROUPED, attention_bias=True)),
    "mistral": lambda: proj(t.MistralForCausalLM, t.MistralConfig(**GROUPED)),
    "qwen2": lambda: proj(t.Qwen2ForCausalLM, t.Qwen2Config(**GROUPED)),
    "qwen3": lambda: proj(t.Qwen3ForCausalLM, t.Qwen3Config(**HEADED)),
    "gemma": lambda: proj(t.GemmaForCausalLM, t.GemmaConfig(**HEADED)),
    "gemma2": lambda: proj(t.Gemma2ForCausalLM, t.Gemma2Config(**HEADED)),
    "gemma3": lambda: proj(t.Gemma3ForCausalLM, t.Gemma3TextConfig(**HEADED)),
}
