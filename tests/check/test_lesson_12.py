"""The checks of lesson 12 accept the reference and name every known wrong answer."""

import torch
from torch import Tensor, nn

from ia3_teach.check import lesson_12
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
