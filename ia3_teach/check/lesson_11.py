"""Checks of lesson 11: two losses over choices, ranking them, their bias taken out, a paired interval."""

import torch
from torch import Tensor

from ia3_teach.check.choice_losses import length_normalised_loss, means, one_case, sums, unlikelihood_loss
from ia3_teach.check.drawing import Draw
from ia3_teach.check.judging import untouched, values
from ia3_teach.check.leaning import take_out_bias
from ia3_teach.check.paired import paired_interval
from ia3_teach.check.probing.calls import call_each
from ia3_teach.check.shape import Cases, Exercise

__all__ = ["length_normalised_loss", "paired_interval", "rank_answers", "take_out_bias", "unlikelihood_loss"]


def _cases(seed: int) -> Cases:
    """Each twice, with the mean and with the sum; long answers have likelier tokens, so the two differ."""
    draw = Draw(seed)
    lengths = {
        "4 examples": [[1, 4], [4, 1], [2, 3], [5, 2]],
        "3 choices": [[1, 2, 4], [3, 1, 5], [4, 2, 1], [2, 4, 3]],
        "40 examples": [[draw.number(1, 6) for _ in range(3)] for _ in range(40)],
        "fewer, and unlikely": [[3, 2, 4], [1, 0, 0], [2, 5, 0]],
        "fewer choices in some": [[2, 1, 0], [1, 4, 0], [3, 2, 4], [1, 0, 0]],
    }
    found = {}
    for name, of_case in lengths.items():
        for by_mean in (True, False):
            one = one_case(draw, of_case, [0] * len(of_case), low=-4e6 if "unlikely" in name else -3.0)
            log_p, real, _ = one["arguments"]
            log_p /= real.sum(-1, keepdim=True).clamp_min(1)
            kind = "mean" if by_mean else "sum"
            given = [log_p, real] if by_mean else [log_p, real, False]
            found[f"{name}, by {kind}"] = {**one, "arguments": given, "gradient": []}
    return found


ALL = tuple(_cases(0))
SAME, FEWER = ALL[:6], ALL[6:]


def _best(scores: Tensor, real: Tensor) -> Tensor:
    return scores.masked_fill(~real.any(-1), -torch.inf).argmax(-1)


def _scores(log_p: Tensor, real: Tensor, by_mean: bool = True) -> Tensor:
    return sums(log_p, real) / real.sum(-1).clamp_min(1) if by_mean else sums(log_p, real)


def _ranked(log_p: Tensor, real: Tensor, by_mean: bool = True) -> Tensor:
    return _best(_scores(log_p, real, by_mean), real)


KNOWN = {
    "the sum and the mean are exchanged": lambda p, real, by=True: _ranked(p, real, not by),
    "the sum was taken: with length_normalised it is the mean over the tokens":
        lambda p, real, by=True: _ranked(p, real, False),
    "the mean was taken: without length_normalised it is the sum over the tokens":
        lambda p, real, by=True: _ranked(p, real, True),
    "the least likely choice was taken: log p is largest for the likeliest":
        lambda p, real, by=True: _scores(p, real, by).masked_fill(~real.any(-1), torch.inf).argmin(-1),
    "the mean runs over padding too: count the real tokens alone":
        lambda p, real, by=True: _best(p.mean(-1), real),
    "padding was added up: its numbers mean nothing":
        lambda p, real, by=True: _best(p.sum(-1) / (real.sum(-1).clamp_min(1) if by else 1), real),
    "divided by the width of the batch, padding included":
        lambda p, real, by=True: _best(sums(p, real), real),
    "a choice was taken that the example does not have: its score is 0, and the others are below":
        lambda p, real, by=True: _scores(p, real, by).argmax(-1),
    "a choice was taken that has no tokens: its sum is 0, and all others are below":
        lambda p, real, by=True: _ranked(p, real) if by else _scores(p, real, False).argmax(-1),
    "0 / 0 is NaN, and NaN counts as the largest: a choice without tokens is none":
        lambda p, real, by=True: means(p, real).argmax(-1),
    "exp of these scores is 0 throughout: compare the logarithms, which are in the same order":
        lambda p, real, by=True: (_scores(p, real, by).exp() * real.any(-1)).argmax(-1),
    "a missing choice got a number, and there are worse ones: give it -torch.inf":
        lambda p, real, by=True: _scores(p, real, by).masked_fill(~real.any(-1), -100.0).argmax(-1),
    "-inf stands inside the sum, where one padding token rules a choice out: that is for choices without any":
        lambda p, real, by=True: p.masked_fill(~real, -torch.inf).sum(-1).argmax(-1),
    "the best example of each choice: the choices of one example are compared":
        lambda p, real, by=True: _scores(p, real, by).argmax(0),
    "scores came back: hand back the number of the best choice":
        lambda p, real, by=True: _scores(p, real, by),
    "the score of the best choice came back, not its number":
        lambda p, real, by=True: _scores(p, real, by).masked_fill(~real.any(-1), -torch.inf).max(-1).values,
    "the last token alone was scored": lambda p, real, by=True: _best(
        p.gather(-1, (real.sum(-1, keepdim=True) - 1).clamp_min(0)).squeeze(-1), real),
    "the first token alone was scored": lambda p, real, by=True: _best(p[..., 0], real),
}  # fmt: skip
ABSENT = ("a choice was taken that", "0 / 0 is NaN")  # what can go wrong only where choices are missing
OF_ALL = {text: wrong for text, wrong in KNOWN.items() if not text.startswith(ABSENT)}
HINT = "a score per choice from its real tokens, then the number of the largest"

rank_answers = Exercise(
    "lesson_11.rank_answers", "rank_answers", _cases, call_each,
    (
        values("by the mean log p of a choice's real tokens, or by their sum", SAME, _ranked, "the choices",
               HINT, OF_ALL),
        values("a choice that an example does not have is never taken", FEWER, _ranked, "the choices", HINT,
               KNOWN),
        untouched(ALL, {0: "log_p", 1: "real"}, "{} was changed in place"),
    ),
)  # fmt: skip
