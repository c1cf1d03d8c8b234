"""The checks of lesson 01 accept the reference and name every known wrong answer."""

import pytest
from torch import Tensor

from ia3_teach.check import lesson_01
from ia3_teach.check.failure import CheckFailed
from ia3_teach.check.mutants import assert_rejects

Solved = list[dict[str, str]]


def parts(solved: Solved) -> list[str]:
    return [f"{example['prompt']} {example['answer']}" for example in solved]


def build(solved: Solved, row: dict[str, str]) -> str:
    return "\n".join([*parts(solved), row["prompt"]])


def unsolved(solved: Solved, row: dict[str, str]) -> str:
    return "\n".join([*(example["prompt"] for example in solved), row["prompt"]])


def glued(solved: Solved, row: dict[str, str]) -> str:
    return "\n".join([*(example["prompt"] + example["answer"] for example in solved), row["prompt"]])


def extra_break(solved: Solved, row: dict[str, str]) -> str:
    return "\n".join(parts(solved)) + "\n" + row["prompt"]


def shifted(solved: Solved, row: dict[str, str]) -> str:
    answers = [example["answer"] for example in solved]
    pairs = zip(solved, answers[1:] + answers[:1], strict=True)
    return "\n".join([*(f"{example['prompt']} {answer}" for example, answer in pairs), row["prompt"]])


def strips(solved: Solved, row: dict[str, str]) -> str:
    every = [{key: text.strip() for key, text in one.items()} for one in (*solved, row)]
    return build(every[:-1], every[-1])


def solves_in_place(solved: Solved, row: dict[str, str]) -> str:
    for example in solved:
        example["prompt"] += " " + example["answer"]
    return "\n".join([*(example["prompt"] for example in solved), row["prompt"]])


def takes_the_answer(solved: Solved, row: dict[str, str]) -> str:
    row.pop("answer")
    return build(solved, row)


def test_few_shot_prompt_rejects_every_known_wrong_answer() -> None:
    assert_rejects(
        lesson_01.few_shot_prompt,
        reference=build,
        mutants={
            "the answer leaks": (lambda solved, row: "\n".join(parts([*solved, row])), "leaked"),
            "examples unsolved": (unsolved, "have no answers"),
            "question missing": (lambda solved, row: "\n".join(parts(solved)), "question itself is missing"),
            "question first": (lambda solved, row: "\n".join([row["prompt"], *parts(solved)]), "comes LAST"),
            "space at the end": (lambda solved, row: build(solved, row) + " ", "brings its own"),
            "words between": (lambda solved, row: build(solved, row).replace(": ", ": so "), "one space"),
            "no space": (glued, "the space between"),
            "another's answer": (shifted, "ITS answer"),
            "one dropped": (lambda solved, row: build(solved[1:], row), "was dropped"),
            "reversed": (lambda solved, row: build(solved[::-1], row), "changed their order"),
            "no line breaks": (
                lambda solved, row: " ".join([*parts(solved), row["prompt"]]),
                "one line break, ",
            ),
            "break before nothing": (extra_break, "not even a line break"),
            "strips": (strips, "white space around a prompt"),
            "strips all": (lambda solved, row: build(solved, row).strip(), "the whole text was stripped"),
            "solves in place": (solves_in_place, "solved was changed by the call: build new texts"),
            "takes the answer": (takes_the_answer, "row was changed by the call: build new texts"),
            "two alone": (lambda solved, row: build(list(zip(*solved, strict=True)), row), "read the error"),
            "a list": (lambda solved, row: [*parts(solved), row["prompt"]], "one text"),
        },
    )


def of_all_rows(logits: Tensor, answers: list[int]) -> Tensor:
    less = logits - logits.max()
    return less[:, answers] - less.exp().sum(1, keepdim=True).log()


def score(logits: Tensor, answers: list[int]) -> Tensor:
    return logits.log_softmax(-1)[:, answers]


def test_answer_scores_rejects_every_known_wrong_answer() -> None:
    assert_rejects(
        lesson_01.answer_scores,
        reference=score,
        mutants={
            "argmax over the vocabulary": (lambda logits, answers: logits.argmax(-1), "no answer: look up"),
            "logits": (lambda logits, answers: logits[:, answers], "these are logits"),
            "probabilities": (lambda logits, answers: logits.softmax(-1)[:, answers], "take their logarithm"),
            "among the answers": (
                lambda logits, answers: logits[:, answers].log_softmax(-1), "see the whole vocab"
            ),
            "softmax over rows": (lambda logits, answers: logits.log_softmax(0)[:, answers], "over the rows"),
            "one largest": (of_all_rows, "each row needs its own largest"),
            "other order": (lambda logits, answers: score(logits, sorted(answers)), "sorted by token id"),
            "index": (lambda logits, answers: score(logits, answers).argmax(-1), "[2] came back, not [2, 2]"),
            "squeezed": (lambda logits, answers: score(logits, answers).squeeze(), "axis of size 1 is gone"),
            "one long row": (lambda logits, answers: score(logits, answers).flatten(), "[4] came back"),
            "two answers only": (lambda logits, answers: score(logits, answers[:2]), "however many"),
        },
    )  # fmt: skip


def test_prediction_flops_rejects_every_known_wrong_answer() -> None:
    assert_rejects(
        lesson_01.prediction_flops,
        reference=lambda n, k, t, q: 2 * n * (k * t + q),
        mutants={
            "examples forgotten": (lambda n, k, t, q: 2 * n * q, "examples are forgotten"),
            "question forgotten": (lambda n, k, t, q: 2 * n * k * t, "question's own tokens"),
            "one example": (lambda n, k, t, q: 2 * n * (t + q), "one example was counted"),
            "training": (lambda n, k, t, q: 6 * n * (k * t + q), "cost of training"),
            "no factor": (lambda n, k, t, q: n * (k * t + q), "factor of 2"),
            "question every time": (lambda n, k, t, q: 2 * n * k * (t + q), "read once"),
            "at least one": (lambda n, k, t, q: 2 * n * (max(k, 1) * t + q), "cost nothing"),
        },
    )


def test_a_logarithm_of_0_is_told_as_infinite() -> None:
    with pytest.raises(CheckFailed, match=r"largest difference inf at \[0, 0\]"):
        lesson_01.answer_scores(lambda logits, answers: logits.softmax(-1).log()[:, answers])
