"""The probe of one training step, and the classifier in miniature that it trains."""

from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor, nn

from ia3_teach.check.probing.calls import Case, each
from ia3_teach.check.probing.recorded import Record


class Scorer(nn.Module):
    """Mean over the shown tokens of l ⊙ embedding, then a head."""

    def __init__(self, values: dict[str, Tensor]) -> None:
        super().__init__()
        self.modes: list[bool] = []
        for name, value in values.items():
            self.register_parameter(name, nn.Parameter(value.clone()))

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> SimpleNamespace:
        """Logits of shape (B, classes)."""
        self.modes.append(self.training)
        shown = attention_mask[..., None].to(self.l.dtype)
        mean = (self.l * self.table[input_ids] * shown).sum(1) / shown.sum(1)
        return SimpleNamespace(logits=mean @ self.head.T)


def training_steps(answer: Any, cases: dict[str, Case]) -> Record:
    """Two steps on one model, with an old gradient on every parameter before the first."""
    return each(answer, cases, _steps)


def _steps(answer: Any, one: Case, notes: dict[str, Any]) -> Any:
    values, batches, trained, rate = one["arguments"]
    came = one["named"]["training"]
    model = Scorer(values).train(came)
    for parameter in model.parameters():
        parameter.grad = torch.full_like(parameter, 3.0)
    chosen = [getattr(model, name) for name in trained]
    if trained == ["l"]:  # as in the lesson: what is not trained came frozen
        for name, parameter in model.named_parameters():
            parameter.requires_grad_(name in trained)
    flags = {name: parameter.requires_grad for name, parameter in model.named_parameters()}
    for number, batch in enumerate(batches):
        given = {name: value.clone() for name, value in batch.items()}
        notes[f"loss {number}"] = answer(model, given, chosen, rate)
        notes[f"values {number}"] = {name: value.detach().clone() for name, value in model.named_parameters()}
        notes[f"batch {number}"] = given
        notes[f"mode kept {number}"] = all(mode == came for mode in [*model.modes, model.training])
        now = {name: parameter.requires_grad for name, parameter in model.named_parameters()}
        notes[f"other flags {number}"] = [name for name, flag in flags.items() if now[name] != flag]
    return True
