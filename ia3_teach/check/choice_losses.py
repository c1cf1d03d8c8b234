"""Checks of two losses over answer choices: length-normalised, and unlikelihood as in the paper."""

import torch
from torch import Tensor

from ia3_teach.check.drawing import Draw
from ia3_teach.check.judging import gradients, keeps_format, untouched, values
from ia3_teach.check.probing.calls import Case, call_each, case
from ia3_teach.check.shape import Cases, Exercise

LOG_P, REAL, RIGHT = range(3)


def one_case(
    draw: Draw, lengths: list[list[int]], right: list[int], low: float = -3.0, **more: object
) -> Case:
    """log p of drawn tokens, which are real, and the right choices; what stands at padding is drawn too."""
    shape = len(lengths), max(map(len, lengths)), max(map(max, lengths))
    real = torch.zeros(shape, dtype=torch.bool)
    for b, row in enumerate(lengths):
        for c, length in enumerate(row):
            real[b, c, :length] = True
    dtype = more.pop("dtype", torch.float32)
    log_p = draw.tensor(*shape, low=low, high=low / 12, dtype=dtype)
    tolerance = 1e-4 if dtype == torch.float32 else 1e-10
    return case(log_p, real, torch.tensor(right), gradient=(LOG_P,), tolerance=tolerance, **more)


def _cases(seed: int) -> Cases:
    draw = Draw(seed)
    return {
        "2 examples, 2 choices": one_case(draw, [[1, 3], [2, 4]], [1, 0]),
        "3 choices": one_case(draw, [[2, 1, 4], [3, 3, 1]], [2, 1]),
        "1 example": one_case(draw, [[4, 2]], [0]),
        "3 examples, many wrong tokens in one": one_case(draw, [[1, 5, 5], [3, 1, 2], [2, 1, 1]], [0, 0, 1]),
        "hardly likely": one_case(draw, [[2, 3], [1, 3]], [0, 1], low=-4000.0),
        "float64": one_case(draw, [[1, 3], [3, 2]], [1, 1], dtype=torch.float64),
    }


def _unlikely_cases(seed: int) -> Cases:
    """As above; at padding p is 1, as the library's log p of 0 says, so that log(1 - p) is -inf there."""
    found = {name: one for name, one in _cases(seed).items() if name != "hardly likely"}
    for one in found.values():
        log_p, real, _ = one["arguments"]
        log_p[~real] = 0
    return found


ALL, UNLIKELY = tuple(_cases(0)), tuple(_unlikely_cases(0))


def means(log_p: Tensor, real: Tensor) -> Tensor:
    """β, the mean of log p over the real tokens of each choice, (B, n_choices)."""
    return sums(log_p, real) / real.sum(-1)


def sums(log_p: Tensor, real: Tensor) -> Tensor:
    """The same without the division."""
    return log_p.masked_fill(~real, 0).sum(-1)


def _rows(right: Tensor) -> Tensor:
    return torch.arange(len(right))


def _softmaxed(scores: Tensor, right: Tensor) -> Tensor:
    return (scores.logsumexp(-1) - scores[_rows(right), right]).mean()


def _length_normalised(log_p: Tensor, real: Tensor, right: Tensor) -> Tensor:
    return _softmaxed(means(log_p, real), right)


def _over_wrong(log_p: Tensor, real: Tensor, right: Tensor) -> Tensor:
    """The right choice left out of the denominator."""
    beta = means(log_p, real)
    wrong = torch.ones_like(beta).bool()
    wrong[_rows(right), right] = False
    return (beta.masked_fill(~wrong, -torch.inf).logsumexp(-1) - beta[_rows(right), right]).mean()


OF_NORMALISED = {
    "the scores are sums over the tokens: divide by the number of tokens, or long answers lose":
        lambda p, real, right: _softmaxed(sums(p, real), right),
    "the mean runs over padding too: count the real tokens alone":
        lambda p, real, right: _softmaxed(p.mean(-1), right),
    "the sum was divided by the width of the batch, padding included":
        lambda p, real, right: _softmaxed(sums(p, real) / p.shape[-1], right),
    "padding was added up: its numbers mean nothing":
        lambda p, real, right: _softmaxed(p.sum(-1) / real.sum(-1), right),
    "that is the language model loss: the wrong choices are nowhere":
        lambda p, real, right: -means(p, real)[_rows(right), right].mean(),
    "the right choice is missing below: the sum runs over all choices": _over_wrong,
    "the sign: a loss is the negative logarithm":
        lambda p, real, right: -_length_normalised(p, real, right),
    "the mean over the examples is missing: they were added up":
        lambda p, real, right: len(right) * _length_normalised(p, real, right),
    "one number for each example came back: take their mean":
        lambda p, real, right: means(p, real).logsumexp(-1) - means(p, real)[_rows(right), right],
    "the softmax ran over the examples: it runs over the choices of one":
        lambda p, real, right: -means(p, real).log_softmax(0)[_rows(right), right].mean(),
    "that is a probability: its logarithm is missing":
        lambda p, real, right: means(p, real).softmax(-1)[_rows(right), right].mean(),
    "choice 0 was taken for the right one":
        lambda p, real, right: _softmaxed(means(p, real), torch.zeros_like(right)),
    "the softmax was taken of p itself: exp β stands in the formula, and β is a logarithm already":
        lambda p, real, right: _softmaxed(means(p, real).exp(), right),
}  # fmt: skip
FAR = (
    "with a score of -300 exp is 0 and its logarithm -inf: let log_softmax or cross_entropy take both at once"
)

length_normalised_loss = Exercise(
    "lesson_11.length_normalised_loss", "length_normalised_loss", _cases, call_each,
    (
        values("the loss is -log softmax β of the right choice, the mean over the examples", ALL[:4],
               _length_normalised, "the loss", "β first, one per choice; then the softmax over the choices",
               OF_NORMALISED),
        values("it is finite where all answers are unlikely", ALL[4:5], _length_normalised, "the loss", FAR),
        gradients(ALL[:4], ["log p"], _length_normalised,
                  "the loss does not depend on log p: no .item(), no .tolist()"),
        values("in float64 it is exact", ALL[5:], _length_normalised, "the loss",
               "a tensor was turned into another format on the way", OF_NORMALISED),
        untouched(ALL, {0: "log_p", 1: "real", 2: "right"}, "{} was changed in place"),
    ),
)  # fmt: skip


def wrong_tokens(real: Tensor, right: Tensor) -> Tensor:
    """True at the real tokens of wrong choices."""
    found = real.clone()
    found[_rows(right), right] = False
    return found


def _of_not_p(log_p: Tensor, counted: Tensor, more: float = 0.0) -> Tensor:
    """-log(1 - p + more) at the counted tokens, 0 elsewhere."""
    p = log_p.masked_fill(~counted, -torch.inf).exp()
    return torch.where(counted, -torch.log(1 - p + more), 0)


def _unlikelihood(log_p: Tensor, real: Tensor, right: Tensor, more: float = 0.0) -> Tensor:
    wrong = wrong_tokens(real, right)
    return (_of_not_p(log_p, wrong, more).sum((1, 2)) / wrong.sum((1, 2))).mean()


def _in_the_batch(log_p: Tensor, real: Tensor, right: Tensor) -> Tensor:
    """One mean over the wrong tokens of all examples."""
    wrong = wrong_tokens(real, right)
    return _of_not_p(log_p, wrong).sum() / wrong.sum()


def _choice_by_choice(log_p: Tensor, real: Tensor, right: Tensor) -> Tensor:
    """The mean of each wrong choice, then the mean of those."""
    wrong = wrong_tokens(real, right)
    each = _of_not_p(log_p, wrong).sum(-1) / wrong.sum(-1).clamp_min(1)
    return (each.sum(-1) / wrong.any(-1).sum(-1)).mean()


def _all_tokens(log_p: Tensor, real: Tensor, right: Tensor) -> Tensor:
    return (_of_not_p(log_p, real).sum((1, 2)) / real.sum((1, 2))).mean()


def _of_the_right(log_p: Tensor, real: Tensor, right: Tensor) -> Tensor:
    chosen = real & ~wrong_tokens(real, right)
    return (_of_not_p(log_p, chosen).sum((1, 2)) / chosen.sum((1, 2))).mean()


def _divided(by: object) -> object:
    def formula(log_p: Tensor, real: Tensor, right: Tensor) -> Tensor:
        wrong = wrong_tokens(real, right)
        return (_of_not_p(log_p, wrong).sum((1, 2)) / by(real, wrong)).mean()

    return formula


def _likelihood(log_p: Tensor, real: Tensor, right: Tensor) -> Tensor:
    wrong = wrong_tokens(real, right)
    return (-log_p.masked_fill(~wrong, 0).sum((1, 2)) / wrong.sum((1, 2))).mean()


def _unmasked(log_p: Tensor, real: Tensor, right: Tensor) -> Tensor:
    """The authors' numerator: 0.01 inside the logarithm, at all places that are not wrong tokens as well."""
    wrong = wrong_tokens(real, right)
    p = log_p.exp().masked_fill(~wrong, 0)
    return -torch.log(1 - p + 1e-2).sum() / wrong.sum()


OF_UNLIKELY = {
    "that is the authors' code, 0.01 and all places of the batch: the card asks for the paper's": _unmasked,
    "the authors' 0.01 stands in the logarithm: the card asks for the paper's formula":
        lambda p, real, right: _unlikelihood(p, real, right, 1e-2),
    "one mean over all wrong tokens of the batch: each example has a mean of its own": _in_the_batch,
    "each wrong choice has a mean of its own here: in the formula their tokens are counted together":
        _choice_by_choice,
    "the right choice is pushed down too: leave its tokens out": _all_tokens,
    "the right choice was pushed down, and the wrong ones left alone": _of_the_right,
    "that pushes the wrong choices up: log(1 - p) and not log p": _likelihood,
    "the sign: a loss is the negative logarithm": lambda p, real, right: -_unlikelihood(p, real, right),
    "the division by the number of wrong tokens is missing": _divided(lambda real, wrong: 1),
    "divided by all places of an example, padding and right choice included":
        _divided(lambda real, wrong: wrong[0].numel()),
    "divided by all real tokens: count those of the wrong choices":
        _divided(lambda real, wrong: real.sum((1, 2))),
    "divided by the number of wrong choices: count their tokens":
        _divided(lambda real, wrong: wrong.any(-1).sum(-1)),
    "the examples were added up: take their mean":
        lambda p, real, right: len(right) * _unlikelihood(p, real, right),
    "one number for each example came back: take their mean":
        lambda p, real, right: _of_not_p(p, wrong_tokens(real, right)).sum((1, 2))
        / wrong_tokens(real, right).sum((1, 2)),
    "choice 0 was taken for the right one":
        lambda p, real, right: _unlikelihood(p, real, torch.zeros_like(right)),
}  # fmt: skip
EACH = "-log(1 - p) of each real token of the wrong choices; their mean in each example; the examples' mean"
AT_PADDING = (
    "at padding p is 1 and log(1 - p) is -inf, and 0 times inf is NaN, in backward too: put something "
    "harmless there before the logarithm"
)
TOO_LATE = (
    "the loss is right, and backward gives NaN: padding was taken out after the logarithm, whose slope is "
    "infinite there; put something harmless there before the logarithm"
)

unlikelihood_loss = Exercise(
    "lesson_11.unlikelihood_loss", "unlikelihood_loss", _unlikely_cases, call_each,
    (
        values("the loss is the mean of -log(1 - p) over the tokens of an example's wrong choices",
               UNLIKELY[:4], _unlikelihood, "the loss", EACH, OF_UNLIKELY, of_nan=AT_PADDING),
        gradients(UNLIKELY[:4], ["log p"], _unlikelihood,
                  "the loss does not depend on log p: no .item(), no .tolist()", TOO_LATE),
        values("in float64 it is exact", UNLIKELY[4:], _unlikelihood, "the loss",
               "a tensor was turned into another format on the way", OF_UNLIKELY),
        keeps_format(UNLIKELY[4:], 0, lambda value: value, "the loss"),
        untouched(UNLIKELY, {0: "log_p", 1: "real", 2: "right"}, "{} was changed in place"),
    ),
)  # fmt: skip
