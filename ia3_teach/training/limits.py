"""Whether a model can read a batch of tokens: they are in its vocabulary, and not too many in a row.

torch says of the first "index out of range in self", of the second that sizes do not match.
"""

from __future__ import annotations

from torch import Tensor, nn

from ia3_teach.layer import original, unwrapped
from ia3_teach.state import embeddings
from ia3_teach.wording import short


def check_readable(model: nn.Module, ids: Tensor) -> None:
    """Refuse tokens (B, T) beyond the vocabulary, and rows longer than the model's positions.

    >>> check_readable(nn.Linear(2, 2), Tensor([[7]]))
    """
    model = unwrapped(model)
    n_tokens = vocabulary(model)
    if n_tokens is not None and ids.numel() and ids.max() >= n_tokens:
        raise ValueError(
            f"found the token {ids.max().item():,}, and the model knows 0 to {n_tokens - 1:,}; "
            "is it the tokenizer of another model?"
        )
    longest = positions(model)
    if longest is not None and ids.shape[1] > longest:
        raise ValueError(
            f"found a text of {ids.shape[1]:,} tokens, and {short(type(model).__name__)} reads {longest:,} "
            f"at most; cut it, such as by tokenizer(text, truncation=True, max_length={short(longest)})"
        )


def vocabulary(model: nn.Module) -> int | None:
    """How many tokens the input embedding has; None where a model names none."""
    found = [original(module) for module in embeddings(model)]
    return next((module.num_embeddings for module in found if isinstance(module, nn.Embedding)), None)


def positions(model: nn.Module) -> int | None:
    """How many places have a learned embedding; None for models that compute places, as BLOOM and Llama do.

    RoBERTa and OPT leave the first few places out.
    """
    said = getattr(getattr(model, "config", None), "max_position_embeddings", None)
    if not isinstance(said, int):
        return None
    for name, module in model.named_modules():
        if isinstance(module, nn.Embedding) and ("position" in name or name.endswith("wpe")):
            left_out = getattr(module, "offset", 0)
            if module.padding_idx is not None:
                left_out = module.padding_idx + 1
            if said <= module.num_embeddings <= said + left_out:
                return module.num_embeddings - left_out
    return None
