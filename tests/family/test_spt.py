"""SPT: sensitive entries, and pairs where they crowd."""

import pytest
import torch
from small_models import bert, tokens

from ia3_teach import attach, count, load_adapter, save_adapter
from ia3_teach.family import SPT, FishMask
from ia3_teach.family.masks import Entries
from ia3_teach.family.pairs import Pair
from ia3_teach.layer import Adapted, features, wrapped

DATA = [{"input_ids": row.tolist(), "labels": i % 2} for i, row in enumerate(tokens())]


def test_without_data_and_with_a_rank_that_cannot_be_it_is_refused() -> None:
    with pytest.raises(ValueError, match=r"SPT.of\(model, data\)"):
        attach(bert(), SPT())
    with pytest.raises(ValueError, match="r is a whole number"):
        SPT(r=0)


def test_a_layer_has_a_pair_where_as_many_entries_are_sensitive_as_a_pair_has_values() -> None:
    model = bert()
    fish = FishMask.of(model, DATA, share=0.25).chosen
    attach(model, SPT.of(model, DATA, share=0.25, r=2, modules_to_save=[]))
    kinds = set()
    for path, place in wrapped(model, Adapted).items():
        adapter, pair_has = place.adapters["default"], 2 * sum(features(place.base))
        kinds.add(type(adapter))
        assert isinstance(adapter, Pair) == (len(fish[path]) >= pair_has), path
        values = sum(p.numel() for p in adapter.parameters())
        assert values == min(len(fish[path]), pair_has)
        if isinstance(adapter, Entries):
            assert torch.equal(adapter.index, fish[path])
    assert kinds == {Pair, Entries}


def test_both_kinds_come_back_from_a_file(tmp_path) -> None:
    model, other = bert(), bert()
    attach(model, SPT.of(model, DATA, share=0.25, r=2))
    save_adapter(model, tmp_path)
    load_adapter(other, tmp_path)
    assert torch.equal(other(input_ids=tokens()).logits, model(input_ids=tokens()).logits)
    assert count(other).adapter == count(model).adapter == count(other).formula.value
