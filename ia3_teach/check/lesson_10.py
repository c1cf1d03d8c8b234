"""Checks of lesson 10: masking the prompt, the shift of the labels, rows that are too long."""

import torch
from torch import Tensor

from ia3_teach.check.core import expect
from ia3_teach.check.drawing import Draw
from ia3_teach.check.failure import describe
from ia3_teach.check.judging import first_of, gradients, pair, second_of, untouched, values
from ia3_teach.check.probing.calls import call_each, case
from ia3_teach.check.seen import Seen
from ia3_teach.check.shape import Cases, Exercise, Property
from ia3_teach.check.too_long import cut_rows

__all__ = ["answer_loss", "cut_rows", "join_pair"]
Ids = list[int]


def _join_cases(seed: int) -> Cases:
    """Tokens of the prompt occur in the answer as well: only the place tells."""
    draw = Draw(seed)
    a, b, c, d, end = draw.whole.sample(range(10, 90), 5)
    return {
        "a prompt of four, an answer of three": case([a, b, c, b], [b, d, a], end),
        "another end": case([c, a, d, a], [a, c, c], draw.number(100, 200)),
        "a prompt of one token": case([a], [a, b], end),
        "an empty answer": case([a, b], [], end),
        "an end that occurs in prompt and answer": case([end, a], [b, end, c], end),
        "an answer that ends already": case([a, b], [c, end], end),
        "long lists": case(
            [draw.number(1, 99) for _ in range(9)], [draw.number(1, 99) for _ in range(7)], end
        ),
        "token 0": case([0, a], [0], end),
    }


def _ids(prompt: Ids, answer: Ids, end: int) -> Ids:
    return [*prompt, *answer, end]


def _labels(prompt: Ids, answer: Ids, end: int) -> Ids:
    return [-100 for _ in prompt] + [*answer, end]


IDS = {
    "the end is missing: the model would never learn to stop": lambda p, a, e: [*p, *a],
    "an end between prompt and answer: the prompt is not over there": lambda p, a, e: [*p, e, *a, e],
    "the answer is missing: while training, the model reads it too": lambda p, a, e: list(p),
    "-100 stands among the tokens: only labels are masked (`labels = input_ids` is a second name, no copy)":
        lambda p, a, e: _labels(p, a, e),
    "the answer stands before the prompt": lambda p, a, e: [*a, *p, e],
}  # fmt: skip
LABELS = {
    "nothing is masked: the model learns to write instructions": _ids,
    "one token too few: the prompt's last one is learned": lambda p, a, e: [-100] * (len(p) - 1) + [p[-1],
    *a, e],
    "one token too many: the answer's first one is never learned":
        lambda p, a, e: [-100] * (len(p) + 1) + [*a, e][1:],
    "the end has the label -100, so nobody teaches the model to stop":
        lambda p, a, e: [-100] * len(p) + list(a) + [-100],
    "0 is a token like any other; the label that is left out is -100": lambda p, a, e: [0] * len(p) + [*a, e],
    "-1 is not left out by the loss; the label that is left out is -100":
        lambda p, a, e: [-1] * len(p) + [*a, e],
    "tokens of the answer that also occur in the prompt are masked: go by place":
        lambda p, a, e: [-100 if token in p else token for token in [*p, *a, e]],
    "shifted by one: leave that to the model, which does it itself":
        lambda p, a, e: [*([-100] * len(p) + [*a, e])[1:], -100],
    "everything is masked: nothing is left to learn": lambda p, a, e: [-100] * (len(p) + len(a) + 1),
    "the answer is masked and the prompt is learned": lambda p, a, e: [*p] + [-100] * (len(a) + 1),
    "the tokens of the prompt have no labels: each token needs one, -100 where it is not learned":
        lambda p, a, e: [*a, e],
    "the end has no label: each token needs one": lambda p, a, e: [-100] * len(p) + list(a),
}  # fmt: skip
JOINED = tuple(_join_cases(0))
LISTS = "(input_ids, labels)"


def _are_lists(seen: Seen) -> None:
    for name in JOINED:
        found = pair(seen[name], LISTS)
        lists = all(isinstance(one, list) and all(type(token) is int for token in one) for one in found)
        mistake = "return input_ids, labels: two lists of whole numbers"
        expect(lists, f"a pair of lists, input_ids and labels ({name})", describe(found), mistake)
        ids, labels = found
        if ids == _labels(*seen.arguments(name)) and labels == _ids(*seen.arguments(name)):
            expect(
                False,
                "input_ids first, then labels",
                describe(found),
                "the two lists come in the wrong order",
            )


def _one_label_per_token(seen: Seen) -> None:
    for name in JOINED:
        ids, labels = pair(seen[name], LISTS)
        mistake = "each token needs a label, -100 where it is not learned"
        expect(len(labels) == len(ids), f"{len(ids)} labels ({name})", f"{len(labels)}", mistake)


join_pair = Exercise(
    "lesson_10.join_pair", "join_pair", _join_cases, call_each,
    (
        Property("a pair of lists comes back", _are_lists),
        values("input_ids are prompt, answer and the end", JOINED, _ids, "input_ids",
               "the prompt, the answer, then the end, also where the answer has one", IDS, first_of(LISTS)),
        Property("there are as many labels as tokens", _one_label_per_token),
        values("the labels are -100 on the prompt, and the tokens themselves from there on", JOINED, _labels,
               "labels", "-100 for each token of the prompt, then answer and end", LABELS, second_of(LISTS)),
        untouched(JOINED, {0: "prompt_ids", 1: "answer_ids"},
                  "a list was changed in place (+= or append); make new ones"),
    ),
)  # fmt: skip


def _terms(logits: Tensor, labels: Tensor, ahead: int = 1) -> list[list[Tensor]]:
    """-log p of each label at position t + ahead, predicted at position t; one list for each row."""
    return [
        [
            row[t].exp().sum().log() - row[t, marks[t + ahead]]
            for t in range(len(row))
            if 0 <= t + ahead < len(row) and marks[t + ahead] != -100
        ]
        for row, marks in zip(logits, labels, strict=True)
    ]


def _flat(logits: Tensor, labels: Tensor, ahead: int = 1) -> Tensor:
    return torch.stack([term for row in _terms(logits, labels, ahead) for term in row])


def _loss(logits: Tensor, labels: Tensor) -> Tensor:
    return _flat(logits, labels).mean()


LOSSES = {
    "not shifted: position t was judged by its own label, which it has read": lambda z, y: _flat(z, y,
    0).mean(),
    "shifted twice: position t was judged by the label two places on": lambda z, y: _flat(z, y, 2).mean(),
    "shifted the wrong way: position t was judged by the token before it": lambda z, y: _flat(z, y,
    -1).mean(),
    "that is the sum: divide by the number of learned tokens": lambda z, y: _flat(z, y).sum(),
    "divided by all positions, learned or not": lambda z, y: _flat(z, y).sum() / y[:, 1:].numel(),
    "divided by the number of texts; divide by the number of learned tokens":
        lambda z, y: _flat(z, y).sum() / len(y),
    "the mean of the rows' means: a short answer weighs as much as a long one":
        lambda z, y: torch.stack([torch.stack(row).mean() for row in _terms(z, y)]).mean(),
    "labels of -100 were counted, as if they were token 0": lambda z, y: _loss(z, y.clamp(min=0)),
    "labels of 0 were left out: 0 is a token like any other, and only -100 is left out":
        lambda z, y: _loss(z, y.where(y != 0, -100)),
    "flattened before the shift: a text's last position was judged by the first label of the next text":
        lambda z, y: _loss(z.flatten(0, 1)[None], y.flatten()[None]),
    "the sign: a loss is MINUS the log-probability": lambda z, y: -_loss(z, y),
    "the last position was judged by the first label: what is shifted in from the start is no label":
        lambda z, y: _flat(z, y.roll(-1, 1), 0).mean(),
    "the mean was taken before the logarithm: take -log p of each token, then the mean":
        lambda z, y: -(-_flat(z, y)).exp().mean().log(),
    "these are probabilities, without the logarithm": lambda z, y: (-_flat(z, y)).exp().mean(),
    "only the first text was counted": lambda z, y: _loss(z[:1], y[:1]),
}  # fmt: skip


def _loss_cases(seed: int) -> Cases:
    draw = Draw(seed)

    def one(texts: int, length: int, words: int, spans: list[tuple[int, int]], dtype=torch.float32) -> dict:
        """`spans` are the places that are learned, one pair for each text."""
        labels = torch.full((texts, length), -100)
        for row, (start, end) in enumerate(spans):
            labels[row, start:end] = torch.tensor([draw.number(0, words - 1) for _ in range(start, end)])
        logits = draw.tensor(texts, length, words, low=-3, high=3, dtype=dtype)
        return case(logits, labels, gradient=(0,), tolerance=1e-4)

    return {
        "answers of different length": one(2, 6, 5, [(3, 4), (2, 5)]),
        "other logits": one(2, 6, 5, [(1, 6), (4, 5)]),
        "three texts": one(3, 5, 7, [(4, 5), (1, 4), (2, 5)]),
        "one text": one(1, 4, 3, [(2, 4)]),
        "a label at the first place, which nothing predicts": one(2, 5, 4, [(0, 3), (0, 4)]),
        "a text without a learned token": one(2, 4, 4, [(1, 4), (0, 0)]),
        "float64": one(2, 5, 6, [(2, 4), (1, 3)], torch.float64),
    }


ALL = tuple(_loss_cases(0))
HINT = "-log p of each learned token, read one position before it; then the mean over all of them"
answer_loss = Exercise(
    "lesson_10.answer_loss", "answer_loss", _loss_cases, call_each,
    (
        values("position t is judged by the label of position t + 1, over the learned tokens alone", ALL[:2],
        _loss,
               "the loss", HINT, LOSSES),
        values("any number of texts, positions and words", ALL[2:], _loss, "the loss", HINT, LOSSES),
        gradients(ALL, ("logits",), _loss,
        "no .item(), no detach: training needs the graph, in a tensor with a gradient"),
        untouched(ALL, {0: "logits", 1: "labels"}, "{} was changed in place; make a new tensor"),
    ),
)  # fmt: skip
