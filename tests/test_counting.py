"""Counting: tied weights once, active adapters only, the head apart."""

import pytest
from small_models import bert, bloom

from ia3_teach import IA3, LoRA, activate, attach, count
from ia3_teach.counting import adapter_table


def test_tied_weights_count_once() -> None:
    model = bloom()
    assert model.lm_head.weight is model.transformer.word_embeddings.weight
    assert count(model).total == sum(p.numel() for p in model.parameters())


def test_only_active_adapters_count_as_trained() -> None:
    model = bert()
    bare = count(model).total
    attach(model, IA3(), "vectors")
    attach(model, LoRA(r=2), "low")
    for active, adapter, heads in (
        ("vectors", 128, 1),
        ("low", 256, 1),
        (["vectors", "low"], 384, 2),
        (None, 0, 0),
    ):
        activate(model, active)
        counted = count(model)
        assert (counted.adapter, counted.head) == (adapter, heads * 34)
        assert counted.trainable == adapter + heads * 34
    assert counted.total == bare + 128 + 256 + 2 * 34  # with none active the original head is the one in use


def test_the_table_adds_up_and_unknown_names_are_refused() -> None:
    model = bert()
    attach(model, IA3(), "mine")
    lines = adapter_table(model, "mine").splitlines()
    numbers = [int(line.split()[-1].replace(",", "")) for line in lines if " out " in line or " in " in line]
    assert sum(numbers) == 128
    assert "percent" in str(count(model)) and "6,1" in str(count(model))
    with pytest.raises(ValueError, match="no adapter is called 'other'; this model has: mine"):
        adapter_table(model, "other")
