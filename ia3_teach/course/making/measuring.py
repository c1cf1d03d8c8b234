"""Do one run: train a model with some examples, or ask it as it is, and measure what comes of it."""

from __future__ import annotations

import copy
import time
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING

import torch

from ia3_teach.course.lesson.evaluate import accuracy, encode
from ia3_teach.course.making import few_shot as t_few
from ia3_teach.course.making.asking import frozen, is_asked, share_right, splits_of
from ia3_teach.course.making.grid import STEPS
from ia3_teach.course.making.methods import FAMILY, METHODS, REAL_METHODS, Method
from ia3_teach.course.making.objectives import fast_bfloat16
from ia3_teach.course.making.tracing import TracedRun, provenance
from ia3_teach.course.shipped.models import load_model
from ia3_teach.course.shipped.real_models import CARRIERS
from ia3_teach.course.shipped.results import Run
from ia3_teach.course.shipped.tasks import few_shot, label_names
from ia3_teach.training.bars import without_bars
from ia3_teach.training.loop import NotFinite, fit
from ia3_teach.wording import brief

if TYPE_CHECKING:
    from datasets import Dataset
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

DECODERS = ("tiny-bloom", "smollm2-135m")
BATCH = {32: 8, 256: 8, 3000: 16}

_alone = Lock()


def traced(run: Run, device: str = "cpu") -> TracedRun:
    """A run and its provenance, on one thread: sums of several depend on how many there are.

    One run at a time in a process, since torch has one random state for all its threads.
    """
    with _alone, without_bars():
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        try:
            elsewhere = {} if device == "cpu" else {"device": device}
            origin = provenance("" if short_of_float32(run, device) else "float32", device)
            return TracedRun(**vars(measured(run, **elsewhere)), **origin)
        finally:
            torch.set_num_threads(threads)
            if device != "cpu":
                torch.get_device_module(device).empty_cache()  # for the other processes


def short_of_float32(run: Run, device: str) -> bool:
    """Whether a run may be made in bfloat16: the tiny models, on processors that are fast at it."""
    return fast_bfloat16() and device == "cpu" and run.model not in CARRIERS


def measured(run: Run, source: str | None = None, device: str = "cpu") -> Run:
    """Do one run: load, train, and measure validation and test accuracy.

    `source` is the directory of a BERT that is not shipped; it is trained as tiny-bert is.
    """
    start = time.time()
    # Without cache_enabled=False autocast keeps the first bfloat16 copy of each trained weight.
    with torch.autocast("cpu", torch.bfloat16, enabled=short_of_float32(run, device), cache_enabled=False):
        if is_asked(run.method):  # nothing is chosen
            validation, test = float("nan"), share_right(run, device)
        else:
            splits = t_few.answered(splits_of(run.task), run)
            model, tokenizer = trained(run, splits["pool"], source, device)
            validation, test = (accuracy(model, tokenizer, splits[name]) for name in ("validation", "test"))
    return run.with_results(validation, test, time.time() - start)


def trained(
    run: Run, pool: Dataset, source: str | None, device: str
) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """A model, and what the run's method makes of it with the run's examples."""
    if run.model in DECODERS:
        model, tokenizer = copy.deepcopy(frozen(run.model, device))
    else:
        classes = len(label_names(pool))
        model, tokenizer = load_model(source or run.model, num_labels=classes, seed=run.seed)
    rows = pool if run.shots >= len(pool) else few_shot(pool, run.shots, run.seed)
    model.to(device)
    if t_few.is_few_shot(run.method):
        t_few.train(model, tokenizer, rows, run, STEPS[run.shots])
        return model, tokenizer
    examples = encode(model, tokenizer, rows)
    torch.manual_seed(run.seed)
    method_of(run).prepare(model, examples)
    how = {"steps": STEPS[run.shots], "batch_size": BATCH[run.shots], "learning_rate": run.learning_rate}
    with suppress(NotFinite):  # a rate too high: the model is measured as it was before that step
        fit(model, examples, seed=run.seed, **how)
    return model, tokenizer


def method_of(run: Run) -> Method:
    """What the run's method does; a BERT that is not shipped is trained as tiny-bert is."""
    for table in (METHODS.get(run.model, {}), REAL_METHODS.get(run.model, {}), METHODS["tiny-bert"], FAMILY):
        if run.method in table:
            return table[run.method]
    raise ValueError(f"no method is called {brief(run.method)}")
