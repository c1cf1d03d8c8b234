"""Run by test_accelerate.py in each process: half of the batch, gradients averaged by accelerate."""

import sys
from pathlib import Path

import torch
from accelerate import Accelerator
from lively_models import RECIPES, lively
from small_models import randomise, tokens


def main(folder: Path) -> None:
    accelerator = Accelerator(cpu=True)
    half = slice(2 * accelerator.process_index, 2 * accelerator.process_index + 2)
    for recipe in RECIPES:
        model = lively("bert", recipe)
        randomise(model)
        spread = accelerator.prepare(model).eval()
        ids, labels = tokens(batch=4)[half], torch.tensor([0, 1, 1, 0])[half]
        accelerator.backward(spread(input_ids=ids, labels=labels).loss)
        gradients = {name: p.grad for name, p in model.named_parameters() if p.requires_grad}
        if accelerator.is_main_process:
            torch.save({**gradients, "processes": accelerator.num_processes}, folder / f"{recipe}.pt")
    accelerator.end_training()


main(Path(sys.argv[1]))
