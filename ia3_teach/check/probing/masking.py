"""The probe of a step that a mask restricts: AdamW with weight decay, over the masked weight and a head."""

from typing import Any

import torch
from torch import nn

from ia3_teach.check.probing.calls import Case, each
from ia3_teach.check.probing.recorded import Record

MOVED = 1.0  # what others add before the second step, as where weights are loaded: no older copy fits then


def masked_steps(answer: Any, cases: dict[str, Case]) -> Record:
    """Two steps on drawn gradients; the notes say what was there after each."""
    return each(answer, cases, _steps)


def _steps(answer: Any, one: Case, notes: dict[str, Any]) -> Any:
    values, mask, gradients, rate, decay = one["arguments"]
    parts = {name: nn.Parameter(value.clone()) for name, value in values.items()}
    optimizer = torch.optim.AdamW(parts.values(), lr=rate, weight_decay=decay)
    for number, slopes in enumerate(gradients):
        for name, part in parts.items():
            part.data += MOVED if number else 0
            part.grad = slopes[name].clone()
        given = mask.clone()
        answer(optimizer, parts["weight"], given)
        notes[f"values {number}"] = {name: part.detach().clone() for name, part in parts.items()}
        notes[f"mask {number}"] = given
    return True
