"""The checks of lesson 07 accept the reference and name every known wrong answer."""

import torch
from torch import Tensor, nn

from ia3_teach.check import lesson_07
from ia3_teach.check.mutants import assert_rejects


def test_lora_values_rejects_every_known_wrong_answer() -> None:
    assert_rejects(
        lesson_07.lora_values,
        reference=lambda d_in, d_out, r: r * (d_in + d_out),
        mutants={
            "product": (lambda d_in, d_out, r: d_in * d_out, "size of W itself"),
            "with W": (lambda d_in, d_out, r: d_in * d_out + r * (d_in + d_out), "W is frozen"),
            "multiplied": (lambda d_in, d_out, r: r * d_in * d_out, "not multiplied"),
            "only A": (lambda d_in, d_out, r: r * d_in, "only A"),
            "only B": (lambda d_in, d_out, r: r * d_out, "only B"),
            "with a bias": (lambda d_in, d_out, r: r * (d_in + d_out) + d_out, "a bias was counted as well"),
            "with both": (lambda d_in, d_out, r: r * (d_in + d_out + 1) + d_out, "Linears were counted with"),
        },
    )


class LoRALinear(nn.Module):
    """The reference; each mutant below changes one thing."""

    def __init__(self, base: nn.Linear, r: int, alpha: float) -> None:
        super().__init__()
        self.base = base.requires_grad_(False)
        self.A = nn.Parameter(torch.randn(r, base.in_features))
        self.B = nn.Parameter(torch.zeros(base.out_features, r))
        self.scaling = alpha / r

    def forward(self, x: Tensor) -> Tensor:
        return self.base(x) + self.scaling * (x @ self.A.T @ self.B.T)


class BothRandom(LoRALinear):
    def __init__(self, base: nn.Linear, r: int, alpha: float) -> None:
        super().__init__(base, r, alpha)
        nn.init.normal_(self.B)


class BothZero(LoRALinear):
    def __init__(self, base: nn.Linear, r: int, alpha: float) -> None:
        super().__init__(base, r, alpha)
        nn.init.zeros_(self.A)


class Swapped(LoRALinear):
    def __init__(self, base: nn.Linear, r: int, alpha: float) -> None:
        super().__init__(base, r, alpha)
        self.A, self.B = nn.Parameter(self.B.data), nn.Parameter(self.A.data)

    def forward(self, x: Tensor) -> Tensor:
        return self.base(x) + self.scaling * (x @ self.B.T @ self.A.T)


class BaseTrainable(LoRALinear):
    def __init__(self, base: nn.Linear, r: int, alpha: float) -> None:
        super().__init__(base, r, alpha)
        self.base.requires_grad_(True)


class BiasTrainable(LoRALinear):
    def __init__(self, base: nn.Linear, r: int, alpha: float) -> None:
        super().__init__(base, r, alpha)
        if base.bias is not None:
            self.base.bias.requires_grad_(True)


class AFrozen(LoRALinear):
    def __init__(self, base: nn.Linear, r: int, alpha: float) -> None:
        super().__init__(base, r, alpha)
        self.A.requires_grad_(False)


class PlainTensors(LoRALinear):
    def __init__(self, base: nn.Linear, r: int, alpha: float) -> None:
        super().__init__(base, r, alpha)
        A, B = self.A.data, self.B.data
        del self.A, self.B
        self.A, self.B = A, B


class NoScaling(LoRALinear):
    def forward(self, x: Tensor) -> Tensor:
        return self.base(x) + x @ self.A.T @ self.B.T


class AlphaAlone(LoRALinear):
    def forward(self, x: Tensor) -> Tensor:
        return self.base(x) + self.scaling * len(self.A) * (x @ self.A.T @ self.B.T)


class NoBias(LoRALinear):
    def forward(self, x: Tensor) -> Tensor:
        return x @ (self.base.weight + self.scaling * self.B @ self.A).T


class NoEffect(LoRALinear):
    def forward(self, x: Tensor) -> Tensor:
        return self.base(x)


def test_lora_linear_rejects_every_known_wrong_answer() -> None:
    assert_rejects(
        lesson_07.lora_linear,
        reference=LoRALinear,
        mutants={
            "A and B random": (BothRandom, "set B to zero"),
            "A and B zero": (BothZero, "only B starts at zero"),
            "A and B swapped": (Swapped, "changed places"),
            "base trainable": (BaseTrainable, "requires_grad_(False) is missing"),
            "bias trainable": (BiasTrainable, "its weight alone is frozen"),
            "A frozen": (AFrozen, "both of them"),
            "plain tensors": (PlainTensors, "no optimizer finds them"),
            "no scaling": (NoScaling, "scaling alpha / r is missing"),
            "alpha alone": (AlphaAlone, "not alpha"),
            "no bias": (NoBias, "bias of the base"),
            "no effect": (NoEffect, "no effect"),
        },
    )


def merge(weight: Tensor, bias: Tensor | None, A: Tensor, B: Tensor, alpha: float) -> tuple:
    return weight + alpha / len(A) * (B @ A), bias


def in_place(weight: Tensor, bias: Tensor | None, A: Tensor, B: Tensor, alpha: float) -> tuple:
    weight += alpha / len(A) * (B @ A)
    return weight, bias


def scaled_bias(weight: Tensor, bias: Tensor | None, A: Tensor, B: Tensor, alpha: float) -> tuple:
    return merge(weight, None, A, B, alpha)[0], None if bias is None else alpha / len(A) * bias


def invented_bias(weight: Tensor, bias: Tensor | None, A: Tensor, B: Tensor, alpha: float) -> tuple:
    return merge(weight, None, A, B, alpha)[0], 0 if bias is None else bias


def test_merge_lora_rejects_every_known_wrong_answer() -> None:
    assert_rejects(
        lesson_07.merge_lora,
        reference=merge,
        mutants={
            "no scaling": (lambda W, b, A, B, alpha: (W + B @ A, b), "alpha / r is missing"),
            "alpha alone": (lambda W, b, A, B, alpha: (W + alpha * B @ A, b), "not alpha"),
            "transposed": (lambda W, b, A, B, alpha: (W + alpha / len(A) * (B @ A).T, b), "transposed"),
            "replaces W": (lambda W, b, A, B, alpha: (alpha / len(A) * (B @ A), b), "ADDED"),
            "changes the bias": (scaled_bias, "LoRA changes W alone"),
            "invents a bias": (invented_bias, "hand None back"),
            "in place": (in_place, "in place"),
        },
    )
