"""Train and save the adapters that are shipped in `data/vectors`."""

from pathlib import Path

import torch

from ia3_teach.attach import attach
from ia3_teach.course.evaluate import accuracy, encode
from ia3_teach.course.models import load_model
from ia3_teach.course.objectives import fast_bfloat16
from ia3_teach.course.tasks import few_shot, load_task, task_names
from ia3_teach.files import save_adapter
from ia3_teach.fit import fit
from ia3_teach.ia3 import IA3

STEPS, BATCH, SHOTS = 400, 16, 1000


def make_vectors(directory: Path, model_name: str, task: str, learning_rate: float, name: str) -> float:
    """Train IA3 on 1000 rows of a task, save it in `directory/vectors/<name>`; returns test accuracy."""
    splits = load_task(task)
    labels = splits["pool"].features["label"].names
    model, tokenizer = load_model(model_name, num_labels=len(labels) if model_name == "tiny-bert" else None)
    attach(model, IA3())
    rows = encode(model, tokenizer, few_shot(splits["pool"], SHOTS, seed=0))
    with torch.autocast("cpu", torch.bfloat16, enabled=fast_bfloat16()):
        fit(model, rows, steps=STEPS, learning_rate=learning_rate, batch_size=BATCH, seed=0)
    save_adapter(model, directory / "vectors" / name)
    return accuracy(model, tokenizer, splits["test"])


def make_all_vectors(directory: Path) -> dict[str, float]:
    """The adapters of all tasks on `tiny-bloom`, and of sentiment on `tiny-bert`."""
    found = {task: make_vectors(directory, "tiny-bloom", task, 3e-2, task) for task in task_names()}
    name = "bert-sentiment"
    return found | {name: make_vectors(directory, "tiny-bert", "sentiment", 3e-2, name)}
