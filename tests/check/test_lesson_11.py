"""The checks of lesson 11 accept the reference and name every known wrong answer."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from ia3_teach.check import lesson_11
from ia3_teach.check.mutants import assert_rejects


def means(log_p: Tensor, real: Tensor) -> Tensor:
    return log_p.masked_fill(~real, 0).sum(-1) / real.sum(-1)


def normalised(log_p: Tensor, real: Tensor, right: Tensor) -> Tensor:
    return F.cross_entropy(means(log_p, real), right)


def scored(scores: Callable[[Tensor, Tensor], Tensor]) -> Callable[..., Tensor]:
    """The right loss of other scores."""
    return lambda log_p, real, right: F.cross_entropy(scores(log_p, real), right)


def exp_then_log(log_p: Tensor, real: Tensor, right: Tensor) -> Tensor:
    share = means(log_p, real).exp()
    share = share / share.sum(-1, keepdim=True)
    return -share.gather(1, right[:, None]).log().mean()


def over_wrong(log_p: Tensor, real: Tensor, right: Tensor) -> Tensor:
    beta = means(log_p, real)
    mine = beta.gather(1, right[:, None])
    others = beta.scatter(1, right[:, None], -torch.inf)
    return (others.logsumexp(-1) - mine[:, 0]).mean()


def in_place(log_p: Tensor, real: Tensor, right: Tensor) -> Tensor:
    with torch.no_grad():
        log_p[~real] = 5.0
    return normalised(log_p, real, right)


def test_length_normalised_loss_rejects_every_known_wrong_answer() -> None:
    assert_rejects(
        lesson_11.length_normalised_loss,
        reference=normalised,
        mutants={
            "sums": (scored(lambda p, real: (p * real).sum(-1)), "long answers lose"),
            "padding in the mean": (scored(lambda p, real: p.mean(-1)), "runs over padding too"),
            "width": (scored(lambda p, real: (p * real).mean(-1)), "width of the batch"),
            "padding added": (scored(lambda p, real: p.sum(-1) / real.sum(-1)), "padding was added up"),
            "language model": (
                lambda p, real, y: -means(p, real).gather(1, y[:, None]).mean(),
                "the wrong choices are nowhere",
            ),
            "over the wrong": (over_wrong, "the right choice is missing below"),
            "sign": (lambda p, real, y: -normalised(p, real, y), "the sign"),
            "added up": (
                lambda p, real, y: F.cross_entropy(means(p, real), y, reduction="sum"),
                "they were added up",
            ),
            "each": (
                lambda p, real, y: F.cross_entropy(means(p, real), y, reduction="none"),
                "take their mean",
            ),
            "over the examples": (
                lambda p, real, y: -means(p, real).log_softmax(0).gather(1, y[:, None]).mean(),
                "it runs over the choices of one",
            ),
            "a probability": (
                lambda p, real, y: means(p, real).softmax(-1).gather(1, y[:, None]).mean(),
                "its logarithm is missing",
            ),
            "choice 0": (
                lambda p, real, y: normalised(p, real, torch.zeros_like(y)),
                "choice 0 was taken",
            ),
            "of p": (scored(lambda p, real: means(p, real).exp()), "softmax was taken of p itself"),
            "exp, then log": (exp_then_log, "score of -300"),
            "a number": (lambda p, real, y: normalised(p, real, y).detach(), "no .item()"),
            "float32": (lambda p, real, y: normalised(p.float(), real, y), "another format"),
            "in place": (in_place, "in place"),
        },
    )


def wrong_of(real: Tensor, right: Tensor) -> Tensor:
    return real & (torch.arange(real.shape[1]) != right[:, None])[..., None]


def terms(log_p: Tensor, counted: Tensor, more: float = 0.0) -> Tensor:
    return -torch.log(1 - log_p.masked_fill(~counted, -torch.inf).exp() + more) * counted


def unlikely(log_p: Tensor, real: Tensor, right: Tensor, more: float = 0.0) -> Tensor:
    wrong = wrong_of(real, right)
    return (terms(log_p, wrong, more).sum((1, 2)) / wrong.sum((1, 2))).mean()


def counting(
    log_p: Tensor, real: Tensor, right: Tensor, chosen: Callable[[Tensor, Tensor], Tensor]
) -> Tensor:
    """The right loss over other tokens."""
    tokens = chosen(real, wrong_of(real, right))
    return (terms(log_p, tokens).sum((1, 2)) / tokens.sum((1, 2))).mean()


def divided(by: Callable[[Tensor, Tensor], Tensor | float]) -> Callable[..., Tensor]:
    """The right numerator over something else."""

    def loss(log_p: Tensor, real: Tensor, right: Tensor) -> Tensor:
        wrong = wrong_of(real, right)
        return (terms(log_p, wrong).sum((1, 2)) / by(real, wrong)).mean()

    return loss


def authors(log_p: Tensor, real: Tensor, right: Tensor) -> Tensor:
    wrong = wrong_of(real, right)
    return -torch.log(1 - log_p.exp() * wrong + 1e-2).sum() / wrong.sum()


def in_the_batch(log_p: Tensor, real: Tensor, right: Tensor) -> Tensor:
    return -torch.log(1 - log_p[wrong_of(real, right)].exp()).mean()


def by_choice(log_p: Tensor, real: Tensor, right: Tensor) -> Tensor:
    wrong = wrong_of(real, right)
    each = terms(log_p, wrong).sum(-1) / wrong.sum(-1).clamp_min(1)
    return (each.sum(-1) / wrong.any(-1).sum(-1)).mean()


def mask_too_late(log_p: Tensor, real: Tensor, right: Tensor) -> Tensor:
    wrong = wrong_of(real, right)
    return (torch.where(wrong, -torch.log(1 - log_p.exp()), 0).sum((1, 2)) / wrong.sum((1, 2))).mean()


def zero_times_inf(log_p: Tensor, real: Tensor, right: Tensor) -> Tensor:
    wrong = wrong_of(real, right)
    return ((-torch.log(1 - log_p.exp()) * wrong).sum((1, 2)) / wrong.sum((1, 2))).mean()


def pushed_up(log_p: Tensor, real: Tensor, right: Tensor) -> Tensor:
    wrong = wrong_of(real, right)
    return (-(log_p * wrong).sum((1, 2)) / wrong.sum((1, 2))).mean()


def mask_spoilt(log_p: Tensor, real: Tensor, right: Tensor) -> Tensor:
    found = unlikely(log_p, real, right)
    real[range(len(right)), right] = False
    return found


def test_unlikelihood_loss_rejects_every_known_wrong_answer() -> None:
    assert_rejects(
        lesson_11.unlikelihood_loss,
        reference=unlikely,
        mutants={
            "the authors'": (authors, "the authors' code"),
            "0.01": (lambda p, real, y: unlikely(p, real, y, 1e-2), "the authors' 0.01"),
            "in the batch": (in_the_batch, "each example has a mean of its own"),
            "by choice": (by_choice, "each wrong choice has a mean of its own"),
            "the right one too": (
                lambda p, real, y: counting(p, real & (p < 0), y, lambda all_, wrong: all_),
                "the right choice is pushed down too",
            ),
            "the right one": (
                lambda p, real, y: counting(p, real, y, lambda all_, wrong: all_ & ~wrong),
                "the wrong ones left alone",
            ),
            "pushed up": (pushed_up, "pushes the wrong choices up"),
            "sign": (lambda p, real, y: -unlikely(p, real, y), "the sign"),
            "undivided": (divided(lambda real, wrong: 1.0), "division by the number of wrong tokens"),
            "by all places": (divided(lambda real, wrong: wrong[0].numel()), "divided by all places"),
            "by all tokens": (divided(lambda real, wrong: real.sum((1, 2))), "divided by all real tokens"),
            "by choices": (
                divided(lambda real, wrong: wrong.any(-1).sum(-1)),
                "divided by the number of wrong choices",
            ),
            "added up": (lambda p, real, y: len(y) * unlikely(p, real, y), "the examples were added up"),
            "choice 0": (lambda p, real, y: unlikely(p, real, torch.zeros_like(y)), "choice 0 was taken"),
            "0 times inf": (zero_times_inf, "0 times inf is NaN"),
            "mask too late": (mask_too_late, "taken out after the logarithm"),
            "in place": (mask_spoilt, "in place"),
        },
    )


def rank(log_p: Tensor, real: Tensor, length_normalised: bool = True) -> Tensor:
    scores = log_p.masked_fill(~real, 0).sum(-1)
    scores = scores / real.sum(-1) if length_normalised else scores
    return scores.masked_fill(~real.any(-1), -torch.inf).argmax(-1)


def of_scores(scores: Callable[[Tensor, Tensor, bool], Tensor]) -> Callable[..., Tensor]:
    """The best of other scores, of the choices that there are."""
    return lambda log_p, real, by=True: (
        scores(log_p, real, by).masked_fill(~real.any(-1), -torch.inf).argmax(-1)
    )


def score(log_p: Tensor, real: Tensor, by: bool = True) -> Tensor:
    total = log_p.masked_fill(~real, 0).sum(-1)
    return total / real.sum(-1).clamp_min(1) if by else total


def padding_lost(log_p: Tensor, real: Tensor, length_normalised: bool = True) -> Tensor:
    found = rank(log_p, real, length_normalised)
    real &= False
    return found


def test_rank_answers_rejects_every_known_wrong_answer() -> None:
    assert_rejects(
        lesson_11.rank_answers,
        reference=rank,
        mutants={
            "exchanged": (lambda p, real, by=True: rank(p, real, not by), "are exchanged"),
            "always the sum": (lambda p, real, by=True: rank(p, real, False), "the sum was taken"),
            "always the mean": (lambda p, real, by=True: rank(p, real, True), "the mean was taken"),
            "least likely": (
                lambda p, real, by=True: score(p, real, by).masked_fill(~real.any(-1), torch.inf).argmin(-1),
                "the least likely choice",
            ),
            "padding": (of_scores(lambda p, real, by=True: p.mean(-1)), "runs over padding too"),
            "no such choice": (
                lambda p, real, by=True: score(p, real, by).argmax(-1),
                "a choice was taken that the example does not have",
            ),
            "probabilities": (
                lambda p, real, by=True: (score(p, real, by).exp() * real.any(-1)).argmax(-1),
                "exp of these scores is 0",
            ),
            "no infinity": (
                lambda p, real, by=True: score(p, real, by).masked_fill(~real.any(-1), -1e4).argmax(-1),
                "a missing choice got a number",
            ),
            "infinity in the sum": (
                lambda p, real, by=True: p.masked_fill(~real, -torch.inf).sum(-1).argmax(-1),
                "-inf stands inside the sum",
            ),
            "over the examples": (
                lambda p, real, by=True: score(p, real, by).argmax(0),
                "the choices of one example are compared",
            ),
            "scores": (score, "scores came back"),
            "the score": (
                lambda p, real, by=True: score(p, real, by).masked_fill(~real.any(-1), -torch.inf).amax(-1),
                "not its number",
            ),
            "first token": (of_scores(lambda p, real, by=True: p[..., 0]), "first token alone"),
            "in place": (padding_lost, "in place"),
        },
    )


def paired(first: Tensor, second: Tensor, draws: Tensor) -> tuple[Tensor, Tensor]:
    found = (first - second)[draws].mean(1)
    return found.quantile(0.025), found.quantile(0.975)


def cut(means: Tensor, low: float = 0.025, high: float = 0.975) -> tuple[Tensor, Tensor]:
    return means.quantile(low), means.quantile(high)


def overwritten(first: Tensor, second: Tensor, draws: Tensor) -> tuple[Tensor, Tensor]:
    first -= second
    return cut(first[draws].mean(1))


def test_paired_interval_rejects_every_known_wrong_answer() -> None:
    assert_rejects(
        lesson_11.paired_interval,
        reference=paired,
        mutants={
            "exchanged": (lambda a, b, d: paired(b, a, d), "are exchanged"),
            "single": (lambda a, b, d: cut((a - b)[d].flatten()), "quantiles of single differences"),
            "no resamples": (lambda a, b, d: cut(a - b), "the resamples are missing"),
            "other axis": (lambda a, b, d: cut((a - b)[d].mean(0)), "ran over the resamples"),
            "90 %": (lambda a, b, d: cut((a - b)[d].mean(1), 0.05, 0.95), "hold 90 %"),
            "extremes": (lambda a, b, d: cut((a - b)[d].mean(1), 0.0, 1.0), "nothing was cut off"),
            "quartiles": (lambda a, b, d: cut((a - b)[d].mean(1), 0.25, 0.75), "these are quartiles"),
            "turned": (lambda a, b, d: paired(a, b, d)[::-1], "turned round"),
            "percentile": (lambda a, b, d: cut((a - b)[d].mean(1), 0.00025, 0.00975), "np.percentile counts"),
            "torn apart": (lambda a, b, d: cut(a[d].mean(1) - b[d.flip(0)].mean(1)), "torn apart"),
            "the first": (lambda a, b, d: cut(a[d].mean(1)), "the second is missing"),
            "sizes": (lambda a, b, d: cut((a - b).abs()[d].mean(1)), "the size of the differences"),
            "sums": (lambda a, b, d: cut((a - b)[d].sum(1)), "sums came back"),
            "medians": (lambda a, b, d: cut((a - b)[d].median(1).values), "the median of each resample"),
            "nothing": (lambda a, b, d: None, "`return` missing"),
            "in place": (overwritten, "in place"),
        },
    )


def lean(measured: Tensor) -> Tensor:
    return measured.softmax(-1).mean(0).log()


def freed(scores: Tensor, measured: Tensor) -> Tensor:
    return scores - lean(measured)


def apart(scores: Tensor, measured: Tensor) -> Tensor:
    p = measured.exp()
    return scores - (p / p.sum(-1, keepdim=True)).mean(0).log()


def one_largest(scores: Tensor, measured: Tensor) -> Tensor:
    return apart(scores, measured - measured.max())


def freed_in_place(scores: Tensor, measured: Tensor) -> Tensor:
    scores -= lean(measured)
    return scores


def test_take_out_bias_rejects_every_known_wrong_answer() -> None:
    assert_rejects(
        lesson_11.take_out_bias,
        reference=freed,
        mutants={
            "nothing": (lambda s, m: s, "nothing was taken out"),
            "added": (lambda s, m: s + lean(m), "the bias was added"),
            "no logarithm": (lambda s, m: s - lean(m).exp(), "not its logarithm"),
            "mean of logarithms": (lambda s, m: s - m.log_softmax(-1).mean(0), "the mean of logarithms"),
            "no shares": (lambda s, m: s - m.exp().mean(0).log(), "must share 1 before the mean"),
            "mean of scores": (lambda s, m: s - m.mean(0), "the mean of the scores"),
            "added up": (lambda s, m: s - m.softmax(-1).sum(0).log(), "added up over the texts"),
            "other axis": (lambda s, m: s - m.softmax(0).mean(0).log(), "run over the texts"),
            "own bias": (lambda s, m: freed(s, s), "on the examples themselves"),
            "one text": (lambda s, m: freed(s, m[:1]), "the first text alone"),
            "exchanged": (lambda s, m: freed(m, s), "exchanged"),
            "shares": (lambda s, m: s.log_softmax(-1) - lean(m), "made shares of 1 too"),
            "probabilities": (lambda s, m: freed(s, m).exp(), "probabilities came back"),
            "numbers": (lambda s, m: freed(s, m).argmax(-1), "the number of the best choice"),
            "the bias": (lambda s, m: lean(m), "the bias came back"),
            "exp, then log": (apart, "the scores (unlikely choices) without NaN"),
            "one largest": (one_largest, "(one text far less likely than the others) without NaN"),
            "in place": (freed_in_place, "in place"),
        },
    )
