"""Checks of lesson 01: a prompt with solved examples, scores of answers, FLOPs of a prediction."""

import torch
from torch import Tensor

from ia3_teach.check.drawing import Draw
from ia3_teach.check.judging import untouched, values
from ia3_teach.check.probing.calls import call_each, case
from ia3_teach.check.shape import Cases, Exercise
from ia3_teach.check.solved_examples import few_shot_prompt

__all__ = ["answer_scores", "few_shot_prompt", "prediction_flops"]


def _log_p(logits: Tensor) -> Tensor:
    """log p of each word of each row, word by word."""
    rows = []
    for row in logits - logits.max(-1, keepdim=True).values:
        total = torch.stack([value.exp() for value in row]).sum()
        rows.append(torch.stack([value - total.log() for value in row]))
    return torch.stack(rows)


def _one_largest(logits: Tensor, answers: list[int]) -> Tensor:
    """The largest logit of all rows taken from each; in float32, as the answer computes."""
    less = (logits - logits.max()).float()
    return less[:, answers] - less.exp().sum(1, keepdim=True).log()


def _scores(logits: Tensor, answers: list[int]) -> Tensor:
    return _log_p(logits)[:, answers]


KNOWN = {
    "argmax over the whole vocabulary names a word that is no answer: look up the answers' entries":
        lambda logits, answers: logits.argmax(-1),
    "these are probabilities; take their logarithm": lambda logits, answers: _scores(logits, answers).exp(),
    "these are logits: the logarithm of the sum over all words is not subtracted":
        lambda logits, answers: logits[:, answers],
    "the softmax ran over the ANSWERS alone; it must see the whole vocabulary":
        lambda logits, answers: logits[:, answers].log_softmax(-1),
    "these are probabilities, and among the answers only": lambda logits, answers: logits[:,
    answers].softmax(-1),
    "only the first two answers were used: use all the token ids, however many":
        lambda logits, answers: _scores(logits, answers[:2]),
    "the softmax ran over the rows, not over the words":
        lambda logits, answers: logits.log_softmax(0)[:, answers],
    "the answers' columns stand in another order": lambda logits, answers: _scores(logits, answers[::-1]),
    "the columns are sorted by token id; column j belongs to answers[j]":
        lambda logits, answers: _scores(logits, sorted(answers)),
    "the sign: a log-probability is negative, and this is its opposite":
        lambda logits, answers: -_scores(logits, answers),
    "the logarithm is the one of base 2; log p is the natural one":
        lambda logits, answers: _scores(logits, answers) / torch.tensor(2.0).log(),
    "one row came back: every prompt has its own scores": lambda logits, answers: _scores(logits, answers)[0],
    "the largest of ALL rows was subtracted, and exp of another row is 0: each row needs its own largest":
        _one_largest,
    "the shape is turned round: one row for each prompt": lambda logits, answers: _scores(logits, answers).T,
}  # fmt: skip


def _score_cases(seed: int) -> Cases:
    draw = Draw(seed)
    return {
        "two prompts, two answers": case(draw.tensor(2, 5, low=-1, high=3), [4, 1]),
        "three answers": case(draw.tensor(3, 6), [0, 5, 2]),
        "the same token twice": case(draw.tensor(2, 6), [3, 3, 1]),
        "one prompt, one answer": case(draw.tensor(1, 4), [draw.number(0, 3)]),
        "five prompts": case(draw.tensor(5, 7), [draw.number(4, 6), draw.number(0, 3)]),
        "large logits": case(draw.tensor(2, 5, low=400, high=900), [3, 0], tolerance=1e-4),
        "rows of very different size": case(
            draw.tensor(2, 5, low=0, high=4) + torch.tensor([[600.0], [-600.0]]), [3, 0], tolerance=1e-4
        ),
        "float64": case(draw.tensor(3, 4, dtype=torch.float64), [2, 3]),
    }


ALL = tuple(_score_cases(0))
answer_scores = Exercise(
    "lesson_01.answer_scores", "answer_scores", _score_cases, call_each,
    (
        values("one log-probability for each answer of each row", ALL[:2], _scores,
        "answer_scores(logits, answers)",
               "the natural logarithm of softmax over the words, then column j for answers[j]", KNOWN),
        values("any number of prompts and of answers", ALL[2:5], _scores, "answer_scores(logits, answers)",
               "use all the prompts and all the token ids in `answers`, however many", KNOWN),
        values("logits of any size and format", ALL[5:], _scores, "answer_scores(logits, answers)",
               "e to a large logit is infinite, and log p may be hundreds below 0: log_softmax can do both; "
               "add no small number, and clamp nothing", KNOWN),
        untouched(ALL, {0: "logits", 1: "answers"}, "{} was changed in place: make a new tensor"),
    ),
)  # fmt: skip


def _flops(values: float, examples: int, tokens: int, question: int) -> float:
    return sum(2 * values * tokens for _ in range(examples)) + 2 * values * question


MISTAKES = {
    "the tokens of the examples are forgotten: they are read at every prediction": lambda n, e, t, q:
        2 * n * q,
    "the question's own tokens are missing": lambda n, e, t, q: 2 * n * e * t,
    "one example was counted; the prompt has n_examples of them": lambda n, e, t, q: 2 * n * (t + q),
    "6 per value and token is the cost of training; nothing is trained here":
        lambda n, e, t, q: 6 * n * (e * t + q),
    "each value takes part in one multiplication AND one addition: a factor of 2": lambda n, e, t, q:
        n * (e * t + q),
    "the question is read once, not once for each example": lambda n, e, t, q: 2 * n * e * (t + q),
    "the question has a length of its own, question_tokens": lambda n, e, t, q: 2 * n * (e + 1) * t,
    "the number of values n_values is missing": lambda n, e, t, q: 2 * (e * t + q),
    "one token too many was counted": lambda n, e, t, q: 2 * n * (e * t + q + 1),
    "one example too few was counted": lambda n, e, t, q: 2 * n * (max(0, e - 1) * t + q),
    "the numbers of tokens were squared: the rule is 2 N for each token": lambda n, e, t, q:
        2 * n * (e * t + q) ** 2,
}  # fmt: skip


def _flops_cases(seed: int) -> Cases:
    draw = Draw(seed)
    return {
        "a few examples": case(draw.number(10, 99), draw.number(3, 6), draw.number(7, 11), draw.number(2, 5)),
        "another model": case(
            draw.number(100, 999), draw.number(7, 9), draw.number(3, 5), draw.number(12, 20)
        ),
        "a long prompt": case(
            draw.number(100, 999), draw.number(50, 60), draw.number(110, 140), draw.number(90, 120)
        ),
        "no example": case(draw.number(10, 99), 0, draw.number(7, 11), draw.number(2, 5)),
        "one example": case(draw.number(10, 99), 1, draw.number(7, 11), draw.number(2, 5)),
        "a large model": case(1e9 * draw.number(2, 9), 2, draw.number(7, 11), draw.number(2, 5)),
    }


COUNTED = tuple(_flops_cases(0))
prediction_flops = Exercise(
    "lesson_01.prediction_flops", "prediction_flops", _flops_cases, call_each,
    (
        values("all tokens of the prompt are paid, with one multiplication and one addition per value",
        COUNTED[:3],
               _flops, "prediction_flops(...)", "count the tokens of the whole prompt first", MISTAKES),
        values("with no example only the question is paid", COUNTED[3:4], _flops, "prediction_flops(...)",
               "with n_examples = 0 the examples cost nothing"),
        values("one example, and a model of any size", COUNTED[4:], _flops, "prediction_flops(...)",
               "count the tokens of the whole prompt first", MISTAKES),
    ),
)  # fmt: skip
