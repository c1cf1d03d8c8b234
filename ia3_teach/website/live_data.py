"""What the live pages share: the model, its tasks and vectors in one script, and the dial's beginning."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from ia3_teach import activate, count, dial, load_adapter, load_model, load_task, vectors
from ia3_teach.course.lesson import scores, vectors_directory
from ia3_teach.course.shipped.tasks import task_names
from ia3_teach.views.live_model import facts_of, numbers_of, weights_of

if TYPE_CHECKING:
    from datasets import Dataset

MODEL = "tiny-bloom"
FIRST = "formality"  # the task of lesson 00
TEXTS = 6  # of each task that a page offers: see live_model.EXAMPLES
STOPS = [step / 20 - 1 for step in range(81)]  # of the dial: see views/live/dial/dial.js


class Live:
    """The model with all shipped vectors."""

    def __init__(self) -> None:
        self.model, self.tokenizer = load_model(MODEL)
        names = [FIRST, *(name for name in task_names() if name != FIRST)]
        self.tasks = {name: load_task(name)["test"] for name in names}
        for name in names:
            load_adapter(self.model, vectors_directory(name), name)
        self.facts = facts_of(self.model, self.tokenizer, self.tasks)

    def sizes(self) -> dict[str, int]:
        """{total, learned}: the numbers of the frozen model, and those of one task's vectors."""
        found = sum(matrix.numel() for matrix in vectors(self.model, FIRST).values())
        activate(self.model, None)
        return {"total": count(self.model).total - len(self.tasks) * found, "learned": found}

    def script(self) -> str:
        """A script that any page may load, also from disk: `ia3Live` = {facts, values, weights}."""
        values = numbers_of({name: vectors(self.model, name) for name in self.tasks})
        weights = weights_of(self.model, FIRST)
        data = {
            "facts": self.facts,
            "values": base64.b64encode(values).decode(),
            "weights": base64.b64encode(weights).decode(),
        }
        return f"globalThis.ia3Live = {json.dumps(data, separators=(',', ':'))};\n"

    def beginning(self) -> dict[str, Any]:
        """{text, question, shares, along} of the dial, before the model is read: at 0, and at each stop.

        The text is the first about which the vectors put the model right, if there is one.
        """
        activate(self.model, FIRST)
        rows = self.tasks[FIRST].select(range(TEXTS))
        learned = scores(self.model, self.tokenizer, rows).argmax(-1).tolist()
        with dial(self.model, 0.0):
            frozen = scores(self.model, self.tokenizer, rows).argmax(-1).tolist()
        told = [learned[i] == label != frozen[i] for i, label in enumerate(rows["label"])]
        row = told.index(True) if any(told) else 0
        about, along = self.facts["tasks"][FIRST], self.along(rows.select([row]))
        shares = dict(zip(about["labels"], along[STOPS.index(0)], strict=True))
        return {"text": rows["text"][row], "question": about["question"], "shares": shares, "along": along}

    def along(self, rows: Dataset) -> list[list[float]]:
        """The share of each label of one row at each stop of the dial."""
        found = []
        for strength in STOPS:
            with dial(self.model, strength):
                shares = scores(self.model, self.tokenizer, rows).softmax(-1)[0].tolist()
            found.append([round(share, 5) for share in shares])
        return found
