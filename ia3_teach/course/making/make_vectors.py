"""Train and save the adapters that are shipped in `data/vectors`."""

from collections.abc import Sequence
from pathlib import Path

import torch

from ia3_teach.adapters import attach
from ia3_teach.course.lesson.evaluate import accuracy, encode
from ia3_teach.course.making.make_real_vectors import write_real_vectors
from ia3_teach.course.making.objectives import fast_bfloat16
from ia3_teach.course.making.real_grid import DECODER
from ia3_teach.course.shipped import manifest
from ia3_teach.course.shipped.models import TINY, load_model
from ia3_teach.course.shipped.tasks import few_shot, load_task, task_names
from ia3_teach.files import save_adapter
from ia3_teach.ia3 import IA3
from ia3_teach.training.loop import fit
from ia3_teach.wording import brief, listed

STEPS, BATCH, SHOTS = 250, 16, 1000
LEARNING_RATE = 1e-1  # at 3e-2 tiny-bloom is not done: 84 % of price_complaint's validation split, not 100


def write_all_vectors(directory: Path, models: Sequence[str] | None = None) -> None:
    """The adapters of these models (the tiny ones), with their accuracies listed in the manifest.

    Raises ValueError, before anything is trained, for a model of which none are shipped.
    """
    for model_name in models or TINY:
        if model_name not in (*TINY, DECODER):
            raise ValueError(
                f"no vectors of {brief(model_name)} are shipped, so none are made again; there are those of "
                f"{listed([*TINY, DECODER])}"
            )
    for model_name in models or TINY:
        real = model_name == DECODER
        measured = write_real_vectors(directory) if real else write_vectors(directory, model_name)
        manifest.write(directory, {f"vectors of {model_name}": measured})


def write_vectors(directory: Path, model_name: str) -> dict[str, object]:
    """The adapters of all tasks on `tiny-bloom`, or of sentiment on `tiny-bert`; returns their accuracies."""
    tasks = {task: task for task in task_names()}
    if model_name == "tiny-bert":
        tasks = {"bert-sentiment": "sentiment"}
    recipe = {"steps": STEPS, "batch": BATCH, "examples": SHOTS, "learning_rate": LEARNING_RATE}
    found = {name: train_vectors(directory, model_name, task, name) for name, task in tasks.items()}
    return {"recipe": recipe, "test_accuracy": found}


def train_vectors(directory: Path, model_name: str, task: str, name: str) -> float:
    """Train IA3 on rows of a task's pool, save it in `directory/vectors/<name>`; returns test accuracy."""
    splits = load_task(task)
    classes = len(splits["pool"].features["label"].names)
    model, tokenizer = load_model(model_name, num_labels=classes if model_name == "tiny-bert" else None)
    attach(model, IA3())
    rows = encode(model, tokenizer, few_shot(splits["pool"], SHOTS, seed=0))
    # Without cache_enabled=False autocast keeps the first bfloat16 copy of each trained weight.
    with torch.autocast("cpu", torch.bfloat16, enabled=fast_bfloat16(), cache_enabled=False):
        fit(model, rows, steps=STEPS, learning_rate=LEARNING_RATE, batch_size=BATCH, seed=0)
    save_adapter(model, directory / "vectors" / name)
    return round(accuracy(model, tokenizer, splits["test"]), 4)
