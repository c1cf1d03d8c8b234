r"""Prompt tuning: learned rows among the embeddings of the input, E = [P; e(x_1); ...; e(x_T)].

Shapes: P (n, d_model). Count: n d_model. Nothing merges, as no weight can add a position.
Start: embeddings of n tokens drawn from the vocabulary; the rows are there from the first step on.
Source: Lester et al. 2021, "The Power of Scale for Parameter-Efficient Prompt Tuning", section 2.
PEFT lets the rows come out again (its logits are n longer) and counts the first real token's label too; it
puts them before BERT's [CLS], so that a classifier reads the first row's state. Here they come right behind
it. Of T5 only the encoder has rows, as in the paper; the authors of T-Few give the decoder as many more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ia3_teach.family.method import Adapter, Function, new
from ia3_teach.family.prepend import Prepending, stack_of
from ia3_teach.layer import original, outer_modules


@dataclass(frozen=True)
class PromptTuning(Prepending):
    """The recipe: the number `length` of rows.

    >>> PromptTuning(length=10).size(d_in=50, d_out=4)
    40
    """

    def carriers(self, model: nn.Module) -> Mapping[str, nn.Module]:
        """The embedding of the tokens."""
        path, stack = stack_of(model)
        tokens = stack.get_input_embeddings()
        modules = outer_modules(stack).items()
        inside = {f"{path}.{name}".lstrip("."): original(module) for name, module in modules}
        return {name: module for name, module in inside.items() if module is original(tokens)}

    def adapter(self, layer: nn.Module) -> Prompt:
        """P."""
        return Prompt(layer, self.length)

    def size(self, d_in: int, d_out: int) -> int:
        """n d_model."""
        return self.length * d_out

    def closed_form(self, config: object) -> tuple[str, int] | None:
        """n d_model."""
        return f"{self.length} x {config.hidden_size:,}", self.size(0, config.hidden_size)


class Prompt(Adapter):
    """P (n, d_model). `window` says where its rows stand in this pass; None means nowhere."""

    refusal = "a weight cannot lengthen the input"

    def __init__(self, layer: nn.Module, length: int) -> None:
        super().__init__()
        self.frozen, self.length, self.window = (layer,), length, None
        self.P = new(layer, length, layer.weight.shape[1])
        self.reset_parameters()

    @torch.no_grad()
    def reset_parameters(self) -> None:
        """The embeddings of tokens drawn from the vocabulary."""
        words = self.frozen[0].weight
        if not words.is_meta:
            self.P.copy_(words[torch.randint(len(words), (self.length,), device=words.device)])

    def around(self, inner: Function, ids: Tensor) -> Tensor:
        """The embeddings, with P in its window."""
        y = inner(ids)
        if self.window is None:
            return y
        rows = self.P.to(y.dtype).expand(len(y), -1, -1)
        return torch.cat([y[:, : self.window.start], rows, y[:, self.window.stop :]], 1)
