"""Bytes kept for backward against the limit, and what IA3 keeps beyond it; the same on every machine.

    python tests/bench/limit.py [--write]

The limit is the least that any method must keep: what the frozen model keeps to send a gradient through its
activations. Prints the table, or puts it into data/results/README.md, between two marks.
"""

import copy
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import torch
import transformers as t
from bench.ways import frozen
from torch import nn

from ia3_teach import IA3, attach
from ia3_teach.course.lesson.memory import kept_for_backward
from ia3_teach.course.pages.marks import between
from ia3_teach.ia3 import IA3Vectors
from ia3_teach.layer import Adapted, wrapped

PAGE = Path(__file__).resolve().parents[2] / "data/results/README.md"
START, END = "<!-- limit: made by tests/bench/limit.py -->", "<!-- /limit -->"
WIDTH, LAYERS, HEADS, VOCAB = 768, 4, 12, 1000
SIZES = {
    "vocab_size": VOCAB,
    "hidden_size": WIDTH,
    "num_hidden_layers": LAYERS,
    "num_attention_heads": HEADS,
    "intermediate_size": 4 * WIDTH,
    **dict.fromkeys(("bos_token_id", "eos_token_id", "pad_token_id"), 1),
}
STILL = {"hidden_dropout_prob": 0, "attention_probs_dropout_prob": 0}
GROUPED = {**SIZES, "num_key_value_heads": 4}
EXPERTS = {**GROUPED, "num_local_experts": 4, "intermediate_size": WIDTH}


def bloom() -> nn.Module:
    return t.BloomForCausalLM(
        t.BloomConfig(vocab_size=VOCAB, hidden_size=WIDTH, n_layer=LAYERS, n_head=HEADS)
    )


def opt() -> nn.Module:
    sizes = {name: size for name, size in SIZES.items() if name != "intermediate_size"}
    more = {"ffn_dim": 4 * WIDTH, "word_embed_proj_dim": WIDTH, "dropout": 0}
    return t.OPTForCausalLM(t.OPTConfig(**sizes, **more))


def mixtral() -> nn.Module:
    config = t.MixtralConfig(**EXPERTS)
    config._experts_implementation = "eager"  # one expert after the other, as with vectors
    return t.MixtralForCausalLM(config)


MODELS: Mapping[str, Callable[[], nn.Module]] = {
    "BERT": lambda: t.BertForMaskedLM(t.BertConfig(**SIZES, **STILL)),
    "BLOOM": bloom,
    "OPT": opt,
    "GPT-NeoX": lambda: t.GPTNeoXForCausalLM(t.GPTNeoXConfig(**SIZES)),
    "Llama": lambda: t.LlamaForCausalLM(t.LlamaConfig(**SIZES)),
    "Llama, 4 of 12 heads with keys": lambda: t.LlamaForCausalLM(t.LlamaConfig(**GROUPED)),
    "Mixtral, 4 experts": mixtral,
}
CASES = [(name, cache) for name in MODELS for cache in (False, True) if name != "BERT" or not cache]


@dataclass(frozen=True)
class Kept:
    """Bytes kept by the frozen model and with IA3, and of each vector the products that nobody else keeps."""

    limit: int
    ours: int
    alone: Mapping[str, int]
    alone_bytes: int

    @property
    def ratio(self) -> float:
        """Ours by the limit."""
        return self.ours / self.limit


def measured(name: str, cache: bool) -> Kept:
    """One forward pass in training mode, of the frozen model and of one with IA3."""
    torch.manual_seed(0)
    model = MODELS[name]().train()
    model.config.use_cache = cache
    least = kept_for_backward(frozen(copy.deepcopy(model)), forward)[1]
    attach(model, IA3(modules_to_save=[]))
    ours = kept_for_backward(model, forward)[1]
    alone = kept_alone(model)
    names = Counter(" and ".join(place.adapters["default"].vectors()) for place, _ in alone)
    return Kept(least, ours, names, sum(z.nbytes for _, z in alone))


def forward(model: nn.Module) -> torch.Tensor:
    ids = torch.randint(5, VOCAB, (8, 64), generator=torch.Generator().manual_seed(0))
    return model(input_ids=ids, attention_mask=torch.ones_like(ids)).logits


def kept_alone(model: nn.Module) -> list[tuple[Adapted, torch.Tensor]]:
    """The layers whose scaled output is kept once: by the product itself, for the vector's gradient."""
    outputs: list[tuple[Adapted, torch.Tensor]] = []
    hooks = [
        place.register_forward_hook(lambda place, args, z: outputs.append((place, z.detach())))
        for place in wrapped(model, Adapted).values()
        if isinstance(place.adapters["default"], IA3Vectors) and place.adapters["default"].side == "out"
    ]
    times: Counter[int] = Counter()

    def note(tensor: torch.Tensor) -> torch.Tensor:
        times[tensor.untyped_storage().data_ptr()] += 1
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        made = forward(model)
    for hook in hooks:
        hook.remove()
    assert made.requires_grad
    return [(place, z) for place, z in outputs if times[z.untyped_storage().data_ptr()] == 1]


def table(found: Mapping[tuple[str, bool], Kept]) -> str:
    """A line per model, with the cache of keys and values off and on."""
    lines = [
        f"| {LAYERS} layers of {WIDTH}, 8 x 64 tokens "
        "| cache | limit | IA3 | ratio | kept for a vector alone |",
        "|---|---|---|---|---|---|",
    ]
    for (name, cache), kept in found.items():
        alone = ", ".join(f"{number} products of {vectors}" for vectors, number in kept.alone.items())
        sizes = f"{kept.limit / 1e6:.1f} MB | {kept.ours / 1e6:.1f} MB | {kept.ratio:.3f}"
        megabytes = f", {kept.alone_bytes / 1e6:.1f} MB" if alone else "nothing"
        lines.append(f"| {name} | {'on' if cache else 'off'} | {sizes} | {alone}{megabytes} |")
    return "\n".join(lines)



if __name__ == "__main__":
    made = table({case: measured(*case) for case in CASES})
    print(made)
    if "--write" in sys.argv[1:]:
        PAGE.write_text(between(PAGE.read_text(encoding="utf-8"), START, END, made), encoding="utf-8")
