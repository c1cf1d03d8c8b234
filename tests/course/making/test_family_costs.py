"""What a method costs: its measuring, on one small model, and the shipped table."""

import pytest
import torch
from torch import nn

from ia3_teach.course.making import family_costs
from ia3_teach.course.making.family_costs import (
    MODELS,
    in_order,
    let_pass,
    measured,
    methods_on,
    side_by_side,
)
from ia3_teach.course.making.methods import FAMILY
from ia3_teach.course.shipped.method_costs import MethodCost, shipped_costs
from ia3_teach.course.shipped.results import read_runs


def test_a_decoder_has_no_head_to_train() -> None:
    assert set(methods_on("tiny-bert")) - set(methods_on("tiny-bloom")) == {"head"}


def test_a_second_run_takes_the_place_of_the_first_and_leaves_other_rows(tmp_path, monkeypatch) -> None:
    times = iter(range(1, 9))

    def pretend(model: str, method: str, rounds: int) -> MethodCost:
        facts = dict.fromkeys(("torch", "transformers", "machine", "commit"), "x")
        return MethodCost(model, method, 1, 1, 1, 1, next(times), 1.0, 1.0, rounds, **facts)

    monkeypatch.setattr(family_costs, "measured", pretend)
    family_costs.run(tmp_path, models=["tiny-bloom", "tiny-bert"], methods=["SSF", "IA3"])
    family_costs.run(tmp_path, models=["tiny-bert"], methods=["IA3"])
    found = read_runs(tmp_path / "results" / "family_costs.csv", MethodCost)
    assert [(cost.model, cost.method, cost.time) for cost in found] == [
        ("tiny-bert", "IA3", 5), ("tiny-bert", "SSF", 3), ("tiny-bloom", "IA3", 2), ("tiny-bloom", "SSF", 1),
    ]  # fmt: skip
    assert in_order({(cost.model, cost.method): cost for cost in found[::-1]}) == found


def test_each_time_stands_beside_one_of_the_other() -> None:
    calls: list[str] = []
    ratios = side_by_side(lambda: calls.append("one"), lambda: calls.append("other") or sum(range(10**4)), 2)
    assert calls == ["one", "other"] * 3 and len(ratios) == 2


def test_the_frozen_model_passes_a_gradient_and_trains_nothing() -> None:
    model = nn.Sequential(nn.Embedding(3, 2), nn.Linear(2, 1))
    model.get_input_embeddings = lambda: model[0]
    out = let_pass(model)(torch.tensor([0, 1]))
    assert out.requires_grad and not any(parameter.requires_grad for parameter in model.parameters())


@pytest.mark.parametrize("model", ["tiny-bert", "tiny-bloom"])
def test_the_shipped_bytes_and_values_are_what_a_method_takes_here(model: str) -> None:
    stored = shipped_costs(model)["IA3"]
    found = measured(model, "IA3", rounds=2)
    exact = ["values", "tokens"]
    made_with = ("torch", "transformers", "machine")
    if all(getattr(found, name) == getattr(stored, name) for name in made_with):
        exact += ["kept", "least"]  # other versions may keep other tensors
    assert [getattr(found, name) for name in exact] == [getattr(stored, name) for name in exact]
    assert found.low <= found.time <= found.high


@pytest.mark.parametrize("model", MODELS)
def test_the_shipped_table_has_every_method_with_what_it_was_measured_on(model: str) -> None:
    found = shipped_costs(model)
    assert list(found) == methods_on(model) and set(found) <= set(FAMILY)
    for cost in found.values():
        assert cost.low <= cost.time <= cost.high and cost.rounds >= 20
        assert len(cost.commit) == 12 and cost.kept > 0 and cost.values > 0
