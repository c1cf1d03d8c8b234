"""Check of contextual calibration: a mean share of each choice, measured elsewhere, and divided out."""

import math

from torch import Tensor

from ia3_teach.check.drawing import Draw
from ia3_teach.check.judging import untouched, values
from ia3_teach.check.probing.calls import call_each, case
from ia3_teach.check.shape import Cases, Exercise

FAR_TEXT = "one text far less likely than the others"


def _cases(seed: int) -> Cases:
    draw = Draw(seed)

    def one(examples: int, texts: int, choices: int, low: float = -6.0) -> dict:
        leaning = draw.tensor(choices, low=0.0, high=2.0)
        scores, measured = (draw.tensor(n, choices, low=low, high=low + 4) for n in (examples, texts))
        return case(scores + leaning, measured + leaning, tolerance=1e-4)

    cases = {
        "4 examples": one(4, 3, 2), "3 choices": one(5, 8, 3), "as many texts as choices": one(3, 3, 3),
        "one text": one(4, 1, 2), "unlikely choices": one(4, 5, 2, low=-900.0), FAR_TEXT: one(4, 4, 3),
    }  # fmt: skip
    cases[FAR_TEXT]["arguments"][1][2] -= 900  # where exp is 0 in float64 too
    return cases


ALL = tuple(_cases(0))
LIKELY, UNLIKELY = ALL[:4], ALL[4:]


def _bias(measured: Tensor) -> Tensor:
    return measured.log_softmax(-1).logsumexp(0) - math.log(len(measured))


def _freed(scores: Tensor, measured: Tensor) -> Tensor:
    return scores - _bias(measured)


KNOWN = {
    "nothing was taken out: these are the scores": lambda s, m: s,
    "the bias was added: it is divided out, so its logarithm is subtracted": lambda s, m: s + _bias(m),
    "the share itself was subtracted, not its logarithm": lambda s, m: s - _bias(m).exp(),
    "the mean of logarithms was taken: first the mean share, then its logarithm":
        lambda s, m: s - m.log_softmax(-1).mean(0),
    "each text's choices must share 1 before the mean: else the texts that find all likely decide":
        lambda s, m: s - m.logsumexp(0) + math.log(len(m)),
    "the mean of the scores was subtracted: it is the mean of shares that says how a model leans":
        lambda s, m: s - m.mean(0),
    "the shares were added up over the texts: take their mean":
        lambda s, m: s - m.log_softmax(-1).logsumexp(0),
    "the shares run over the texts: those of one text's choices add up to 1":
        lambda s, m: s - m.log_softmax(0).logsumexp(0) + math.log(len(m)),
    "the bias was measured on the examples themselves": lambda s, m: _freed(s, s),
    "the first text alone was measured: take the mean over all": lambda s, m: _freed(s, m[:1]),
    "scores and texts are exchanged": lambda s, m: m - _bias(s),
    "the scores were made shares of 1 too: hand back the scores, less the logarithm of the bias":
        lambda s, m: s.log_softmax(-1) - _bias(m),
    "probabilities came back: the scores are logarithms, and stay so": lambda s, m: _freed(s, m).exp(),
    "the number of the best choice came back: hand back the scores": lambda s, m: _freed(s, m).argmax(-1),
    "the bias came back: subtract it from the scores": lambda s, m: _bias(m),
}  # fmt: skip
HINT = "shares of each text's choices, their mean over the texts, its logarithm; the scores less that"
FAR = (
    "exp of -300 is 0 here, and 0 / 0 is no number: softmax and log_softmax take each text's own largest "
    "score out first"
)

take_out_bias = Exercise(
    "lesson_11.take_out_bias", "take_out_bias", _cases, call_each,
    (
        values("each score less the logarithm of its choice's mean share", LIKELY, _freed, "the scores", HINT,
               KNOWN),
        values("also where every choice is unlikely", UNLIKELY, _freed, "the scores", FAR, KNOWN),
        untouched(ALL, {0: "scores", 1: "measured"}, "{} was changed in place"),
    ),
)  # fmt: skip
