"""Exercises 2.1, 2.3 and 2.4, judged: sites by name, and counts by adding up what each block has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ia3_teach.check.failure import CheckFailed
from ia3_teach.check.probing.sets.architecture_probe import (
    OTHERS,
    budget_cases,
    probe_budget,
    probe_counts,
    probe_sites,
    size_cases,
)
from ia3_teach.check.sets.graded import Exercise, Property
from ia3_teach.check.sets.judging import described, raised, value_of

Records = dict[str, list[dict[str, Any]]]
BLOCK = {
    "bert": ("bert.encoder.layer", ("attention.self.key", "attention.self.value"), "output.dense"),
    "bloom": ("transformer.h", ("self_attention.query_key_value",), "mlp.dense_4h_to_h"),
    "llama": ("model.layers", ("self_attn.k_proj", "self_attn.v_proj"), "mlp.down_proj"),
}


def _sites(kind: str, case: dict[str, Any]) -> dict[str, str]:
    start, outputs, inputs = BLOCK[kind]
    ends = dict.fromkeys(outputs, "out") | {inputs: "in"}
    return {f"{start}.{n}.{end}": side for n in range(case["layers"]) for end, side in ends.items()}


def _names_sites(kind: str) -> Callable:
    """The judge of one architecture."""

    def judge(records: Records, cases: dict[str, list]) -> None:
        for record, case in zip(records[kind], cases[kind], strict=True):
            expected, what = _sites(kind, case), f"sites_of a {kind} of {case['layers']} blocks"
            found = value_of(record, what)
            if not isinstance(found, dict) or not all(type(side) is str for side in found.values()):
                raise CheckFailed(f"{what}: {{path: side}}", described(found), "return a dict of texts")
            for path in sorted(set(expected) ^ set(found)):
                told = "left out" if path in expected else "named"
                raise CheckFailed(f"{what}: {len(expected)} sites", f"{path} is {told}", _why(path))
            for path, side in expected.items():
                if found[path] != side:
                    raise CheckFailed(f"{path}: {side!r}", repr(found[path]), "keys and values out, l_ff in")

    return judge


def _why(path: str) -> str:
    if path.endswith("attention.output.dense"):
        return "its name ends like the second feed-forward layer's, but it belongs to the attention"
    return "print the names of the model's modules, and what each layer's output becomes"


def _counts(kind: str) -> Callable:
    """The judge of one architecture's count."""

    def judge(records: Records, cases: dict[str, list]) -> None:
        for record, case in zip(records[kind], cases[kind], strict=True):
            d_model = case.get("d_model", case["heads"] * case["d_head"])
            d_k = case["kv_heads"] * case["d_head"] if kind == "llama" else d_model
            d_ff = 4 * d_model if kind == "bloom" else case["d_ff"]
            expected = sum(2 * d_k + d_ff for _ in range(case["layers"]))
            whole = case["layers"] * (2 * d_model + d_ff)
            known = {case["layers"] * (3 * d_model + d_ff): "the paper puts no vector on the queries"}
            if kind == "llama":
                even = case["layers"] * (2 * case["kv_heads"] * (d_model // case["heads"]) + d_ff)
                known[even] = "a head has a width of its own: hidden_size need not be heads times head_dim"
                known[whole] = "keys and values have fewer heads than queries here"
            _expect_number(record, f"count_values of {_said(kind, case)}", expected, known)
            if record["built"]:
                raise CheckFailed("a number from the config alone", "a model was built", "add up one block")

    return judge


def _said(kind: str, case: dict[str, Any]) -> str:
    """The sizes that this architecture has: a BLOOM's d_ff follows from its width, a Llama has kv_heads."""
    other = {"bert": ("kv_heads",), "bloom": ("d_ff", "kv_heads"), "llama": ()}[kind]
    return f"a {kind} with " + ", ".join(f"{name} {case[name]}" for name in case if name not in other)


def _refuses(records: Records, cases: dict[str, list]) -> None:
    value_of(records["bert"][0], "count_values of a config that is known")
    for kind, record in zip(OTHERS, records["other"], strict=True):
        if not raised(record, "ValueError") or kind not in record["message"]:
            error = f"{record.get('error')}: {record.get('says')}"
            found = error if "error" in record else described(record["value"])
            mistake = "raise ValueError(...) with config.model_type in its text"
            raise CheckFailed(f"for another architecture a ValueError that names {kind}", found, mistake)


def _fits(records: list, cases: list[dict[str, Any]]) -> None:
    values, right = [record.get("value") for record in records], [_rank(**case) for case in cases]
    square = [_rank(**case | {"d_kv": case["d_model"]}) for case in cases]
    known = {}
    if values == square:
        known = dict.fromkeys(square, "the value projection has d_kv outputs, not d_model")
    for side in ("d_kv", "d_model"):
        if values == [min(rank, case[side]) for rank, case in zip(right, cases, strict=True)]:
            known = dict.fromkeys(values, f"r may be larger than {side}: only the budget ends it")
    for record, case, expected in zip(records, cases, right, strict=True):
        told = ", ".join(f"{name}={value}" for name, value in case.items())
        _expect_number(record, f"largest_rank({told})", expected, known)


def _rank(d_model: int, d_kv: int, n_layers: int, budget: int) -> int:
    return budget // (n_layers * (3 * d_model + d_kv))


def _expect_number(record: dict[str, Any], what: str, expected: int, known: dict[int, str]) -> None:
    found = value_of(record, what)
    if type(found) is not int or found != expected:
        mistake = known.get(found, "add up one block by hand") if type(found) is int else "a whole number"
        raise CheckFailed(f"{what} = {expected}", described(found), mistake)


SITES_OF = Exercise(
    "set_2.sites_of", "sites_of", size_cases, probe_sites,
    tuple(Property(f"the sites of a {kind}", _names_sites(kind), 2) for kind in BLOCK),
)  # fmt: skip
COUNT_VALUES = Exercise(
    "set_2.count_values", "count_values", size_cases, probe_counts,
    (
        *(Property(f"the count of a {kind}", _counts(kind), 1) for kind in BLOCK),
        Property("a ValueError for an architecture that it does not know", _refuses, 1),
    ),
)  # fmt: skip
LARGEST_RANK = Exercise(
    "set_2.largest_rank", "largest_rank", budget_cases, probe_budget,
    (Property("the largest rank within the budget, and 0 where none is", _fits, 2),),
)  # fmt: skip
