"""Methods that do something of their own while they train: Child-Tuning, DyLoRA, SoRA."""

import pytest
import torch
from family.one_layer import EXACT, holds, layer, moved, numbers
from small_models import bloom, tokens
from torch import Tensor

from ia3_teach import attach, fit
from ia3_teach.family import ChildTuning, DyLoRA, SoRA
from ia3_teach.family.child_tuning import Child
from ia3_teach.family.dy_lora import Nested
from ia3_teach.family.pairs import GatedPair
from ia3_teach.layer import wrapped


def child_formula(a: Child, x: Tensor) -> Tensor:
    return (layer().weight + a.w) @ x + layer().bias


def nested_formula(a: Nested, x: Tensor) -> Tensor:
    change = sum(3.0 / 2 * a.B[:, k] * (a.A[k] @ x) for k in range(2))
    return layer().weight @ x + layer().bias + change


def gated_formula(a: GatedPair, x: Tensor) -> Tensor:
    return layer().weight @ x + layer().bias + sum(1.5 * a.g[k] * a.B[:, k] * (a.A[k] @ x) for k in range(3))


class ScalesByTheWholeRank(Nested):
    def cut(self, k: int) -> tuple[Tensor, Tensor]:
        return self.A[:k], self.scaling / len(self.A) * self.B[:, :k]


class TakesTheLastRows(Nested):
    def cut(self, k: int) -> tuple[Tensor, Tensor]:
        return self.A[-k:], self.scaling / k * self.B[:, -k:]


class GateOutside(GatedPair):
    def delta(self) -> Tensor:
        return self.g.mean() * self.scaling * self.B @ self.A


class GateTwice(GatedPair):
    def change(self, x: Tensor) -> Tensor:
        return (self.g**2 * (x @ self.A.T)) @ (self.scaling * self.B).T


CASES = {
    "child": (lambda: Child(layer(), 0.3), child_formula, True),
    "nested": (lambda: Nested(layer(), 4, 3.0, 2), nested_formula, True),
    "scales by the whole rank": (lambda: ScalesByTheWholeRank(layer(), 4, 3.0, 2), nested_formula, False),
    "takes the last rows": (lambda: TakesTheLastRows(layer(), 4, 3.0, 2), nested_formula, False),
    "gated": (lambda: GatedPair(layer(), 3, 1.5), gated_formula, True),
    "gate outside": (lambda: GateOutside(layer(), 3, 1.5), gated_formula, False),
    "gate twice": (lambda: GateTwice(layer(), 3, 1.5), gated_formula, False),
}


@pytest.mark.parametrize("name", CASES)
def test_right_ones_are_the_formula_and_wrong_ones_are_not(name: str) -> None:
    build, formula, right = CASES[name]
    assert holds(moved(build()).eval(), layer(), formula) == right


@pytest.mark.parametrize("share", [0, 2, "half"])
def test_a_share_that_cannot_be_is_refused(share) -> None:
    with pytest.raises(ValueError, match="share is a (share|finite number)"):
        ChildTuning(share=share)


def test_a_rank_above_r_is_refused() -> None:
    with pytest.raises(ValueError, match="at most r=4; found 5"):
        DyLoRA(r=4, rank=5)


class ForgetsTheShare(Child):
    """The mask without 1 / p: the mean of the gradient is too small."""

    def change(self, x: Tensor) -> Tensor:
        return self.share * super().change(x) + (1 - self.share) * super().change(x).detach()


class DrawsOnce(Child):
    """One mask for good, as the task-driven form has it."""

    def change(self, x: Tensor) -> Tensor:
        if not hasattr(self, "mask"):
            self.mask = torch.bernoulli(torch.full_like(self.w, self.share)) / self.share
        kept = self.w * self.mask
        return x @ (kept + (self.w - kept).detach()).T


def lets_a_share_through(kind: type[Child], train: bool = True, share: float = 0.25) -> bool:
    """Whether over many backwards that share of entries has a gradient, whose mean is the whole one."""
    torch.manual_seed(0)
    child, linear, x = kind(layer(), 0.25).train(train), layer(), numbers(3, 6)
    many = [torch.autograd.grad(child.around(linear, x).sum(), child.w)[0] for _ in range(2000)]
    found, whole = torch.stack(many), x.sum(0).expand(4, 6)
    often = found.ne(0).double().mean(0)
    close = torch.allclose(often, torch.full_like(often, share), rtol=0, atol=0.05)
    return close and torch.allclose(found.mean(0), whole, rtol=0.2, atol=0)


def test_a_share_of_the_gradient_comes_through_and_its_mean_is_the_whole() -> None:
    assert lets_a_share_through(Child)
    assert lets_a_share_through(Child, train=False, share=1.0)


@pytest.mark.parametrize("wrong", [ForgetsTheShare, DrawsOnce])
def test_other_lots_are_told_apart(wrong) -> None:
    assert not lets_a_share_through(wrong)


def test_a_rank_is_drawn_in_every_training_pass_and_all_of_them_come() -> None:
    torch.manual_seed(0)
    nested, x = moved(Nested(layer(), 3, 3.0, 3)).train(), numbers(2, 6)
    ranks = [nested.around(layer(), x) for _ in range(60)]
    by_rank = []
    for k in (1, 2, 3):
        A, B = nested.cut(k)
        by_rank.append(layer()(x) + x @ A.T @ B.T)
    hits = [[torch.allclose(y, wanted, **EXACT) for wanted in by_rank] for y in ranks]
    assert all(sum(each) == 1 for each in hits) and all(map(any, zip(*hits, strict=True)))


def test_the_gates_are_shrunk_to_exactly_zero_after_each_step() -> None:
    data = [{"input_ids": row.tolist(), "labels": row.tolist()} for row in tokens()]
    closed = {}
    for threshold in (0.0, 0.1):
        model, recipe = bloom().float(), SoRA(r=4, threshold=threshold)
        attach(model, recipe)
        fit(model, data, steps=12, learning_rate=0.01, on_step=recipe.after_step(model))
        gates = torch.cat([place.adapters["default"].g for place in wrapped(model).values()])
        closed[threshold] = (gates == 0).double().mean().item()
    assert closed[0.0] == 0 and closed[0.1] > 0.5


def test_the_shrinking_is_the_proximal_step_of_the_l1_norm() -> None:
    """argmin_z (z - g)² / 2 + ξ |z|, searched on a grid."""
    gated = GatedPair(layer(), 5, 1.0)
    gated.g.data = torch.tensor([-1.0, -0.05, 0.0, 0.08, 0.7]).double()
    before, grid = gated.g.detach().clone(), torch.linspace(-2, 2, 400_001).double()
    gated.shrink(0.1)
    for g, found in zip(before, gated.g, strict=True):
        best = grid[((grid - g).square() / 2 + 0.1 * grid.abs()).argmin()]
        assert abs(found - best) < 1e-4
