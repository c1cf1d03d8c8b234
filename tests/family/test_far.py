"""FAR: whole hidden channels of the feed-forward layers, chosen by a short trial."""

import copy

import pytest
import torch
from small_architectures import ARCHITECTURES
from small_models import bert, tokens

from ia3_teach import attach, count
from ia3_teach.family import FAR
from ia3_teach.layer import Adapted, wrapped

DATA = [{"input_ids": row.tolist(), "labels": i % 2} for i, row in enumerate(tokens())]


def test_without_data_it_is_refused() -> None:
    with pytest.raises(ValueError, match=r"FAR.of\(model, data\)"):
        attach(bert(), FAR())


def test_the_trial_leaves_the_model_as_it_was() -> None:
    model = bert().float()
    before = copy.deepcopy(model.state_dict())
    FAR.of(model, DATA, steps=2)
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())


def test_a_channel_has_its_row_in_one_layer_and_its_column_in_the_next() -> None:
    model = bert().float()
    attach(model, FAR.of(model, DATA, share=0.1, modules_to_save=[]))
    for number in range(2):
        block = f"bert.encoder.layer.{number}"
        up, down = (
            wrapped(model)[f"{block}.{name}"].adapters["default"]
            for name in ("intermediate.dense", "output.dense")
        )
        rows, columns = (up.index // 16).unique(), (down.index % 32).unique()
        assert torch.equal(rows, columns) and len(rows) == int(0.1 * 32)
        assert len(up.index) == len(down.index) == 16 * len(rows)
    assert count(model).adapter == count(model).formula.value == 2 * 2 * 16 * 3


def test_the_channels_are_those_whose_incoming_weights_moved_furthest() -> None:
    """L1 over the row; by the largest single entry, or by outgoing weights, they would be others."""
    model = bert()
    recipe = FAR(share=0.1, chosen={})
    names = [path for path in recipe_paths(model) if "layer.0" in path or "layer.1" in path]
    source = torch.Generator().manual_seed(4)
    moved = {path: torch.rand(model.get_submodule(path).weight.shape, generator=source) for path in names}
    chosen = recipe.channels(model, moved)
    for number in range(2):
        change = moved[f"bert.encoder.layer.{number}.intermediate.dense"]
        out = moved[f"bert.encoder.layer.{number}.output.dense"]
        found = (chosen[f"bert.encoder.layer.{number}.intermediate.dense"] // 16).unique()
        by = {
            "L1": change.sum(1),
            "largest": change.max(1).values,
            "outgoing": out.sum(0),
        }
        sets = {name: set(score.topk(3).indices.tolist()) for name, score in by.items()}
        assert set(found.tolist()) == sets["L1"] != sets["outgoing"] and sets["L1"] != sets["largest"]


def recipe_paths(model: torch.nn.Module) -> list[str]:
    copied = copy.deepcopy(model)
    attach(copied, FAR(share=1.0, chosen={p: torch.arange(1) for p in FAR(share=1.0).paths(copied)}))
    return [path for path, place in wrapped(copied).items() if isinstance(place, Adapted)]


def test_a_gated_block_has_three_matrices() -> None:
    model = ARCHITECTURES["llama"]().build()
    attach(model, FAR.example(model))
    assert count(model).adapter == 2 * 3 * 16 * int(0.2 * 24)
