"""A training run that kills itself at step 70: run as `python killed_run.py ia3|lora CHECKPOINT`."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import torch
from torch import nn

from ia3_teach import IA3, LoRA, attach, fit

RECIPES = {"ia3": IA3(sites={"hidden": "out"}), "lora": LoRA(r=2, dropout=0.3, sites=["hidden"])}


class Small(nn.Module):
    """A classifier over the mean of its tokens, with a dropout that needs the random state."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding, self.hidden, self.out = nn.Embedding(20, 8), nn.Linear(8, 8), nn.Linear(8, 2)
        self.dropout = nn.Dropout(0.2)

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> SimpleNamespace:
        means = self.dropout(self.embedding(input_ids)).mean(1)
        return SimpleNamespace(logits=self.out(self.hidden(means).tanh()))


def model(recipe: str) -> nn.Module:
    torch.manual_seed(0)
    small = Small()
    attach(small, RECIPES[recipe])
    return small


def run(small: nn.Module, checkpoint: Path | None = None, on_step: Callable | None = None):
    data = [{"input_ids": [i, (3 * i) % 20, 7], "labels": i % 2} for i in range(15)]
    settings = {"steps": 120, "learning_rate": 1e-2, "batch_size": 4}
    return fit(small, data, **settings, checkpoint=checkpoint, on_step=on_step)


if __name__ == "__main__":
    run(
        model(sys.argv[1]),
        Path(sys.argv[2]),
        lambda step, _: os.kill(os.getpid(), signal.SIGKILL) if step == 70 else None,
    )
