"""LoRA's relatives by hand and against PEFT: rsLoRA, LoRA+, PiSSA, DoRA, HiRA, VeRA."""

import math

import peft
import pytest
import torch
from family.one_layer import EXACT, holds, layer, moved, numbers
from family.twin import compare
from small_models import bert
from torch import Tensor, nn

from ia3_teach import LoRA, attach, count
from ia3_teach.family import DoRA, HiRA, LoRAPlus, PiSSA, RsLoRA, VeRA
from ia3_teach.family.dora import Decomposed
from ia3_teach.family.hira import Hadamard, scaled
from ia3_teach.family.pairs import Pair
from ia3_teach.family.pissa import Principal
from ia3_teach.family.vera import Scaled
from ia3_teach.ia3 import IA3Vectors
from ia3_teach.layer import Adapted, wrapped
from ia3_teach.sites.find import Site

SITES = {"bert": ["query", "intermediate.dense"], "bloom": ["query_key_value", "dense_h_to_4h"]}
PAIR = {"A": "lora_A.default.weight", "B": "lora_B.default.weight"}
both = pytest.mark.parametrize("kind", ["bert", "bloom"])


def entry(weight, bias: Tensor, x: Tensor) -> Tensor:
    """Σ_j weight(i, j) x_j + b_i, number by number."""
    return torch.stack([sum(weight(i, j) * x[j] for j in range(len(x))) + b for i, b in enumerate(bias)])


def product(a: nn.Module, i: int, j: int) -> Tensor:
    return sum(a.B[i, k] * a.A[k, j] for k in range(len(a.A)))


def pair_formula(a: Pair, x: Tensor) -> Tensor:
    linear = layer()
    return entry(lambda i, j: linear.weight[i, j] + a.scaling * product(a, i, j), linear.bias, x)


def dora_formula(a: Decomposed, x: Tensor) -> Tensor:
    linear = layer()
    V = [[linear.weight[i, j] + a.scaling * product(a, i, j) for j in range(6)] for i in range(4)]
    lengths = [math.sqrt(sum(v.item() ** 2 for v in row)) for row in V]
    return entry(lambda i, j: a.m[i] * V[i][j] / lengths[i], linear.bias, x)


def hira_formula(a: Hadamard, x: Tensor) -> Tensor:
    linear = layer()
    return entry(lambda i, j: linear.weight[i, j] * (1 + product(a, i, j)), linear.bias, x)


def vera_formula(a: Scaled, x: Tensor) -> Tensor:
    linear, r = layer(), len(a.d)
    return entry(
        lambda i, j: linear.weight[i, j] + sum(a.b[i] * a.B[i, k] * a.d[k] * a.A[k, j] for k in range(r)),
        linear.bias,
        x,
    )


def pissa_formula(a: Principal, x: Tensor) -> Tensor:
    linear = layer()
    rest = linear.weight - a.B_0 @ a.A_0
    return entry(lambda i, j: rest[i, j] + product(a, i, j), linear.bias, x)


RIGHT = {
    "pair": (lambda: Pair(layer(), 2, 1.5), pair_formula),
    "dora": (lambda: Decomposed(layer(), 2, 1.5), dora_formula),
    "hira": (lambda: Hadamard(layer(), 2), hira_formula),
    "vera": (lambda: Scaled(layer(), 3, seed=0), vera_formula),
    "pissa": (lambda: Principal(layer(), 2), pissa_formula),
}


class PairUnscaled(Pair):
    def delta(self) -> Tensor:
        return self.B @ self.A


class PairScaledTwice(Pair):
    def change(self, x: Tensor) -> Tensor:
        return self.scaling * super().change(x)


class DoRANormOfColumns(Decomposed):
    def delta(self) -> Tensor:
        V = self.W + Pair.delta(self)
        return self.m[:, None] * V / V.norm(dim=0) - self.W


class DoRANormOfW(Decomposed):
    def delta(self) -> Tensor:
        return (self.m / self.W.norm(dim=1))[:, None] * (self.W + Pair.delta(self)) - self.W


class HiRAReplaces(Hadamard):
    def delta(self) -> Tensor:
        return scaled(self.W, self.A, self.B) - self.W


class HiRAMatrixProduct(Hadamard):
    def delta(self) -> Tensor:
        return self.W @ (self.B @ self.A).T @ self.W


class VeRASwapsTheVectors(Scaled):
    def change(self, x: Tensor) -> Tensor:
        return (self.d.mean() * self.b) * ((x @ self.A.T) @ self.B.T)


class VeRAScalesBeforeB(Scaled):
    def delta(self) -> Tensor:
        return self.B @ (self.d[:, None] * self.A) * self.b.mean()


class PiSSAForgetsTheRest(Principal):
    def delta(self) -> Tensor:
        return self.B @ self.A


class PiSSAUnrooted(Principal):
    def change(self, x: Tensor) -> Tensor:
        return x @ self.A.T @ self.B.T - (x @ self.A_0.T @ self.B_0.T).square()


WRONG = [
    *((kind, lambda kind=kind: kind(layer(), 2, 1.5), "pair") for kind in (PairUnscaled, PairScaledTwice)),
    *((kind, lambda kind=kind: kind(layer(), 2, 1.5), "dora") for kind in (DoRANormOfColumns, DoRANormOfW)),
    *((kind, lambda kind=kind: kind(layer(), 2), "hira") for kind in (HiRAReplaces, HiRAMatrixProduct)),
    *((k, lambda k=k: k(layer(), 3, 0), "vera") for k in (VeRASwapsTheVectors, VeRAScalesBeforeB)),
    *((kind, lambda kind=kind: kind(layer(), 2), "pissa") for kind in (PiSSAForgetsTheRest, PiSSAUnrooted)),
]


@pytest.mark.parametrize("settings", [{"r": 0}, {"r": 1.0}, {"r": True}, {"alpha": math.inf}, {"alpha": "8"}])
@pytest.mark.parametrize("method", [RsLoRA, LoRAPlus, PiSSA, DoRA, HiRA, VeRA])
def test_settings_that_cannot_be_are_refused(method, settings: dict) -> None:
    with pytest.raises(ValueError, match="whole number|finite number"):
        method(**settings)


@pytest.mark.parametrize("ratio", [0, -1, math.inf, "16"])
def test_a_ratio_that_cannot_be_is_refused(ratio) -> None:
    with pytest.raises(ValueError, match="ratio is a finite number"):
        LoRAPlus(ratio=ratio)


def test_more_directions_than_a_weight_has_are_refused() -> None:
    with pytest.raises(ValueError, match="4 directions at most; found r=5"):
        Principal(layer(), 5)


@pytest.mark.parametrize("name", RIGHT)
def test_it_is_the_formula(name: str) -> None:
    build, formula = RIGHT[name]
    assert holds(moved(build()), layer(), formula)


@pytest.mark.parametrize(("kind", "build", "name"), WRONG, ids=[kind.__name__ for kind, *_ in WRONG])
def test_wrong_ones_are_told_apart(kind, build, name: str) -> None:
    adapter = moved(build())
    assert type(adapter) is kind and not holds(adapter, layer(), RIGHT[name][1])


@both
def test_rs_lora_is_what_peft_does(kind: str) -> None:
    config = peft.LoraConfig(r=3, lora_alpha=5, use_rslora=True, target_modules=SITES[kind])
    compare(RsLoRA(r=3, alpha=5, sites=SITES[kind], modules_to_save=[]), config, PAIR, kind)


@both
def test_dora_is_what_peft_does(kind: str) -> None:
    config = peft.LoraConfig(r=3, lora_alpha=5, use_dora=True, target_modules=SITES[kind])
    names = PAIR | {"m": "lora_magnitude_vector.default.weight"}
    compare(DoRA(r=3, alpha=5, sites=SITES[kind], modules_to_save=[]), config, names, kind)


def test_doras_norm_is_a_constant_in_backward() -> None:
    """Without the detach the output is the same and the gradient another one."""
    adapter, x = moved(Decomposed(layer(), 2, 1.5)), numbers(3, 6)
    adapter.around(layer(), x).square().sum().backward()
    V = adapter.W + Pair.delta(adapter)
    y = x @ (adapter.m[:, None] * V / V.norm(dim=1, keepdim=True)).T + layer().bias
    torch.testing.assert_close(y, adapter.around(layer(), x), **EXACT)
    (through,) = torch.autograd.grad(y.square().sum(), adapter.A)
    assert (through - adapter.A.grad).abs().max() > 1e-3


@both
def test_hira_is_what_peft_does(kind: str) -> None:
    config = peft.HiraConfig(r=3, target_modules=SITES[kind])
    names = {"A": "hira_A.default", "B": "hira_B.default"}
    compare(HiRA(r=3, sites=SITES[kind], modules_to_save=[]), config, names, kind)


@both
def test_vera_is_what_peft_does(kind: str) -> None:
    config = peft.VeraConfig(r=5, target_modules=SITES[kind])

    def copy_pair(ours: nn.Module, theirs: nn.Module) -> None:
        for path, place in wrapped(ours, Adapted).items():
            other, adapter = theirs.get_submodule(f"base_model.model.{path}"), place.adapters["default"]
            adapter.A.copy_(other.vera_A["default"][:, : adapter.A.shape[1]])
            adapter.B.copy_(other.vera_B["default"][: adapter.B.shape[0]])

    names = {"d": "vera_lambda_d.default", "b": "vera_lambda_b.default"}
    compare(VeRA(r=5, sites=SITES[kind], modules_to_save=[]), config, names, kind, copy_pair)


@both
def test_pissa_is_what_peft_does(kind: str) -> None:
    """PEFT's frozen rest is W - B_0 A_0; given ours, it is the same function with the same gradients."""
    config = peft.LoraConfig(r=3, lora_alpha=3, target_modules=SITES[kind])

    def freeze_rest(ours: nn.Module, theirs: nn.Module) -> None:
        for path, place in wrapped(ours, Adapted).items():
            adapter = place.adapters["default"]
            other = theirs.get_submodule(f"base_model.model.{path}")
            other.base_layer.weight.data = place.base.weight - adapter.B_0 @ adapter.A_0

    compare(PiSSA(r=3, sites=SITES[kind], modules_to_save=[]), config, PAIR, kind, freeze_rest)


def test_pissa_begins_where_peft_begins() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(7, 5))
    attach(model, PiSSA(r=2, sites=["0"]))
    mine = model[0].adapters["default"]
    other = nn.Sequential(nn.Linear(7, 5))
    other[0].weight.data = model[0].weight.clone()
    theirs = peft.get_peft_model(
        other, peft.LoraConfig(r=2, lora_alpha=2, init_lora_weights="pissa", target_modules=["0"])
    )
    part = theirs.base_model.model[0]
    ours = mine.B_0 @ mine.A_0
    torch.testing.assert_close(
        ours, part.lora_B["default"].weight @ part.lora_A["default"].weight, rtol=0, atol=1e-5
    )
    torch.testing.assert_close(mine.W - ours, part.base_layer.weight, rtol=0, atol=1e-5)


def test_what_pissa_leaves_frozen_is_as_small_as_any_rank_can_make_it() -> None:
    adapter = Principal(layer(), 2)
    left = (adapter.W - adapter.B_0 @ adapter.A_0).norm()
    tail = torch.linalg.svdvals(adapter.W)[2:].norm()
    torch.testing.assert_close(left, tail, **EXACT)
    assert (adapter.W - Pair(layer(), 2).delta()).norm() > left


def test_hira_of_rank_one_and_ones_is_ia3_on_the_output_without_the_bias() -> None:
    linear, x = layer(), numbers(2, 3, 6)
    mine, ia3 = moved(Hadamard(linear, 1)), IA3Vectors(Site("0", "out", {"l": None}), linear)
    with torch.no_grad():
        mine.A.fill_(1)
        ia3.l.copy_(1 + mine.B[:, 0])
    by_ia3 = ia3.around(lambda x: linear(x) - linear.bias, x) + linear.bias
    torch.testing.assert_close(mine.around(linear, x), by_ia3, **EXACT)


def test_w_times_a_product_of_ones_is_the_identity() -> None:
    W = layer().weight
    assert torch.equal(scaled(W, torch.ones(1, 6), torch.ones(4, 1)), W)
    l = numbers(4)
    assert torch.equal(scaled(W, torch.ones(1, 6).double(), l[:, None]), l[:, None] * W)


@pytest.mark.parametrize(("r", "alpha", "ratio"), [(4, 8, 16), (16, 2, 3)])
def test_the_scalings_are_those_of_the_papers_and_not_each_others(r: int, alpha: float, ratio: float) -> None:
    lora, rs, plus = alpha / r, alpha / math.sqrt(r), ratio * alpha / r
    assert RsLoRA(r=r, alpha=alpha).scaling == rs != lora
    assert rs != alpha / r**2 and rs != alpha * math.sqrt(r)
    assert LoRAPlus(r=r, alpha=alpha, ratio=ratio).scaling == plus
    assert plus not in (lora, alpha / r / ratio, lora * ratio**2)


def test_lora_plus_is_lora_with_two_rates() -> None:
    """Against an optimizer with a group for B, as the official code has it.

    One rate for both, or the higher one on A, would move them elsewhere.
    """
    data = [{"input_ids": [5, 6, 7], "labels": 1}]
    plus, plain = bert().float(), bert().float()
    attach(plus, LoRAPlus(r=2, alpha=4, ratio=8, modules_to_save=[]))
    attach(plain, LoRA(r=2, alpha=4, modules_to_save=[]))
    for mine, other in zip(wrapped(plus).values(), wrapped(plain).values(), strict=True):
        other.adapters["default"].A.data.copy_(mine.adapters["default"].A)
    groups = {8: [], 1: []}
    for name, parameter in plain.named_parameters():
        if parameter.requires_grad:
            groups[8 if name.endswith("B") else 1].append(parameter)
    optimizer = torch.optim.AdamW(
        [{"params": ps, "lr": 1e-3 * ratio} for ratio, ps in groups.items()], weight_decay=0, eps=1e-30
    )
    other = torch.optim.AdamW(
        [p for p in plus.parameters() if p.requires_grad], lr=1e-3, weight_decay=0, eps=1e-30
    )
    for _ in range(5):
        for model, each in ((plus, other), (plain, optimizer)):
            each.zero_grad()
            model.eval()(
                input_ids=torch.tensor([data[0]["input_ids"]]), labels=torch.tensor([1])
            ).loss.backward()
            each.step()
    for mine, twin in zip(wrapped(plus).values(), wrapped(plain).values(), strict=True):
        a, b = mine.adapters["default"], twin.adapters["default"]
        torch.testing.assert_close(8 * a.B, b.B, rtol=1e-3, atol=1e-6)
        torch.testing.assert_close(a.A, b.A, rtol=1e-3, atol=1e-6)
        assert not torch.allclose(a.B, b.B, rtol=0.1, atol=0)


def test_veras_pair_is_one_for_all_layers_and_is_not_saved() -> None:
    model = bert()
    attach(model, VeRA(r=4, sites=["query", "intermediate.dense"], modules_to_save=[]))
    small, large = list(wrapped(model).values())[:2]
    a, b = small.adapters["default"], large.adapters["default"]
    assert torch.equal(a.A, b.A) and torch.equal(a.B, b.B[:16]) and b.B.shape == (32, 4)
    assert sorted(a.state_dict()) == ["b", "d"]


def test_the_counts_are_those_that_peft_and_the_papers_give() -> None:
    from transformers import BloomConfig, BloomForCausalLM

    with torch.device("meta"):
        model = BloomForCausalLM(BloomConfig(hidden_size=1024, n_layer=24, n_head=16))
    for recipe, wanted in {
        LoRAPlus(): 786_432,
        DoRA(): 786_432 + 24 * 3072,
        VeRA(): 24 * (256 + 3072),
    }.items():
        attach(model, recipe, type(recipe).__name__)
        assert count(model).adapter == wanted == count(model).formula.value


def test_a_model_without_memory_gets_the_unchanged_model() -> None:
    x = torch.randn(2, 6)
    for recipe in (DoRA(r=2, sites=["0"]), VeRA(r=2, sites=["0"]), PiSSA(r=2, sites=["0"])):
        with torch.device("meta"):
            model = nn.Sequential(nn.Linear(6, 4))
        attach(model, recipe)
        model.to_empty(device="cpu")
        base = model[0].base
        torch.nn.init.normal_(base.weight), torch.nn.init.zeros_(base.bias)
        for adapter in model[0].adapters.values():
            adapter.reset_parameters()
        torch.testing.assert_close(model(x), base(x), rtol=0, atol=1e-5)
