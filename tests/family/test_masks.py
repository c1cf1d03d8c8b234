"""Masks: which entries they choose, that nothing else moves, and diff pruning's gates."""

import math

import pytest
import torch
from family.one_layer import holds, layer, moved, numbers
from small_models import bert, bloom, tokens
from torch import Tensor, nn
from torch.nn import functional as F

from ia3_teach import attach, count, fit
from ia3_teach.family import DiffPruning, FishMask, MagnitudeMask, PaFi, RandomMask
from ia3_teach.family.diff_pruning import Gated, hard_concrete, largest
from ia3_teach.family.fish_mask import fisher
from ia3_teach.family.masks import Entries, top
from ia3_teach.layer import Adapted, linear_layers, wrapped
from ia3_teach.training.loop import labels_loss

DATA = [{"input_ids": row[:4].tolist(), "labels": int(row[0] > 25)} for row in tokens(6)]
SITES = ["query", "intermediate.dense"]
PLAIN = {"sites": SITES, "modules_to_save": []}


@pytest.mark.parametrize("index", [[-1, 2], [3, 3], [5, 2], [0, 24]])
def test_places_that_a_weight_does_not_have_and_places_given_twice_are_refused(index: list[int]) -> None:
    with pytest.raises(ValueError, match="a weight of 24 entries"):
        Entries(layer(), torch.tensor(index))


def weights_of(model: nn.Module) -> dict[str, Tensor]:
    return {path: layer.weight for path, layer in linear_layers(model).items() if path.endswith(tuple(SITES))}


@pytest.mark.parametrize("share", [0, -0.1, 1.5, "half"])
@pytest.mark.parametrize("mask", [RandomMask, MagnitudeMask, PaFi, FishMask])
def test_a_share_that_cannot_be_is_refused(mask, share) -> None:
    with pytest.raises(ValueError, match=r"share in \(0, 1\]|finite number"):
        mask(share=share)


def test_less_than_one_entry_no_data_and_a_fish_mask_without_any_are_refused() -> None:
    model = bert()
    with pytest.raises(ValueError, match="is not one entry"):
        attach(model, RandomMask(share=1e-9))
    with pytest.raises(ValueError, match=r"FishMask.of\(model, data\)"):
        attach(model, FishMask())
    with pytest.raises(ValueError, match="no examples"):
        FishMask.of(model, [])
    assert not wrapped(model)


class AddsToTheBias(Entries):
    def fold(self, weight: Tensor, bias: Tensor) -> tuple[Tensor, Tensor]:
        return weight, bias + self.delta().sum(1)


class ReadsByColumns(Entries):
    def delta(self) -> Tensor:
        d_out, d_in = self.W.shape
        flat = self.values.new_zeros(d_out * d_in).index_put((self.index,), self.values)
        return flat.view(d_in, d_out).T


def entries_formula(a: Entries, x: Tensor) -> Tensor:
    weight, places = (
        layer().weight.detach().clone(),
        dict(zip(a.index.tolist(), a.values.tolist(), strict=True)),
    )
    for place, value in places.items():
        weight[place // 6, place % 6] += value
    return weight @ x + layer().bias


@pytest.mark.parametrize(
    ("kind", "right"), [(Entries, True), (AddsToTheBias, False), (ReadsByColumns, False)]
)
def test_the_chosen_entries_are_added_where_they_stand(kind, right: bool) -> None:
    adapter = moved(kind(layer(), torch.tensor([1, 8, 23])))
    assert holds(adapter, layer(), entries_formula) == right


def test_the_best_of_all_layers_together_are_chosen() -> None:
    model = bert()
    attach(model, MagnitudeMask(share=0.1, **PLAIN))
    everything = torch.cat([weight.flatten() for weight in weights_of(model).values()]).abs()
    least = everything.topk(int(0.1 * len(everything))).values[-1]
    for path, place in wrapped(model, Adapted).items():
        chosen = place.base.weight.flatten()[place.adapters["default"].index].abs()
        assert (chosen >= least).all(), path
    assert count(model).adapter == int(0.1 * len(everything))


def test_pafi_takes_the_smallest_and_chance_takes_neither() -> None:
    sizes = {}
    for mask in (PaFi, RandomMask, MagnitudeMask):
        model = bert()
        attach(model, mask(share=0.1, **PLAIN))
        places = wrapped(model, Adapted).values()
        chosen = [place.base.weight.flatten()[place.adapters["default"].index].abs() for place in places]
        sizes[mask] = torch.cat(chosen).mean().item()
    assert sizes[PaFi] < sizes[RandomMask] / 4 and sizes[MagnitudeMask] > 2 * sizes[RandomMask]


def by_hand(model: nn.Module, loss=labels_loss) -> dict[str, Tensor]:
    """F, one example after the other, by an ordinary backward."""
    weights = weights_of(model)
    found = {path: torch.zeros_like(weight) for path, weight in weights.items()}
    for example in DATA:
        model.zero_grad()
        loss(model, [example]).backward()
        for path, weight in weights.items():
            found[path] += weight.grad**2 / len(DATA)
    model.zero_grad()
    return found


def squared_mean(model: nn.Module) -> dict[str, Tensor]:
    """Wrong: the batch's gradient, squared."""
    model.zero_grad()
    labels_loss(model, DATA).backward()
    return {path: weight.grad**2 for path, weight in weights_of(model).items()}


def mean_size(model: nn.Module) -> dict[str, Tensor]:
    """Wrong: the mean of |gradient|, squared."""
    found = {path: torch.zeros_like(weight) for path, weight in weights_of(model).items()}
    for example in DATA:
        model.zero_grad()
        labels_loss(model, [example]).backward()
        for path, weight in weights_of(model).items():
            found[path] += weight.grad.abs() / len(DATA)
    return {path: size**2 for path, size in found.items()}


def test_the_fisher_information_is_the_mean_of_squares() -> None:
    model = bert()
    before = {name: parameter.requires_grad for name, parameter in model.named_parameters()}
    layers = {path: linear_layers(model)[path] for path in weights_of(model)}
    found = fisher(model, layers, DATA, labels_loss)
    right, wrong = by_hand(model), (squared_mean(model), mean_size(model))
    for path, F_j in found.items():
        torch.testing.assert_close(F_j, right[path], rtol=1e-8, atol=0)
        for other in wrong:
            assert not torch.allclose(F_j, other[path], rtol=1e-3, atol=0)
    assert {name: parameter.requires_grad for name, parameter in model.named_parameters()} == before


def test_the_fish_mask_is_the_top_of_it() -> None:
    model = bert()
    recipe = FishMask.of(model, DATA, share=0.05, **PLAIN)
    wanted = top(by_hand(model), 0.05)
    assert all(torch.equal(recipe.chosen[path], wanted[path]) for path in wanted)


def test_the_masks_hold_still_what_they_hide_also_under_adamws_decay() -> None:
    """Against the mask on gradients, as the official code has it: there decay moves every entry."""
    model = bert().float()
    attach(model, MagnitudeMask(share=0.1, **PLAIN))
    fit(model, DATA, steps=5, learning_rate=0.05, weight_decay=0.5)
    for place in wrapped(model, Adapted).values():
        entries = place.adapters["default"]
        moved_ = entries.delta().flatten() != 0
        assert set(moved_.nonzero().flatten().tolist()) <= set(entries.index.tolist())
    plain = bert().float()
    weight = plain.bert.encoder.layer[0].attention.self.query.weight
    before, mask = weight.detach().clone(), torch.zeros_like(weight)
    mask[0, 0] = 1
    optimizer = torch.optim.AdamW([weight], lr=0.05, weight_decay=0.5)
    plain(input_ids=tokens(), labels=torch.tensor([0, 1, 0])).loss.backward()
    weight.grad *= mask
    optimizer.step()
    assert (weight != before).sum() > weight.numel() / 2


def test_masked_values_have_the_gradient_of_the_weights() -> None:
    model = bert()
    weight = model.bert.encoder.layer[0].attention.self.query.weight
    model(input_ids=tokens()).logits.square().sum().backward()
    full = weight.grad.clone().flatten()
    attach(model, MagnitudeMask(share=0.1, **PLAIN))
    entries = wrapped(model)["bert.encoder.layer.0.attention.self.query"].adapters["default"]
    model(input_ids=tokens()).logits.square().sum().backward()
    torch.testing.assert_close(entries.values.grad, full[entries.index], rtol=1e-9, atol=1e-9)


def gated_formula(a: Gated, x: Tensor) -> Tensor:
    def z(alpha: Tensor) -> float:
        return min(1.0, max(0.0, 3 / (1 + math.exp(-alpha)) - 1.5))

    whole = 1.0 if a.gate is None else z(a.gate.item())
    linear = layer()
    rows = [
        [linear.weight[i, j] + z(a.alpha[i, j].item()) * whole * a.w[i, j] for j in range(6)]
        for i in range(4)
    ]
    return torch.stack([sum(w * v for w, v in zip(row, x, strict=True)) for row in rows]) + linear.bias


class AddsTheGate(Gated):
    def delta(self, drawn: bool = False) -> Tensor:
        return super().delta(drawn) + (0 if self.gate is None else self.gate)


class NotStretched(Gated):
    def delta(self, drawn: bool = False) -> Tensor:
        return self.w * torch.sigmoid(self.alpha) * torch.sigmoid(self.gate)


class GatesTheWeight(Gated):
    def delta(self, drawn: bool = False) -> Tensor:
        return hard_concrete(self.alpha, False) * (self.W + self.w) - self.W


@pytest.mark.parametrize(
    ("kind", "right"), [(Gated, True), (AddsTheGate, False), (NotStretched, False), (GatesTheWeight, False)]
)
def test_diff_pruning_is_the_formula(kind, right: bool) -> None:
    adapter = moved(kind(layer(), 0.0, structured=True).eval())
    with torch.no_grad():
        adapter.alpha.copy_(numbers(4, 6))
        adapter.gate.fill_(0.7)
    assert holds(adapter, layer(), gated_formula) == right


def test_the_gates_are_drawn_in_training_alone_and_never_when_folding() -> None:
    adapter = moved(Gated(layer(), 0.0, structured=False))
    with torch.no_grad():
        adapter.alpha.zero_()
    x, linear = numbers(2, 6), layer()
    assert not torch.equal(adapter.around(linear, x), adapter.around(linear, x))
    folded = [F.linear(x, *adapter.fold(linear.weight, linear.bias)) for _ in range(2)]
    assert torch.equal(*folded)
    torch.testing.assert_close(adapter.eval().around(linear, x), folded[0])


def test_how_often_a_gate_is_open_is_what_the_penalty_counts() -> None:
    """P(z > 0) = σ(α), as log(-a / b) = 0."""
    torch.manual_seed(0)
    alpha = torch.tensor([-2.0, 0.0, 1.0]).repeat(40_000, 1)
    share = (hard_concrete(alpha, drawn=True) > 0).double().mean(0)
    torch.testing.assert_close(share, torch.sigmoid(alpha[0]).double(), rtol=0, atol=0.01)


def test_the_penalty_has_the_gradient_that_it_would_have_in_the_loss() -> None:
    adapter, x = moved(Gated(layer(), 0.3, structured=True).eval()), numbers(2, 6)
    adapter.around(layer(), x).sum().backward()
    kept = 0.3 * (torch.sigmoid(adapter.alpha) * torch.sigmoid(adapter.gate)).sum()
    y = x @ (adapter.W + adapter.delta()).T
    wanted = torch.autograd.grad(y.sum() + kept, [adapter.alpha, adapter.gate, adapter.w])
    for mine, other in zip((adapter.alpha, adapter.gate, adapter.w), wanted, strict=True):
        torch.testing.assert_close(mine.grad, other)
    adapter.penalty = 0.0
    adapter.zero_grad()
    adapter.around(layer(), x).sum().backward()
    assert not torch.allclose(adapter.alpha.grad, wanted[0])


def test_a_strong_penalty_closes_gates_and_what_is_left_makes_a_mask() -> None:
    model = bloom().float()
    attach(model, DiffPruning(penalty=10.0, structured=False, sites=["dense_h_to_4h"]))
    data = [{"input_ids": row.tolist(), "labels": row.tolist()} for row in tokens()]
    fit(model, data, steps=80, learning_rate=0.3)
    gates = [place.adapters["default"] for place in wrapped(model).values()]
    assert torch.cat([(gate.delta() == 0).flatten() for gate in gates]).double().mean() > 0.5
    chosen = largest(model, "default", 0.05)
    fresh = bloom()
    attach(fresh, RandomMask(share=0.05, chosen=chosen, sites=["dense_h_to_4h"]))
    assert count(fresh).adapter == int(0.05 * 2 * 16 * 64)
