"""The checks of lesson 12 accept the reference and name every known wrong answer."""

import pytest
import torch
from torch import Tensor, nn

from ia3_teach.check import lesson_12
from ia3_teach.check.failure import CheckFailed
from ia3_teach.check.mutants import assert_rejects

Bias = Tensor | None


def fold(weight: Tensor, bias: Bias, gamma: Tensor, beta: Tensor) -> tuple:
    return gamma[:, None] * weight, beta if bias is None else gamma * bias + beta


def in_place(weight: Tensor, bias: Bias, gamma: Tensor, beta: Tensor) -> tuple:
    weight *= gamma[:, None]
    return weight, beta if bias is None else gamma * bias + beta


def bias_of(change, without=lambda gamma, beta: beta):
    """The right weight with another bias."""

    def folded(weight: Tensor, bias: Bias, gamma: Tensor, beta: Tensor) -> tuple:
        return gamma[:, None] * weight, without(gamma, beta) if bias is None else change(bias, gamma, beta)

    return folded


def test_fold_ssf_rejects_every_known_wrong_answer() -> None:
    right = bias_of(lambda b, g, s: g * b + s)
    assert_rejects(
        lesson_12.fold_ssf,
        reference=fold,
        mutants={
            "weight left": (lambda w, b, g, s: (w, right(w, b, g, s)[1]), "multiplies W x as well"),
            "columns": (lambda w, b, g, s: (w * g[: w.shape[1]], b), "columns were scaled"),
            "beta in the weight": (
                lambda w, b, g, s: (g[:, None] * w + s[:, None], b),
                "belongs to the bias",
            ),
            "IA3's": (bias_of(lambda b, g, s: g * b), "shift beta is missing"),
            "unscaled": (bias_of(lambda b, g, s: b + s), "old bias was not scaled"),
            "beta scaled": (bias_of(lambda b, g, s: g * (b + s), lambda g, s: g * s), "beta was scaled"),
            "beta alone": (bias_of(lambda b, g, s: s), "beta alone came back"),
            "no bias made": (
                bias_of(lambda b, g, s: g * b + s, lambda g, s: None),
                "without bias has one now",
            ),
            "in place": (in_place, "in place"),
        },
    )


def hold(optimizer: torch.optim.Optimizer, weight: nn.Parameter, mask: Tensor) -> None:
    before = weight.detach().clone()
    optimizer.step()
    with torch.no_grad():
        weight.copy_(torch.where(mask, weight, before))


def gradient_alone(optimizer, weight, mask) -> None:
    weight.grad *= mask
    optimizer.step()


def zeros(optimizer, weight, mask) -> None:
    optimizer.step()
    weight.data *= mask


def turned(optimizer, weight, mask) -> None:
    hold(optimizer, weight, ~mask)


def no_decay(optimizer, weight, mask) -> None:
    for group in optimizer.param_groups:
        group["weight_decay"] = 0.0
    hold(optimizer, weight, mask)


def kept_for_good(optimizer, weight, mask) -> None:
    if not hasattr(optimizer, "before"):
        optimizer.before = weight.detach().clone()
    optimizer.step()
    weight.data = torch.where(mask, weight.data, optimizer.before)


def twice(optimizer, weight, mask) -> None:
    before = weight.detach().clone()
    optimizer.step()
    hold(optimizer, weight, mask)
    weight.data = torch.where(mask, weight.data, before)


def plain_descent(optimizer, weight, mask) -> None:
    (group,) = optimizer.param_groups
    weight.data -= group["lr"] * weight.grad * mask


def mask_spoilt(optimizer, weight, mask) -> None:
    hold(optimizer, weight, mask)
    mask.logical_not_()


def test_masked_step_rejects_every_known_wrong_answer() -> None:
    assert_rejects(
        lesson_12.masked_step,
        reference=hold,
        mutants={
            "the gradient alone": (gradient_alone, "masking the gradient is not enough"),
            "zeros": (zeros, "they became 0"),
            "no mask": (lambda optimizer, weight, mask: optimizer.step(), "nothing holds them"),
            "turned round": (turned, "other way round"),
            "no decay": (no_decay, "switched off"),
            "no step": (lambda optimizer, weight, mask: None, "has to take its step"),
            "two steps": (twice, "two steps"),
            "the first copy": (kept_for_good, "make the copy anew at each call"),
            "plain descent": (plain_descent, "AdamW's step stands as it is"),
            "mask spoilt": (mask_spoilt, "the mask was changed in place"),
        },
    )


def dora(W: Tensor, A: Tensor, B: Tensor, m: Tensor, scaling: float) -> Tensor:
    V = W + scaling * (B @ A)
    return (m / V.norm(dim=1).detach())[:, None] * V


def moved(W: Tensor, A: Tensor, B: Tensor, scaling: float) -> Tensor:
    return W + scaling * (B @ A)


def normed(length, of=moved):
    """The same with another length."""

    def weight(W: Tensor, A: Tensor, B: Tensor, m: Tensor, scaling: float) -> Tensor:
        V = of(W, A, B, scaling)
        return m[:, None] * V / length(W, V).detach()

    return weight


def in_place_dora(W: Tensor, A: Tensor, B: Tensor, m: Tensor, scaling: float) -> Tensor:
    with torch.no_grad():
        W += 1
    return dora(W - 1, A, B, m, scaling)


def attached(W: Tensor, A: Tensor, B: Tensor, m: Tensor, scaling: float) -> Tensor:
    V = moved(W, A, B, scaling)
    return m[:, None] * V / V.norm(dim=1, keepdim=True)


def all_still(W: Tensor, A: Tensor, B: Tensor, m: Tensor, scaling: float) -> Tensor:
    V = moved(W, A, B, scaling).detach()
    return m[:, None] * V / V.norm(dim=1, keepdim=True)


def test_dora_weight_rejects_every_known_wrong_answer() -> None:
    assert_rejects(
        lesson_12.dora_weight,
        reference=dora,
        mutants={
            "columns": (normed(lambda W, V: V.norm(dim=0)), "of each column was taken"),
            "whole": (normed(lambda W, V: V.norm()), "of the whole matrix"),
            "of W": (normed(lambda W, V: W.norm(dim=1, keepdim=True)), "not that of W"),
            "no root": (normed(lambda W, V: V.square().sum(1, keepdim=True)), "root is missing"),
            "sizes": (normed(lambda W, V: V.abs().sum(1, keepdim=True)), "sizes were summed"),
            "no m": (lambda W, A, B, m, s: dora(W, A, B, torch.ones_like(m), s), "m is missing"),
            "no norm": (lambda W, A, B, m, s: m[:, None] * moved(W, A, B, s), "not brought to length 1"),
            "LoRA": (lambda W, A, B, m, s: moved(W, A, B, s), "LoRA's weight"),
            "no scaling": (lambda W, A, B, m, s: dora(W, A, B, m, 1.0), "scaling s is missing"),
            "no W": (lambda W, A, B, m, s: dora(0 * W, A, B, m, s), "W is missing"),
            "norm attached": (attached, "constant in backward: detach it"),
            "all detached": (all_still, "detach the norm alone"),
            "W overwritten": (in_place_dora, "in place"),
        },
    )


Rows = tuple[Tensor, Tensor, Tensor, Tensor, Tensor]


def parts(q: Tensor, K: Tensor, V: Tensor, P_K: Tensor, P_V: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The share, the attention to the text, and that to the prefix."""
    s, p = q @ K.T / q.shape[1] ** 0.5, q @ P_K.T / q.shape[1] ** 0.5
    g = (p.logsumexp(1, keepdim=True) - s.logsumexp(1, keepdim=True)).sigmoid()
    return g, s.softmax(1) @ V, p.softmax(1) @ P_V


def mix(change=lambda g, old, new: (1 - g) * old + g * new, share=lambda g, *given: g):
    """The right parts, mixed by `change`; `share(g, q, K, V, P_K, P_V)` is what is handed back for g."""

    def answer(*given: Tensor) -> tuple[Tensor, Tensor]:
        g, old, new = parts(*given)
        return share(g, *given), change(g, old, new)

    return answer


def of_scores(share):
    """Another share, made from the scores of the prefix and of the text."""

    def answer(*given: Tensor) -> tuple[Tensor, Tensor]:
        q, K, V, P_K, P_V = given
        return share(q @ P_K.T / q.shape[1] ** 0.5, q @ K.T / q.shape[1] ** 0.5), mix()(*given)[1]

    return answer


def wide(share):
    """The same with both scores in one row, the prefix first."""
    return of_scores(lambda p, s: share(torch.cat([p, s], 1), p.shape[1]))


def with_root(root):
    def answer(q: Tensor, K: Tensor, V: Tensor, P_K: Tensor, P_V: Tensor) -> tuple[Tensor, Tensor]:
        return mix()(q * q.shape[1] ** 0.5 / root(q, V), K, V, P_K, P_V)

    return answer


def overflowing(q: Tensor, K: Tensor, V: Tensor, P_K: Tensor, P_V: Tensor) -> tuple[Tensor, Tensor]:
    p, s = ((q @ rows.T / q.shape[1] ** 0.5).exp() for rows in (P_K, K))
    total = p.sum(1, keepdim=True) + s.sum(1, keepdim=True)
    return p.sum(1, keepdim=True) / total, (p @ P_V + s @ V) / total


def one_largest(*given: Tensor) -> tuple[Tensor, Tensor]:
    q, K, V, P_K, P_V = given
    p, s = (q @ rows.T / q.shape[1] ** 0.5 for rows in (P_K, K))
    most = torch.cat([p, s], 1).max()
    p, s = (p - most).exp().sum(1, keepdim=True), (s - most).exp().sum(1, keepdim=True)
    return p / (p + s), mix()(*given)[1]


def query_spoilt(q: Tensor, *given: Tensor) -> tuple[Tensor, Tensor]:
    found = mix()(q.clone(), *given)
    q /= q.shape[1] ** 0.5
    return found


def test_prefix_as_gate_rejects_every_known_wrong_answer() -> None:
    assert_rejects(
        lesson_12.prefix_as_gate,
        reference=mix(),
        mutants={
            "text's share": (mix(share=lambda g, *given: 1 - g), "that is the text's share"),
            "no root": (with_root(lambda q, V: 1), "root of the width is missing"),
            "width": (with_root(lambda q, V: q.shape[1]), "it is its root"),
            "width of V": (with_root(lambda q, V: V.shape[1] ** 0.5), "width of V"),
            "number": (with_root(lambda q, V: len(q) ** 0.5), "number of queries"),
            "odds": (mix(share=lambda g, *given: g / (1 - g)), "divide by the sum of both"),
            "rows": (
                mix(share=lambda g, q, K, V, P_K, P_V: g * 0 + len(P_K) / len(torch.cat([P_K, K]))),
                "which no query can change",
            ),
            "one for all": (mix(share=lambda g, *given: g.mean().expand_as(g)), "one number for all queries"),
            "over queries": (wide(lambda both, p: both.softmax(0)[:, :p].sum(1, True)), "over the queries"),
            "other end": (wide(lambda both, p: both.softmax(1)[:, -p:].sum(1, True)), "other end"),
            "first row": (wide(lambda both, p: both.softmax(1)[:, :1]), "first learned row alone"),
            "sums": (
                of_scores(lambda p, s: (p.sum(1, True) - s.sum(1, True)).sigmoid()),
                "added up before the exponential",
            ),
            "mean": (mix(share=lambda g, q, K, V, P_K, P_V: g / len(P_K)), "it gets their sum"),
            "exchanged": (mix(lambda g, old, new: g * old + (1 - g) * new), "the two were exchanged"),
            "kept whole": (mix(lambda g, old, new: old + g * new), "nothing was taken"),
            "both whole": (mix(lambda g, old, new: old + new), "added up whole"),
            "old": (mix(lambda g, old, new: old), "where is the prefix"),
            "new": (mix(lambda g, old, new: new), "the prefix alone came back"),
            "no text": (mix(lambda g, old, new: g * new), "the text's part is missing"),
            "no prefix": (mix(lambda g, old, new: (1 - g) * old), "the prefix's part is missing"),
            "half": (mix(lambda g, old, new: (old + new) / 2), "half of each"),
            "g twice": (mix(lambda g, old, new: (1 - g) * old + g * g * new), "likely:   g came in twice"),
            "1 - g twice": (mix(lambda g, old, new: (1 - g) ** 2 * old + g * new), "share came in twice"),
            "difference": (mix(lambda g, old, new: (1 - g) * old - g * new), "the difference was added"),
            "overflow": (overflowing, "found:    tensor of shape (3, 1): nan, nan"),
            "one largest": (one_largest, "found:    tensor of shape (3, 1): nan, 0"),
            "one came back": (lambda *given: mix()(*given)[1], "return both"),
            "in place": (query_spoilt, "in place"),
        },
    )


@pytest.mark.parametrize("answer", [overflowing, one_largest])
def test_each_query_has_a_largest_score_of_its_own(answer) -> None:
    with pytest.raises(CheckFailed, match="or gave 0 throughout.* largest score of each query"):
        lesson_12.prefix_as_gate(answer)


def opened(x: Tensor, real: Tensor, w: Tensor) -> Tensor:
    return ((x @ w).sigmoid() * real).sum(1) / real.sum(1)


def scaling(gates):
    """The change times other gates, one for each text or for each token."""

    def answer(x: Tensor, real: Tensor, w: Tensor, change: Tensor) -> Tensor:
        g = gates(x, real, w)
        return g.reshape(*g.shape, *[1] * (3 - g.ndim)) * change

    return answer


def change_spoilt(x: Tensor, real: Tensor, w: Tensor, change: Tensor) -> Tensor:
    found = scaling(opened)(x, real, w, change.clone())
    x.mul_(real[..., None])
    return found


def test_gated_change_rejects_every_known_wrong_answer() -> None:
    assert_rejects(
        lesson_12.gated_change,
        reference=scaling(opened),
        mutants={
            "over padding": (scaling(lambda x, real, w: (x @ w).sigmoid().mean(1)), "padding takes part"),
            "by the width": (
                scaling(lambda x, real, w: ((x @ w).sigmoid() * real).mean(1)),
                "divided by the width of the batch",
            ),
            "zeros before": (scaling(lambda x, real, w: (x @ w * real).sigmoid().mean(1)), "σ(0) is 1/2"),
            "zeros before, counted": (
                scaling(lambda x, real, w: (x @ w * real).sigmoid().sum(1) / real.sum(1)),
                "padding out after the sigmoid",
            ),
            "mean first": (
                scaling(lambda x, real, w: ((x @ w * real).sum(1) / real.sum(1)).sigmoid()),
                "the mean came before the sigmoid: each",
            ),
            "mean first, of all": (scaling(lambda x, real, w: (x @ w).mean(1).sigmoid()), "and over padding"),
            "turned round": (scaling(lambda x, real, w: opened(x, ~real, w)), "other way round"),
            "per token": (scaling(lambda x, real, w: (x @ w).sigmoid()), "a gate for each token: here"),
            "per real token": (scaling(lambda x, real, w: (x @ w).sigmoid() * real), "shut on padding"),
            "one for all": (
                scaling(lambda x, real, w: (x @ w).sigmoid()[real].mean().expand(len(x))),
                "each text has its own",
            ),
            "no sigmoid": (scaling(lambda x, real, w: (x @ w * real).sum(1) / real.sum(1)), "is missing"),
            "shut": (scaling(lambda x, real, w: 1 - opened(x, real, w)), "keeps shut"),
            "sum": (scaling(lambda x, real, w: ((x @ w).sigmoid() * real).sum(1)), "take their mean"),
            "first": (scaling(lambda x, real, w: (x[:, 0] @ w).sigmoid()), "the first position"),
            "last": (scaling(lambda x, real, w: (x[:, -1] @ w).sigmoid()), "the last position"),
            "unscaled": (lambda x, real, w, change: change + 0 * (x @ w).sum(), "came back as it was"),
            "added": (lambda x, real, w, c: c + opened(x, real, w)[:, None, None], "the gate was added"),
            "x scaled": (lambda x, real, w, c: scaling(opened)(x, real, w, x), "x was scaled"),
            "the gate": (lambda x, real, w, change: opened(x, real, w), "the gate came back"),
            "padding cleared": (
                lambda x, real, w, change: scaling(opened)(x, real, w, change) * real[..., None],
                "change of padding was set to 0",
            ),
            "no gradient": (
                scaling(lambda x, real, w: opened(x, real, w.detach())),
                "w is what training moves",
            ),
            "in place": (change_spoilt, "in place"),
        },
    )
