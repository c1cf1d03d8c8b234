"""Released models by name, built from their configs on the meta device: shapes and counts, but no values."""

from collections.abc import Callable

import transformers as t
from torch import nn


def t5(
    d_model: int, d_ff: int, n_layers: int, n_heads: int, act: str = "gated-gelu", **more: object
) -> Callable:
    sizes = {"d_model": d_model, "d_kv": 64, "d_ff": d_ff, "num_layers": n_layers, "num_heads": n_heads}
    return lambda: t.T5ForConditionalGeneration(t.T5Config(feed_forward_proj=act, **sizes, **more))


def mt5(d_model: int, d_ff: int, n_layers: int, n_heads: int) -> Callable:
    sizes = {"d_model": d_model, "d_kv": 64, "d_ff": d_ff, "num_layers": n_layers, "num_heads": n_heads}
    return lambda: t.MT5ForConditionalGeneration(t.MT5Config(vocab_size=250112, **sizes))


def bloom(vocab_size: int, hidden_size: int, n_layer: int, n_head: int) -> Callable:
    sizes = {"vocab_size": vocab_size, "hidden_size": hidden_size, "n_layer": n_layer, "n_head": n_head}
    return lambda: t.BloomForCausalLM(t.BloomConfig(**sizes))


def gpt2(n_embd: int = 768, n_layer: int = 12, n_head: int = 12) -> Callable:
    return lambda: t.GPT2LMHeadModel(t.GPT2Config(n_embd=n_embd, n_layer=n_layer, n_head=n_head))


def sizes(vocab: int, width: int, inner: int, layers: int, heads: int, groups: int, **more: object) -> dict:
    return {
        "vocab_size": vocab,
        "hidden_size": width,
        "intermediate_size": inner,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "num_key_value_heads": groups,
        **more,
    }


def llama(*numbers: int, tied: bool = False, head_dim: int | None = None) -> Callable:
    more = {"tie_word_embeddings": tied, "head_dim": head_dim or numbers[1] // numbers[4]}
    return lambda: t.LlamaForCausalLM(t.LlamaConfig(**sizes(*numbers, **more)))


def qwen2(*numbers: int) -> Callable:
    return lambda: t.Qwen2ForCausalLM(t.Qwen2Config(**sizes(*numbers, tie_word_embeddings=True)))


def mistral(vocab: int) -> Callable:
    return lambda: t.MistralForCausalLM(t.MistralConfig(**sizes(vocab, 4096, 14336, 32, 32, 8)))


def opt(width: int, inner: int, layers: int, heads: int, **more: object) -> Callable:
    shape = {
        "hidden_size": width,
        "ffn_dim": inner,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
    }
    return lambda: t.OPTForCausalLM(t.OPTConfig(vocab_size=50272, **shape, **more))


def neox(vocab: int, width: int, inner: int, layers: int, heads: int) -> Callable:
    shape = sizes(vocab, width, inner, layers, heads, heads, tie_word_embeddings=False)
    return lambda: t.GPTNeoXForCausalLM(t.GPTNeoXConfig(**shape))


def bert(vocab: int) -> Callable:
    return lambda: t.BertForSequenceClassification(t.BertConfig(vocab_size=vocab, num_labels=2))


def roberta(**shape: int) -> Callable:
    more = {"vocab_size": 50265, "max_position_embeddings": 514, "type_vocab_size": 1, "num_labels": 2}
    return lambda: t.RobertaForSequenceClassification(t.RobertaConfig(**more, **shape))


def whisper() -> nn.Module:
    numbers = {"layers": 32, "attention_heads": 20, "ffn_dim": 5120}
    parts = {f"{part}_{key}": n for part in ("encoder", "decoder") for key, n in numbers.items()}
    return t.WhisperForConditionalGeneration(
        t.WhisperConfig(vocab_size=51865, d_model=1280, num_mel_bins=80, **parts)
    )


def blip() -> nn.Module:
    vision = {"hidden_size": 1024, "intermediate_size": 4096, "num_hidden_layers": 24}
    vision |= {"num_attention_heads": 16, "image_size": 384, "patch_size": 16}
    text = {"vocab_size": 30524, "hidden_size": 768, "encoder_hidden_size": 1024, "num_hidden_layers": 12}
    text |= {"num_attention_heads": 12, "intermediate_size": 3072}
    return t.BlipForConditionalGeneration(t.BlipConfig(vision_config=vision, text_config=text))


LARGE = {"hidden_size": 1024, "num_hidden_layers": 24, "num_attention_heads": 16, "intermediate_size": 4096}
GEMMA2 = {**sizes(256000, 2304, 9216, 26, 8, 4), "head_dim": 256, "num_labels": 2}
UNTIED = {
    "mt0-large",
    "mt0-small",
    "mt5-small",
    "flan-t5-small",
    "flan-t5-base",
    "flan-t5-large",
    "T0-3B",
    "T0-11B",
}
MODELS: dict[str, Callable[[], nn.Module]] = {
    "bert-base-cased": bert(28996),
    "bert-base-uncased": bert(30522),
    "roberta-base": roberta(),
    "roberta-large": roberta(**LARGE),
    "bloom-560m": bloom(250880, 1024, 24, 16),
    "bloom-1b1": bloom(250880, 1536, 24, 16),
    "bloom-1b4-zh": bloom(46145, 2048, 24, 16),
    "bloom-7b1": bloom(250880, 4096, 30, 32),
    "gpt2": gpt2(),
    "gpt2-medium": gpt2(1024, 24, 16),
    "gpt2-xl": gpt2(1600, 48, 25),
    "distilgpt2": gpt2(n_layer=6),
    "polyglot-ko-5.8b": neox(30080, 4096, 16384, 28, 16),
    "pythia-70m": neox(50304, 512, 2048, 6, 8),
    "pythia-160m": neox(50304, 768, 3072, 12, 12),
    "opt-125m": opt(768, 3072, 12, 12, word_embed_proj_dim=768),
    "opt-350m": opt(1024, 4096, 24, 16, word_embed_proj_dim=512, do_layer_norm_before=False),
    "opt-1.3b": opt(2048, 8192, 24, 32, word_embed_proj_dim=2048),
    "opt-6.7b": opt(4096, 16384, 32, 32, word_embed_proj_dim=4096),
    "SmolLM-135M": llama(49152, 576, 1536, 30, 9, 3, tied=True),
    "Llama-3.2-1B": llama(128256, 2048, 8192, 16, 32, 8, tied=True, head_dim=64),
    "Llama-3.2-3B": llama(128256, 3072, 8192, 28, 24, 8, tied=True, head_dim=128),
    "Llama-2-7B": llama(32000, 4096, 11008, 32, 32, 32),
    "Llama-3-8B": llama(128256, 4096, 14336, 32, 32, 8),
    "Mistral-7B": mistral(32000),
    "Mistral-7B+27": mistral(32027),
    "Qwen2.5-0.5B": qwen2(151936, 896, 4864, 24, 14, 2),
    "Qwen2.5-3B": qwen2(151936, 2048, 11008, 36, 16, 2),
    "gemma-2-2b": lambda: t.Gemma2ForSequenceClassification(t.Gemma2Config(**GEMMA2)),
    "t5-small": t5(512, 2048, 6, 8, act="relu", vocab_size=32128),
    "t5-base": t5(768, 3072, 12, 12, act="relu", vocab_size=32128),
    "flan-t5-small": t5(512, 1024, 8, 6, vocab_size=32128),
    "flan-t5-base": t5(768, 2048, 12, 12, vocab_size=32128),
    "flan-t5-large": t5(1024, 2816, 24, 16, vocab_size=32128),
    "T0-3B": t5(2048, 5120, 24, 32, vocab_size=32128),
    "T0-11B": t5(4096, 10240, 24, 64, vocab_size=32128),
    "mt0-small": mt5(512, 1024, 8, 6),
    "mt5-small": mt5(512, 1024, 8, 6),
    "mt0-large": mt5(1024, 2816, 24, 16),
    "mt0-large, tied": mt5(1024, 2816, 24, 16),
    "vit-base": lambda: t.ViTForImageClassification(t.ViTConfig(num_labels=101)),
    "whisper-large-v2": whisper,
    "layoutlm-base": lambda: t.LayoutLMForTokenClassification(t.LayoutLMConfig(num_labels=13)),
    "blip-captioning-large": blip,
}
