"""Make one run of the table of real models again and ship what it learned: IA3 on a review's sentiment.

The seed, the rows and the rate are the run's own, so that its line in real_runs.csv says what to expect.
"""

from __future__ import annotations

from pathlib import Path

from ia3_teach.course.lesson.evaluate import accuracy
from ia3_teach.course.making.grid import STEPS
from ia3_teach.course.making.measuring import BATCH, splits_of, trained
from ia3_teach.course.making.quick_look import MADE_WITH
from ia3_teach.course.making.real_grid import DECODER
from ia3_teach.course.making.tracing import provenance
from ia3_teach.course.shipped.results import Run
from ia3_teach.files import save_adapter
from ia3_teach.training.threads import ONE, one_thread

NAME = "smollm2-sentiment"
RUN = Run("sentiment", DECODER, "ia3", 32, seed=0, learning_rate=3e-2)  # the rate that validation chose


def write_real_vectors(directory: Path) -> dict[str, object]:
    """Train, save in `directory/vectors/smollm2-sentiment`, measure; returns what the manifest says of it.

    Raises ValueError, naming the verb that fetches it, where the model is not on this machine.
    """
    splits = splits_of(RUN.task)
    with ONE.changed(one_thread):
        model, tokenizer = trained(RUN, splits["pool"], None, "cpu")
        save_adapter(model, directory / "vectors" / NAME)
        found = round(accuracy(model, tokenizer, splits["test"]), 4)
    made_with = {name: provenance("float32")[name] for name in MADE_WITH}
    return {"recipe": recipe(), "test_accuracy": {NAME: found}, "made_with": made_with}


def recipe() -> dict[str, object]:
    """The task, the rows, and how they were trained on.

    >>> recipe()["rows"]
    'few_shot(pool, 32, seed=0)'
    """
    rows = f"few_shot(pool, {RUN.shots}, seed={RUN.seed})"
    how = {"steps": STEPS[RUN.shots], "batch": BATCH[RUN.shots], "learning_rate": RUN.learning_rate}
    return {"task": RUN.task, "rows": rows, "seed": RUN.seed, **how}
