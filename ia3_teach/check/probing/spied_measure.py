"""The probe of an ablation with its control: the measure is a spy that notes what it is given."""

import random
from typing import Any

import torch
from torch import Tensor

from ia3_teach.check.probing.calls import Case, each
from ia3_teach.check.probing.recorded import Record


def ablations(answer: Any, cases: dict[str, Case]) -> Record:
    """One call a case; numbers drawn elsewhere before it must not matter."""
    return each(answer, cases, _ablation)


def _ablation(answer: Any, one: Case, notes: dict[str, Any]) -> Any:
    l, k, seed, stir = one["arguments"]
    given: list[Any] = []

    def measure(changed: Tensor) -> float:
        given.append(changed.detach().clone() if isinstance(changed, Tensor) else changed)
        weights = torch.linspace(1, 2, changed.numel()).view(changed.shape)
        return (weights * changed).sum().item()

    torch.manual_seed(stir)
    state = random.getstate()
    random.seed(stir)
    try:
        value = answer(measure, l, k, seed)
    finally:
        random.setstate(state)
        notes["given"], notes["after"] = given[:50], l.detach().clone()
    return value
