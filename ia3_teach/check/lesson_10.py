"""Checks of lesson 10: masking the prompt, the shift of the labels, rows that are too long."""

from collections.abc import Callable

import torch
from torch import Tensor

from ia3_teach.check.core import expect, expect_close, expect_equal, run_properties
from ia3_teach.check.too_long import cut_rows

__all__ = ["answer_loss", "cut_rows", "join_pair"]

PROMPT, ANSWER, END = [5, 8, 13, 8], [8, 21, 5], 2  # 8 and 5 occur in both: only the place tells


def _joined(join: Callable) -> tuple[list[int], list[int]]:
    """The learner's two lists for the example."""
    found = join(list(PROMPT), list(ANSWER), END)
    is_pair = isinstance(found, tuple | list) and len(found) == 2 and all(isinstance(x, list) for x in found)
    expect(
        is_pair, "a pair of lists, input_ids and labels", f"{found!r}", "return input_ids, labels: two lists"
    )
    return found[0], found[1]


def _reads_everything(join: Callable) -> None:
    """input_ids are prompt, answer and the end"""
    ids, _ = _joined(join)
    known = {
        str(PROMPT + ANSWER): "the end is missing: the model would never learn to stop",
        str(
            PROMPT + [END] + ANSWER + [END]
        ): "an end between prompt and answer: the prompt is not over there",
        str(PROMPT): "the answer is missing: while training, the model reads it too",
    }
    mistake = known.get(str(ids), "the order is prompt, answer, end")
    expect_equal(ids, PROMPT + ANSWER + [END], "input_ids", mistake)


def _one_label_per_token(join: Callable) -> None:
    """there are as many labels as tokens"""
    ids, labels = _joined(join)
    mistake = "each token needs a label, -100 where it is not learned"
    expect_equal(len(labels), len(ids), "len(labels)", mistake)


def _masks_the_prompt(join: Callable) -> None:
    """the labels are -100 on the prompt, and the tokens themselves from there on"""
    ids, labels = _joined(join)
    n, rest = len(PROMPT), [*ANSWER, END]
    by_value = [-100 if token in PROMPT else token for token in ids]
    known = {
        str(ids): "nothing is masked: the model learns to write instructions",
        str([-100] * (n - 1) + PROMPT[-1:] + rest): "one token too few: the prompt's last one is learned",
        str([-100] * (n + 1) + rest[1:]): "one token too many: the answer's first one is never learned",
        str([-100] * n + ANSWER + [-100]): "the end has the label -100, so nobody teaches the model to stop",
        str([0] * n + rest): "0 is a token like any other; the label that is left out is -100",
        str(by_value): "tokens of the answer that also occur in the prompt are masked: go by place",
        str(
            [*([-100] * n + rest)[1:], -100]
        ): "shifted by one: leave that to the model, which does it itself",
        str([-100] * len(ids)): "everything is masked: nothing is left to learn",
    }
    mistake = known.get(str(labels), "-100 for each token of the prompt, then answer and end")
    expect_equal(labels, [-100] * n + rest, "labels", mistake)


def _leaves_them_alone(join: Callable) -> None:
    """the lists that were handed over are not changed"""
    prompt, answer = list(PROMPT), list(ANSWER)
    join(prompt, answer, END)
    mistake = "a list was changed in place (+= or append); make new ones"
    expect_equal((prompt, answer), (PROMPT, ANSWER), "(prompt_ids, answer_ids) afterwards", mistake)


def join_pair(join: Callable) -> None:
    """Check `join_pair(prompt_ids, answer_ids, eos_id)`."""
    run_properties(join, [_reads_everything, _one_label_per_token, _masks_the_prompt, _leaves_them_alone])


def _batch() -> tuple[Tensor, Tensor]:
    """Two rows of six positions over five words; one learned token in the first row, three in the second."""
    logits = torch.randn(2, 6, 5, dtype=torch.float64)
    labels = torch.tensor([[-100, -100, -100, 3, -100, -100], [-100, -100, 2, 0, 4, -100]])
    return logits, labels


def _by_loop(logits: Tensor, labels: Tensor, ahead: int = 1) -> list[list[Tensor]]:
    """-log p of each label at position t + ahead, predicted at position t; one list for each row."""
    return [
        [
            -row[t].log_softmax(-1)[marks[t + ahead]]
            for t in range(len(row))
            if 0 <= t + ahead < len(row) and marks[t + ahead] != -100
        ]
        for row, marks in zip(logits, labels, strict=True)
    ]


def _mean(rows: list[list[Tensor]]) -> Tensor:
    return torch.stack([term for row in rows for term in row]).mean()


def _predicts_the_next(loss: Callable) -> None:
    """position t is judged by the label of position t + 1, over the learned tokens alone"""
    logits, labels = _batch()
    terms = _by_loop(logits, labels)
    flat = torch.stack([term for row in terms for term in row])
    as_token_0 = labels.clamp(min=0)
    known = {
        "not shifted: position t was judged by its own label, which it has read": _mean(
            _by_loop(logits, labels, 0)
        ),
        "shifted twice: position t was judged by the label two places on": _mean(_by_loop(logits, labels, 2)),
        "shifted the wrong way: position t was judged by the token before it": _mean(
            _by_loop(logits, labels, -1)
        ),
        "that is the sum: divide by the number of learned tokens": flat.sum(),
        "divided by all positions, learned or not": flat.sum() / (labels[:, 1:].numel()),
        "the mean of the rows' means: a short answer weighs as much as a long one": torch.stack(
            [torch.stack(row).mean() for row in terms]
        ).mean(),
        "labels of -100 were counted, as if they were token 0": _mean(_by_loop(logits, as_token_0)),
        "the sign: a loss is MINUS the log-probability": -flat.mean(),
    }
    expect_close(
        loss(logits.clone(), labels.clone()), flat.mean(), "the loss",
        "logits[:, :-1] belong to labels[:, 1:]", known=known,
    )  # fmt: skip


def _has_a_gradient(loss: Callable) -> None:
    """the result can be differentiated"""
    logits, labels = _batch()
    found = loss(logits.requires_grad_(), labels)
    expect(
        isinstance(found, Tensor) and found.requires_grad,
        "a tensor with a gradient", type(found).__name__, "no .item(), no detach: training needs the graph",
    )  # fmt: skip


def answer_loss(loss: Callable) -> None:
    """Check `answer_loss(logits, labels)`."""
    run_properties(loss, [_predicts_the_next, _has_a_gradient])
