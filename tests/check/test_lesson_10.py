"""The checks of lesson 10 accept the reference and name every known wrong answer."""

from torch.nn import functional

from ia3_teach.check import lesson_10
from ia3_teach.check.mutants import assert_rejects


def join(prompt, answer, end, mutant: str = ""):
    """The reference; `mutant` changes one thing."""
    ids, n = prompt + answer + [end], len(prompt)
    labels = {
        "learns the prompt": ids,
        "one too few": [-100] * (n - 1) + ids[n - 1 :],
        "one too many": [-100] * (n + 1) + ids[n + 1 :],
        "end not learned": [-100] * n + answer + [-100],
        "zero": [0] * n + ids[n:],
        "by value": [-100 if token in prompt else token for token in ids],
        "shifts": [-100] * (n - 1) + ids[n:] + [-100],
        "masks all": [-100] * len(ids),
        "answer labels only": ids[n:],
    }
    return ids, labels.get(mutant, [-100] * n + ids[n:])


def in_place(prompt, answer, end):
    labels = [-100] * len(prompt) + answer + [end]
    prompt += [*answer, end]
    return prompt, labels


def one_list(prompt, answer, end):
    ids = labels = prompt + answer + [end]
    labels[: len(prompt)] = [-100] * len(prompt)
    return ids, labels


def test_join_pair_rejects_every_known_wrong_answer() -> None:
    messages = {
        "learns the prompt": "learns to write instructions",
        "one too few": "one token too few",
        "one too many": "one token too many",
        "end not learned": "nobody teaches",
        "zero": "a token like any other",
        "by value": "go by place",
        "shifts": "leave that to the model",
        "masks all": "everything is masked",
        "answer labels only": "each token needs a label",
    }
    mutants = {
        name: (lambda *lists, name=name: join(*lists, mutant=name), text) for name, text in messages.items()
    }
    mutants |= {
        "no end": (lambda p, a, e: (p + a, [-100] * len(p) + a), "never learn to stop"),
        "end between": (
            lambda p, a, e: ([*p, e, *a, e], [-100] * (len(p) + 1) + [*a, e]), "the prompt is not over",
        ),
        "reads the prompt only": (lambda p, a, e: (p, [*a, e]), "the answer is missing"),
        "returns ids only": (lambda p, a, e: p + a + [e], "return both"),
        "one list for both": (one_list, "a second name, no copy"),
        "changes the prompt": (in_place, "in place"),
    }  # fmt: skip
    assert_rejects(lesson_10.join_pair, reference=join, mutants=mutants)


def loss(logits, labels, mutant: str = ""):
    """The reference; `mutant` changes one thing."""
    here, wanted = logits[:, :-1], labels[:, 1:]
    if mutant == "no shift":
        here, wanted = logits, labels
    if mutant == "twice":
        here, wanted = logits[:, :-2], labels[:, 2:]
    if mutant == "backwards":
        here, wanted = logits[:, 1:], labels[:, :-1]
    if mutant == "counts the prompt":
        wanted = wanted.clamp(min=0)
    if mutant == "leaves out 0":
        wanted = wanted.where(wanted > 0, -100)
    if mutant == "flattened first":
        here, wanted = logits.flatten(0, 1)[None, :-1], labels.flatten()[None, 1:]
    per_row = [functional.cross_entropy(row, marks) for row, marks in zip(here, wanted, strict=True)]
    total = functional.cross_entropy(here.flatten(0, 1), wanted.flatten(), reduction="sum")
    return {
        "sum": total,
        "all positions": total / wanted.numel(),
        "rows": sum(per_row) / len(per_row),
        "sign": -total / (wanted != -100).sum(),
        "number": (total / (wanted != -100).sum()).detach(),
    }.get(mutant, total / (wanted != -100).sum())


def test_answer_loss_rejects_every_known_wrong_answer() -> None:
    messages = {
        "no shift": "not shifted",
        "twice": "shifted twice",
        "backwards": "the wrong way",
        "counts the prompt": "as if they were token 0",
        "leaves out 0": "only -100 is left out",
        "flattened first": "flattened before the shift",
        "sum": "that is the sum",
        "all positions": "divided by all positions",
        "rows": "mean of the rows' means",
        "sign": "MINUS",
        "number": "training needs the graph",
    }
    mutants = {
        name: (lambda *tensors, name=name: loss(*tensors, mutant=name), text)
        for name, text in messages.items()
    }
    assert_rejects(lesson_10.answer_loss, reference=loss, mutants=mutants)


def cut(row, length):
    return {name: ids[:length] for name, ids in row.items()}


def learned(row) -> bool:
    return any(label != -100 for label in row["labels"])


def cut_rows(rows, length):
    return [short for row in rows if learned(short := cut(row, length))]


def cut_in_place(rows, length):
    for row in rows:
        row.update(cut(row, length))
    return [row for row in rows if learned(row)]


def from_the_left(rows, length):
    return [{name: ids[-length:] for name, ids in row.items()} for row in rows]


def ids_only(rows, length):
    return [row | {"input_ids": row["input_ids"][:length]} for row in rows]


def test_cut_rows_rejects_every_known_wrong_answer() -> None:
    assert_rejects(
        lesson_10.cut_rows,
        reference=cut_rows,
        mutants={
            "no cut": (lambda rows, length: list(rows), "is the cut"),
            "ids only": (ids_only, "at the same place"),
            "from the left": (from_the_left, "the beginning was cut off"),
            "keeps all": (lambda rows, length: [cut(row, length) for row in rows], "0 / 0"),
            "drops long ones": (
                lambda rows, length: [row for row in rows if len(row["labels"]) <= length], "half there",
            ),
            "drops full ones": (
                lambda rows, length: [row for row in rows if len(row["labels"]) < length],
                "exactly max_length tokens fits",
            ),
            "keeps the lost ones": (
                lambda rows, length: [
                    short for row in rows if not learned(short := cut(row, length))
                ], "the wrong ones were kept",
            ),
            "one place too far": (
                lambda rows, length: [cut(row, length) for row in rows if learned(cut(row, length + 1))],
                "AFTER the cut",
            ),
            "unmasks": (
                lambda rows, length: [row | {"labels": row["input_ids"]} for row in cut_rows(rows, length)],
                "beyond the cut",
            ),
            "returns a generator": (lambda rows, length: iter(cut_rows(rows, length)), "list of dicts"),
            "in place": (cut_in_place, "cut in place"),
        },
    )  # fmt: skip
