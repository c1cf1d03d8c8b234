"""AdaLoRA: its function, its penalty, its scores and its schedule, each against a slow twin or PEFT."""

import math

import peft
import pytest
import torch
from family.one_layer import EXACT, holds, layer, moved, numbers
from family.twin import compare
from small_models import bert, tokens
from torch import Tensor

from ia3_teach import attach, fit
from ia3_teach.family import AdaLoRA
from ia3_teach.family.ada_lora import Singular, budget
from ia3_teach.layer import wrapped

DATA = [{"input_ids": row.tolist(), "labels": i % 2} for i, row in enumerate(tokens())]


def formula(a: Singular, x: Tensor) -> Tensor:
    change = sum(1.5 * a.g[k] * a.B[:, k] * (a.A[k] @ x) for k in range(3))
    return layer().weight @ x + layer().bias + change


class WithoutTheScaling(Singular):
    def delta(self) -> Tensor:
        return self.B @ (self.g[:, None] * self.A)


class GateOnTheOtherSide(Singular):
    def change(self, x: Tensor) -> Tensor:
        return (x @ self.A.T) @ (self.scaling * self.B * self.g.flip(0)).T


@pytest.mark.parametrize("settings", [{"target": 0}, {"r": 4, "target": 5}])
def test_settings_that_cannot_be_are_refused(settings: dict) -> None:
    with pytest.raises(ValueError, match="whole number|at most r=4"):
        AdaLoRA(**settings)


def test_after_step_without_an_adapter_is_refused() -> None:
    with pytest.raises(ValueError, match="no adapter 'default' with gates"):
        AdaLoRA().after_step(bert(), steps=10)


@pytest.mark.parametrize(
    ("kind", "right"), [(Singular, True), (WithoutTheScaling, False), (GateOnTheOtherSide, False)]
)
def test_it_is_the_formula(kind, right: bool) -> None:
    assert holds(moved(kind(layer(), 3, 1.5, 0.1)), layer(), formula) == right


@pytest.mark.parametrize("kind", ["bert", "bloom"])
def test_its_function_is_pefts_but_for_the_1e_5_that_peft_adds(kind: str) -> None:
    """PEFT divides alpha by r + 1e-5 (`ranknum`, which starts at r)."""
    sites = {"bert": ["query", "intermediate.dense"], "bloom": ["query_key_value"]}[kind]
    config = peft.AdaLoraConfig(init_r=4, target_r=2, lora_alpha=6, target_modules=sites, total_step=100)
    alpha = 6 * 4 / (4 + 1e-5)
    names = {"A": "lora_A.default", "B": "lora_B.default", "g": "lora_E.default"}
    recipe = AdaLoRA(r=4, target=2, alpha=alpha, orthogonal=0.0, sites=sites, modules_to_save=[])
    compare(recipe, config, names, kind)


def test_the_penalty_has_the_gradient_that_it_would_have_in_the_loss() -> None:
    pair, x = moved(Singular(layer(), 3, 1.5, 0.2)), numbers(2, 6)
    pair.around(layer(), x).sum().backward()
    same = torch.eye(3).double()
    apart = (pair.A @ pair.A.T - same).norm() ** 2 + (pair.B.T @ pair.B - same).norm() ** 2
    loss = (x @ (pair.W + pair.delta()).T).sum() + 0.2 * apart
    for mine, other in zip((pair.A, pair.B), torch.autograd.grad(loss, [pair.A, pair.B]), strict=True):
        torch.testing.assert_close(mine.grad, other, **EXACT)


def test_the_scores_are_smoothed_importance_times_smoothed_uncertainty() -> None:
    """Entry by entry over three steps; without the second average they are others."""
    pair, beta = moved(Singular(layer(), 2, 1.5, 0.0)), 0.85
    kept: dict[tuple, tuple[float, float]] = {}
    for step in range(3):
        for seed, parameter in enumerate(pair.parameters()):
            source = torch.Generator().manual_seed(10 * step + seed)
            parameter.grad = torch.randn(parameter.shape, generator=source, dtype=torch.float64)
        found, products = pair.scores(beta), {}
        for name, parameter in pair.named_parameters():
            for place, value in enumerate(parameter.flatten().tolist()):
                s = abs(value * parameter.grad.flatten()[place].item())
                mean, spread = kept.get((name, place), (0.0, 0.0))
                mean = beta * mean + (1 - beta) * s
                spread = beta * spread + (1 - beta) * abs(s - mean)
                kept[name, place], products[name, place] = (mean, spread), mean * spread
    for k in range(2):
        row = sum(products["A", k * 6 + j] for j in range(6)) / 6
        column = sum(products["B", i * 2 + k] for i in range(4)) / 4
        wanted = products["g", k] + row + column
        assert math.isclose(found[k].item(), wanted, rel_tol=1e-10)
        assert not math.isclose(found[k].item(), kept["g", k][0], rel_tol=1e-3)


@pytest.mark.parametrize("steps", [10, 100, 1000])
def test_the_budget_falls_from_r_to_the_target_and_never_rises(steps: int) -> None:
    found = [budget(step, steps, 12, 8) for step in range(steps + 1)]
    assert found[0] == 12 and found[-1] == 8 and found == sorted(found, reverse=True)
    middle = budget(0.4 * steps, steps, 12, 8)
    assert math.isclose(middle, 8 + 4 * 0.5**3)


def test_at_the_end_as_many_ranks_are_left_as_were_wanted_and_not_the_same_everywhere() -> None:
    model, recipe = bert().float(), AdaLoRA(r=4, target=2)
    attach(model, recipe)
    fit(model, DATA, steps=20, learning_rate=0.02, on_step=recipe.after_step(model, 20))
    gates = [p.adapters["default"].g for path, p in wrapped(model).items() if path != "classifier"]
    left = [(gate != 0).sum().item() for gate in gates]
    assert sum(left) == 2 * len(gates) and len(left) == 4
