"""Exercises 2.1, 2.3 and 2.4: small models and configs of three architectures. No reference is here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch.nn.modules.module import register_module_parameter_registration_hook

from ia3_teach.check.probing.sets.calls import called, recorded
from ia3_teach.course.sets.variants import generator, number

Cases = list[dict[str, Any]]
MODELS = {
    "bert": "BertForSequenceClassification",
    "bloom": "BloomForCausalLM",
    "llama": "LlamaForCausalLM",
}
OTHERS = {"gpt2": "GPT2Config", "roberta": "RobertaConfig", "mistral": "MistralConfig"}
SMALL = {"vocab_size": 40, "hidden_size": 12, "num_hidden_layers": 2, "num_attention_heads": 3}


def size_cases(seed: int) -> dict[str, Cases]:
    """Sizes of each architecture; in the second, more than ten blocks, with a d_ff as wide as the model.

    A Llama's keys and values have fewer heads than its queries, but for its third size; in its second, the
    heads together are wider than the model.
    """
    draw, cases = generator(seed), {}
    for kind in MODELS:
        cases[kind] = []
        for more in (0, 11):
            kv_heads, d_head = number(draw, 1, 2), 2 * number(draw, 2, 4)
            sizes = {"heads": 3 * kv_heads, "kv_heads": kv_heads, "d_head": d_head}
            cases[kind].append({"layers": number(draw, 2, 4) + more, "d_ff": number(draw, 20, 60)} | sizes)
    for case, narrower in zip(cases["llama"], (0, 2), strict=True):
        case["d_model"] = case["heads"] * (case["d_head"] - narrower)
    for _, case in cases.values():
        case["d_ff"] = case.get("d_model", case["heads"] * case["d_head"])
    first = cases["llama"][0]
    return cases | {"llama": [*cases["llama"], first | {"kv_heads": first["heads"]}]}


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
    """The model of a case; one with many blocks is frozen, in eval mode."""
    import transformers

    made = getattr(transformers, MODELS[kind])(config(kind, case))
    return made.eval().requires_grad_(False) if case["layers"] > 10 else made


@recorded
def probe_sites(answer: Callable, cases: dict[str, Cases]) -> Any:
    """What is returned for each model."""
    return {kind: [called(answer, model(kind, case)) for case in of] for kind, of in cases.items()}


@recorded
def probe_counts(answer: Callable, cases: dict[str, Cases]) -> Any:
    """What is returned for each config, and for those of architectures that nobody asked for."""
    import transformers

    found = {kind: [_counted(answer, config(kind, case)) for case in of] for kind, of in cases.items()}
    others = [getattr(transformers, name)(**SMALL) for name in OTHERS.values()]
    return found | {"other": [called(answer, other) for other in others]}


def _counted(answer: Callable, config: Any) -> dict[str, Any]:
    """What is returned for a config, and whether a model was built on the way."""
    weights: list[str] = []
    handle = register_module_parameter_registration_hook(lambda _, name, __: weights.append(name))
    try:
        found = called(answer, config)
        return found | {"built": bool(weights)}
    finally:
        handle.remove()


def budget_cases(seed: int) -> Cases:
    """A Llama's sizes and a budget: for a few ranks, for exactly one, for none, for more than a side has."""
    draw, cases = generator(seed), []
    for _ in range(4):
        case = {"d_model": 8 * number(draw, 4, 9), "d_kv": 8 * number(draw, 1, 3)}
        cases.append(case | {"n_layers": number(draw, 2, 5), "budget": number(draw, 2000, 9000)})
    case = dict(cases[0])
    one = case["n_layers"] * (3 * case["d_model"] + case["d_kv"])
    borders = [case | {"budget": budget} for budget in (3 * one, 3 * one - 1, one - 1, 200 * one - 1)]
    large = {"d_model": 4096, "d_kv": 1024, "n_layers": 32, "budget": 32 * (3 * 4096 + 1024) * 3 - 1}
    return [*cases, *borders, large]


@recorded
def probe_budget(answer: Callable, cases: Cases) -> Any:
    """What is returned in each case."""
    names = ("d_model", "d_kv", "n_layers", "budget")
    return [called(answer, *map(case.get, names)) for case in cases]
