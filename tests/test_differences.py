"""Where this library differs from PEFT 0.21.2 on purpose: each difference, shown on both sides.

More of them: test_merging.py (unmerging), test_against_peft.py (heads counted twice, queries left out),
test_adapters.py (a second adapter with another side), sites/test_patterns.py (whole segments).
"""

import peft
import pytest
import torch
from small_models import bert, bloom, randomise, tokens, twins
from torch import nn

from ia3_teach import IA3, attach, rows, vectors

EXACT = {"rtol": 0, "atol": 1e-12}


def theirs(model: nn.Module, **config: object) -> peft.PeftModel:
    return peft.get_peft_model(model, peft.IA3Config(**config)).double().eval()


def test_pefts_fourth_vector_on_bert_is_l_v_again() -> None:
    """Its default also scales the input of attention.output.dense. That input is the sum of attention weights
    (one number per head) times values, so a scale of its channels is the same scale of the values.
    """
    by_value, by_output = twins(bert)
    l = 1 + 0.3 * torch.randn(16, dtype=torch.float64)
    for model, pattern, side in (
        (by_value, "self.value", "out"),
        (by_output, "attention.output.dense", "in"),
    ):
        attach(model, IA3(sites={pattern: side}))
        for layer in model.bert.encoder.layer:
            place = layer.attention.self.value if side == "out" else layer.attention.output.dense
            next(place.adapters["default"].parameters()).data.copy_(l)
    torch.testing.assert_close(by_value(tokens()).logits, by_output(tokens()).logits, **EXACT)
    peft_model = theirs(bert(), task_type="FEATURE_EXTRACTION")
    assert any("attention.output.dense.ia3_l" in name for name, _ in peft_model.named_parameters())
    model = bert()
    attach(model, IA3())
    assert set(vectors(model)) == {"l_k", "l_v", "l_ff"}


def test_pefts_scaled_queries_on_bloom_are_l_k_again() -> None:
    """q and k enter as q · k alone, so l_q and l_k are one vector given twice, with the same gradient."""
    model = theirs(bloom(), task_type="CAUSAL_LM")
    model(tokens()).logits.square().mean().backward()
    found = [p.grad.view(4, 3, 4) for n, p in model.named_parameters() if "query_key_value.ia3_l" in n]
    assert len(found) == 2
    for gradient in found:
        assert gradient[:, 0].abs().max() > 1e-6
        torch.testing.assert_close(gradient[:, 0], gradient[:, 1], rtol=0, atol=1e-12)


def test_a_batch_of_several_tasks_is_ignored_by_peft_and_supported_here() -> None:
    """PEFT takes `adapter_names` for IA3 without a word, and gives every row the active adapter."""
    bare = bloom()
    model = theirs(bloom(), task_type="CAUSAL_LM")
    model.add_adapter("b", peft.IA3Config(task_type="CAUSAL_LM"))
    randomise(model)
    active = model(tokens()).logits
    mixed = model(input_ids=tokens(), adapter_names=["b", "__base__", "default"]).logits
    assert torch.equal(active, mixed)
    ours = bloom()
    attach(ours, IA3())
    randomise(ours)
    alone = ours(tokens()).logits
    with rows(ours, ["default", None, "default"]):
        mixed = ours(tokens()).logits
    torch.testing.assert_close(mixed[[0, 2]], alone[[0, 2]], **EXACT)
    torch.testing.assert_close(mixed[1], bare(tokens()).logits[1], **EXACT)


def test_one_misspelt_target_among_several_is_silent_in_peft_and_refused_here() -> None:
    config = peft.IA3Config(target_modules=["key", "valeu"], feedforward_modules=[])
    names = [name for name, _ in peft.get_peft_model(bert(), config).named_parameters() if "ia3_l" in name]
    assert len(names) == 2
    with pytest.raises(ValueError, match="'valeu' matches no Linear.*near misses: value"):
        attach(bert(), IA3(sites={"key": "out", "valeu": "out"}))
