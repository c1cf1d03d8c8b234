"""`python -m ia3_teach pretrain`: the tokenizer, the tasks and the tiny models, from a seed."""

import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from ia3_teach.course.making.loop import train
from ia3_teach.course.making.make_instructions import write_instructions
from ia3_teach.course.making.make_tasks import write_tasks
from ia3_teach.course.making.make_vectors import write_vectors
from ia3_teach.course.making.recipes import (
    SIZES,
    Size,
    bert_objective,
    bloom_objective,
    new_bert,
    new_bloom,
)
from ia3_teach.course.making.watch import Watch
from ia3_teach.course.shipped import manifest
from ia3_teach.course.shipped.paths import own_data_dir
from ia3_teach.course.world.tokens import train_tokenizer, with_cls
from ia3_teach.wording import brief, short

_MAKERS = {
    "tiny-bloom": (new_bloom, bloom_objective),
    "tiny-bert": (new_bert, bert_objective),
}


def pretrain(models: Sequence[str] | str | None = None, seed: int = 0, resume: bool = True) -> None:
    """Make the data, the tiny models (both, or those named) and their vectors again, in the data directory.

    Interrupted, it goes on from its last checkpoint when called again; `resume=False` starts anew.
    Tasks and tokenizer are the same byte for byte for one seed, models up to floating point.
    Set IA3_TEACH_DATA to a copy of the data directory to leave the shipped files alone.
    Raises ValueError for an unknown model, DataError for a directory that is not to be written.
    """
    directory = own_data_dir()
    names = [models] if isinstance(models, str) and models != "all" else models
    names = list(_MAKERS) if names in (None, "all", []) else list(names)
    for name in names:
        if name not in _MAKERS:
            raise ValueError(f"no recipe for {brief(name)}; there are {short(', '.join(_MAKERS))}")
    write_tasks(directory, seed)
    write_instructions(directory, seed)
    manifest.write(directory, {})
    for name in names:
        table = directory / "results" / "pretraining.csv"
        facts = pretrain_one(name, directory, SIZES[name], seed, resume, table=table)
        manifest.write(directory, {name: facts})
        vectors = write_vectors(directory, name)
        manifest.write(directory, {f"vectors of {name}": vectors})


def pretrain_one(
    name: str,
    directory: Path,
    size: Size,
    seed: int = 0,
    resume: bool = True,
    stop_at: int | None = None,
    table: Path | None = None,
) -> dict[str, object]:
    """Train one tiny model into `directory/models/<name>`; returns its recipe and losses.

    The checkpoint lies in `directory/checkpoints` until the model is saved. `stop_at` ends early.
    What probes find on the way is added to `table`.
    """
    start = time.time()
    tokenizer = train_tokenizer(seed, size.tokenizer_documents)
    if name == "tiny-bert":
        tokenizer = with_cls(tokenizer)
    new, objective = _MAKERS[name]
    checkpoint = directory / "checkpoints" / f"{name}.pt"
    checkpoint.parent.mkdir(parents=True, exist_ok=True)
    if not resume:
        checkpoint.unlink(missing_ok=True)
    model, loss_of = new(tokenizer, size, seed), objective(tokenizer, size, seed)
    watch = Watch(table, name, tokenizer, size) if table else None
    losses = train(model, loss_of, size.steps, size.rate_at, checkpoint, stop_at=stop_at, watch=watch)
    if len(losses) == size.steps:
        model.save_pretrained(directory / "models" / name)
        tokenizer.save_pretrained(directory / "models" / name)
        checkpoint.unlink()
    minutes = round((time.time() - start) / 60, 1)
    facts = {"seed": seed, "recipe": asdict(size), "steps": size.steps}
    return facts | {"losses": summary(losses), "minutes": minutes}


def summary(losses: list[float]) -> dict[str, float]:
    """The first loss, and the mean over each fifth of the training."""
    fifth = max(1, len(losses) // 5)
    parts = {f"fifth_{i + 1}": losses[i * fifth : (i + 1) * fifth] for i in range(5)}
    means = {name: sum(part) / len(part) for name, part in parts.items() if part}
    return {name: round(value, 4) for name, value in ({"first": losses[0]} | means).items()}
