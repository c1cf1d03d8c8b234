"""Checks of lesson 01: a prompt with solved examples, scores of answers, FLOPs of a prediction."""

from collections.abc import Callable

import torch
from torch import Tensor

from ia3_teach.check.core import expect, expect_close, expect_equal, run_properties
from ia3_teach.check.solved_examples import few_shot_prompt

__all__ = ["answer_scores", "few_shot_prompt", "prediction_flops"]

_ANSWERS = [4, 1]


def _logits() -> Tensor:
    """Two rows, five words; no answer word is the most likely one of its row."""
    return torch.tensor([[1.0, 0.5, 3.0, 0.0, 2.0], [0.0, 1.5, 0.2, 4.0, -1.0]])


def _log_p(logits: Tensor) -> Tensor:
    """log p of each word of each row, word by word."""
    rows = [[value - torch.stack([v.exp() for v in row]).sum().log() for value in row] for row in logits]
    return torch.stack([torch.stack(row) for row in rows])


def _scores_are_log_probabilities(score: Callable) -> None:
    """one log-probability for each answer of each row"""
    logits = _logits()
    log_p = _log_p(logits)
    right, picked = log_p[:, _ANSWERS], logits[:, _ANSWERS]
    among = picked.softmax(-1)
    best = logits.argmax(-1)
    found = score(logits.clone(), list(_ANSWERS))
    if isinstance(found, Tensor) and tuple(found.shape) == tuple(best.shape):
        told = "argmax over the whole vocabulary names a word that is no answer: look up the answers' entries"
        expect(not torch.equal(found, best), "scores of the answers", str(found.tolist()), told)
    known = {
        "these are probabilities; take their logarithm": right.exp(),
        "these are logits: the logarithm of the sum over all words is not subtracted": picked,
        "the softmax ran over the ANSWERS alone; it must see the whole vocabulary": among.log(),
        "these are probabilities, and among the answers only": among,
        "the softmax ran over the rows, not over the words": logits.log_softmax(0)[:, _ANSWERS],
        "the answers' columns stand in another order": right.flip(-1),
    }
    expect_close(found, right, "answer_scores(logits, [4, 1])",
                 "shape (B, number of answers): column j belongs to answers[j]", known=known)  # fmt: skip


def _any_number_of_answers(score: Callable) -> None:
    """three answers are as good as two"""
    logits = torch.randn(3, 5)
    right = _log_p(logits)[:, [0, 3, 2]]
    mistake = "use all the token ids in `answers`, however many"
    expect_close(score(logits, [0, 3, 2]), right, "answer_scores(logits, [0, 3, 2])", mistake)


def answer_scores(score: Callable) -> None:
    """Check `answer_scores(logits, answers)`."""
    run_properties(score, [_scores_are_log_probabilities, _any_number_of_answers])


def _every_token_is_paid(flops: Callable) -> None:
    """all tokens of the prompt are paid, with one multiplication and one addition per value"""
    for values, examples, tokens, question in ((10, 3, 7, 5), (1000, 41, 98, 103)):
        total = examples * tokens + question
        mistakes = {
            2
            * values
            * question: "the tokens of the examples are forgotten: they are read at every prediction",
            2 * values * examples * tokens: "the question's own tokens are missing",
            2 * values * (tokens + question): "one example was counted; the prompt has n_examples of them",
            6 * values * total: "6 per value and token is the cost of training; nothing is trained here",
            values * total: "each value takes part in one multiplication AND one addition: a factor of 2",
            2
            * values
            * examples
            * (tokens + question): "the question is read once, not once for each example",
        }
        found = flops(values, examples, tokens, question)
        mistake = mistakes.get(found, "count the tokens of the whole prompt first")
        what = f"prediction_flops({values}, {examples}, {tokens}, {question})"
        expect_equal(found, 2 * values * total, what, mistake)


def _without_examples(flops: Callable) -> None:
    """without examples only the question is paid"""
    mistake = "with n_examples = 0 the examples cost nothing"
    expect_equal(flops(10, 0, 7, 5), 100, "prediction_flops(10, 0, 7, 5)", mistake)


def prediction_flops(flops: Callable) -> None:
    """Check `prediction_flops(n_values, n_examples, example_tokens, question_tokens)`."""
    run_properties(flops, [_every_token_is_paid, _without_examples])
