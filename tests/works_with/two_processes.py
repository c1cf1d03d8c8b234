"""Run by test_accelerate.py in each process: half of the batch, gradients averaged by accelerate."""

import sys
from pathlib import Path

import torch
from accelerate import Accelerator
from lively_models import RECIPES, lively
from small_models import randomise, tokens


def gradients(accelerator: Accelerator, recipe: str) -> dict[str, torch.Tensor]:
    """The averaged gradients of one recipe."""
    half = slice(2 * accelerator.process_index, 2 * accelerator.process_index + 2)
    model = lively("bert", recipe)
    randomise(model)
    spread = accelerator.prepare(model).eval()
    ids, labels = tokens(batch=4)[half], torch.tensor([0, 1, 1, 0])[half]
    accelerator.backward(spread(input_ids=ids, labels=labels).loss)
    return {name: p.grad for name, p in model.named_parameters() if p.requires_grad}


def main(folder: Path) -> None:
    accelerator = Accelerator(cpu=True)
    for recipe in RECIPES:
        found = {**gradients(accelerator, recipe), "processes": accelerator.num_processes}
        if accelerator.is_main_process:
            torch.save(found, folder / f"{recipe}.pt")
    # The wrapped models first: one that outlives its group of processes ends it while holding Python's lock,
    # for which gloo's threads wait in turn, and the process hangs now and then.
    accelerator.free_memory()
    accelerator.end_training()


main(Path(sys.argv[1]))
