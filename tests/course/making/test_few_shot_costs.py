"""What a way costs: its measuring, the shipped counts made again, and counts by hand."""

import pytest
from torch import nn

from ia3_teach.course.making import few_shot_costs
from ia3_teach.course.making.family_costs import loaded
from ia3_teach.course.making.few_shot_costs import MODELS, ROUNDS, measured, missing, wanted
from ia3_teach.course.making.ways import ways_on
from ia3_teach.course.shipped.real_models import fetched
from ia3_teach.course.shipped.results import read_runs
from ia3_teach.course.shipped.way_costs import WayCost, shipped_way_costs

COUNTED = ("values", "tokens", "flops", "stored", "steps", "step_flops")
BYTES = ("held", "step_held")  # other versions may hold other tensors
CASES = [
    ("tiny-bloom", "zero_shot", 0), ("tiny-bloom", "in_context", 16), ("tiny-bloom", "in_context_cached", 16),
    ("tiny-bloom", "ia3", 32), ("tiny-bloom", "lora", 32), ("tiny-bert", "prompt_tuning", 32),
    ("tiny-bert", "full", 32),
]  # fmt: skip


def pretended(model: str, method: str, shots: int, rounds: int) -> WayCost:
    numbers = {name: 1 for name in (*COUNTED, *BYTES)}
    times = dict.fromkeys(("seconds", "low", "high", "bare", "step_seconds"), 0.5)
    origin = dict.fromkeys(("torch", "transformers", "machine", "commit"), "x")
    return WayCost(model, method, shots, **numbers, **times, rounds=rounds, **origin)


def test_what_was_measured_is_not_measured_twice_unless_it_is_asked_for(tmp_path, monkeypatch) -> None:
    asked = []

    def killed(*key) -> WayCost:
        asked.append(key[:3])
        if len(asked) == 3:
            raise KeyboardInterrupt
        return pretended(*key)

    monkeypatch.setattr(few_shot_costs, "measured", killed)
    with pytest.raises(KeyboardInterrupt):
        few_shot_costs.run(tmp_path, models=["tiny-bert"])
    few_shot_costs.run(tmp_path, models=["tiny-bert"])
    assert asked[2] == asked[3] and len(asked) == 1 + len(ways_on("tiny-bert"))
    few_shot_costs.run(tmp_path, models=["tiny-bert"], methods=["ia3"], again=True)
    assert asked[-1] == ("tiny-bert", "ia3", 32)
    found = read_runs(tmp_path / "results" / "few_shot_costs.csv", WayCost)
    assert [cost.key for cost in found] == wanted(["tiny-bert"])


def test_only_what_is_asked_for_is_missing() -> None:
    assert missing(["tiny-bloom"], ["ia3"], set()) == [("tiny-bloom", "ia3", 32)]
    assert missing(["tiny-bloom"], ["ia3"], {("tiny-bloom", "ia3", 32)}) == []


def compare(key: tuple[str, str, int]) -> None:
    stored, found = shipped_way_costs(key[0])[key[1:]], measured(*key, rounds=2)
    exact = COUNTED
    if all(getattr(found, name) == getattr(stored, name) for name in ("torch", "transformers", "machine")):
        exact += BYTES
    assert [getattr(found, name) for name in exact] == [getattr(stored, name) for name in exact]


@pytest.mark.parametrize("key", CASES, ids=lambda key: "-".join(map(str, key)))
def test_the_shipped_counts_come_out_again(key: tuple[str, str, int]) -> None:
    compare(key)


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.parametrize("key", [("minilm-l6", "ia3", 32), ("smollm2-135m", "in_context_cached", 4)])
def test_the_shipped_counts_of_a_real_model_come_out_again(key: tuple[str, str, int]) -> None:
    try:
        fetched(key[0])
    except ValueError as there_is_none:
        pytest.skip(str(there_is_none))
    compare(key)


def by_hand(read: int, asked: int) -> int:
    """FLOPs of `asked` tokens behind `read` others: every weight once a token, and attention to all."""
    model, _ = loaded("tiny-bloom")
    weights = sum(module.weight.numel() for module in model.modules() if isinstance(module, nn.Linear))
    products = 2 * model.config.n_layer * model.config.hidden_size * asked * (read + asked)
    return 2 * (weights * asked + products)


@pytest.mark.parametrize("shots", [1, 2, 4, 8, 16])
def test_the_flops_of_examples_are_what_a_sum_by_hand_says(shots: int) -> None:
    costs = shipped_way_costs("tiny-bloom")
    anew, once = costs["in_context", shots], costs["in_context_cached", shots]
    read = anew.tokens - once.tokens
    assert (anew.flops, once.flops) == (by_hand(0, anew.tokens), by_hand(read, once.tokens))
    assert (once.step_flops, costs["zero_shot", 0].flops) == (by_hand(0, read), by_hand(0, once.tokens))


def test_examples_in_context_cost_at_every_prediction_and_training_does_not() -> None:
    for model in ("tiny-bloom", "smollm2-135m"):
        costs = shipped_way_costs(model)
        flops = [costs["in_context", shots].flops for shots in (1, 2, 4, 8, 16)]
        assert flops == sorted(flops) and flops[-1] > 10 * costs["zero_shot", 0].flops
        assert costs["ia3", 32].flops == costs["full", 32].flops == costs["zero_shot", 0].flops
        assert costs["ia3", 32].stored < costs["in_context_cached", 1].stored


@pytest.mark.parametrize("model", MODELS)
def test_the_shipped_table_has_every_way_with_what_it_was_measured_on(model: str) -> None:
    found = shipped_way_costs(model)
    assert list(found) == ways_on(model)
    for cost in found.values():
        assert cost.low <= cost.seconds <= cost.high and cost.rounds >= ROUNDS[model]
        assert len(cost.commit) == 12 and cost.tokens > 0 and cost.held > 0
