"""Exercises 2.1, 2.3 and 2.4: small models and configs of three architectures. No reference is here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from ia3_teach.check.probing.sets.calls import called, recorded
from ia3_teach.course.sets.variants import generator, number

Cases = list[dict[str, Any]]
MODELS = {
    "bert": "BertForSequenceClassification",
    "bloom": "BloomForCausalLM",
    "llama": "LlamaForCausalLM",
}


def size_cases(seed: int) -> dict[str, Cases]:
    """Two sizes of each architecture; a Llama's keys and values have fewer heads than its queries.

    In a Llama's second size the heads together are wider than the model.
    """
    draw, cases = generator(seed), {}
    for kind in MODELS:
        cases[kind] = []
        for _ in range(2):
            kv_heads, d_head = number(draw, 1, 2), 2 * number(draw, 2, 4)
            sizes = {"heads": 3 * kv_heads, "kv_heads": kv_heads, "d_head": d_head}
            cases[kind].append({"layers": number(draw, 2, 4), "d_ff": number(draw, 20, 60)} | sizes)
    for case, narrower in zip(cases["llama"], (0, 2), strict=True):
        case["d_model"] = case["heads"] * (case["d_head"] - narrower)
    return cases


def config(kind: str, case: dict[str, Any]) -> Any:
    """The config of a case, as transformers has it."""
    import transformers

    d_model = case.get("d_model", case["heads"] * case["d_head"])
    common = {"vocab_size": 40, "hidden_size": d_model, "num_attention_heads": case["heads"]}
    if kind == "bloom":
        return transformers.BloomConfig(
            vocab_size=40, hidden_size=d_model, n_layer=case["layers"], n_head=case["heads"]
        )
    common |= {"num_hidden_layers": case["layers"], "intermediate_size": case["d_ff"]}
    if kind == "bert":
        return transformers.BertConfig(**common)
    return transformers.LlamaConfig(**common, num_key_value_heads=case["kv_heads"], head_dim=case["d_head"])


def model(kind: str, case: dict[str, Any]) -> torch.nn.Module:
    """The model of a case, without memory."""
    import transformers

    with torch.device("meta"):
        return getattr(transformers, MODELS[kind])(config(kind, case))


@recorded
def probe_sites(answer: Callable, cases: dict[str, Cases]) -> Any:
    """What is returned for each model."""
    return {kind: [called(answer, model(kind, case)) for case in of] for kind, of in cases.items()}


@recorded
def probe_counts(answer: Callable, cases: dict[str, Cases]) -> Any:
    """What is returned for each config, and for one of an architecture that nobody asked for."""
    import transformers

    found = {kind: [called(answer, config(kind, case)) for case in of] for kind, of in cases.items()}
    return found | {"other": [called(answer, transformers.GPT2Config())]}


def budget_cases(seed: int) -> Cases:
    """A Llama's sizes and a budget: for a few ranks, for exactly one, for none."""
    draw, cases = generator(seed), []
    for _ in range(4):
        case = {"d_model": 8 * number(draw, 4, 9), "d_kv": 8 * number(draw, 1, 3)}
        cases.append(case | {"n_layers": number(draw, 2, 5), "budget": number(draw, 2000, 9000)})
    case = dict(cases[0])
    one = case["n_layers"] * (3 * case["d_model"] + case["d_kv"])
    return [*cases, case | {"budget": 3 * one}, case | {"budget": 3 * one - 1}, case | {"budget": one - 1}]


@recorded
def probe_budget(answer: Callable, cases: Cases) -> Any:
    """What is returned in each case."""
    names = ("d_model", "d_kv", "n_layers", "budget")
    return [called(answer, *map(case.get, names)) for case in cases]
