"""The paper's IA3 once more, as forward hooks that follow each architecture's own code, not ours."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import torch
from small_architectures import Small
from torch import nn

Vectors = dict[str, torch.Tensor]


@contextmanager
def ia3_by_hand(model: nn.Module, small: Small, vectors: Vectors) -> Iterator[None]:
    """Scale the keys, values and inner activations of the i-th attention or feed-forward by row i."""
    with ExitStack() as stack:
        if small.split is None:
            for name, ending in (("l_k", small.keys), ("l_v", small.values)):
                hook_all(stack, modules(model, ending), vectors[name])
        else:
            pairs = zip(vectors["l_k"], vectors["l_v"], strict=True)
            for attention, (l_k, l_v) in zip(fused(model), pairs, strict=True):
                stack.enter_context(SPLITS[small.split](attention, model.config, l_k, l_v))
        hook_all(stack, modules(model, small.inner), vectors["l_ff"])
        yield


def modules(model: nn.Module, ending: str) -> list[nn.Module]:
    return [module for path, module in model.named_modules() if f".{path}".endswith(f".{ending}")]


def fused(model: nn.Module) -> list[nn.Module]:
    names = ("query_key_value", "c_attn")
    return [module for module in model.modules() if any(name in module._modules for name in names)]


def hook_all(stack: ExitStack, found: list[nn.Module], rows: torch.Tensor) -> None:
    for module, row in zip(found, rows, strict=True):
        hook = module.register_forward_hook(lambda module, args, output, row=row: output * row)
        stack.callback(hook.remove)


@contextmanager
def replaced(module: nn.Module, method: str, scale: object) -> Iterator[None]:
    """Let `scale` change what a method of the model's own code returns."""
    original = getattr(module, method)
    setattr(module, method, lambda *args: scale(*original(*args)))
    try:
        yield
    finally:
        delattr(module, method)


def bloom(attention: nn.Module, config: object, l_k: torch.Tensor, l_v: torch.Tensor):
    """BloomAttention._reshape returns (B, n_heads, T, d_head) three times."""
    heads = (config.n_head, 1, -1)
    return replaced(attention, "_reshape", lambda q, k, v: (q, k * l_k.view(heads), v * l_v.view(heads)))


def falcon(attention: nn.Module, config: object, l_k: torch.Tensor, l_v: torch.Tensor):
    """FalconAttention._split_heads returns (B, T, heads, d_head), groups already repeated per query head."""
    d_head = config.hidden_size // config.num_attention_heads

    def scale(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor) -> tuple[torch.Tensor, ...]:
        rows = [l.view(-1, d_head) for l in (l_k, l_v)]  # noqa: E741
        rows = [row.repeat_interleave(k.shape[2] // len(row), dim=0) for row in rows]
        return q, k * rows[0], v * rows[1]

    return replaced(attention, "_split_heads", scale)


@contextmanager
def gpt2(attention: nn.Module, config: object, l_k: torch.Tensor, l_v: torch.Tensor) -> Iterator[None]:
    """GPT2Attention splits c_attn's output in blocks of d_model: q, k, v (cross-attention: k, v)."""

    def scale(module: nn.Module, args: tuple, output: torch.Tensor) -> torch.Tensor:
        *q, k, v = output.split(config.n_embd, dim=2)
        return torch.cat([*q, k * l_k, v * l_v], dim=2)

    hook = attention.c_attn.register_forward_hook(scale)
    yield
    hook.remove()


@contextmanager
def gpt_neox(attention: nn.Module, config: object, l_k: torch.Tensor, l_v: torch.Tensor) -> Iterator[None]:
    """GPTNeoXAttention views (B, T, n_heads, 3 d_head), transposes, and cuts the last dimension in three."""
    n_heads = config.num_attention_heads

    def scale(module: nn.Module, args: tuple, output: torch.Tensor) -> torch.Tensor:
        q, k, v = output.view(*output.shape[:2], n_heads, -1).transpose(1, 2).chunk(3, dim=-1)
        scaled = torch.cat([q, k * l_k.view(n_heads, 1, -1), v * l_v.view(n_heads, 1, -1)], dim=-1)
        return scaled.transpose(1, 2).reshape(output.shape)

    hook = attention.query_key_value.register_forward_hook(scale)
    yield
    hook.remove()


SPLITS = {"bloom": bloom, "falcon": falcon, "gpt2": gpt2, "gpt_neox": gpt_neox}
