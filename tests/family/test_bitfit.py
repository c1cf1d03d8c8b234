"""BitFit by hand: y = W x + b + δ, on every Linear and norm of the blocks."""

import pytest
import torch
from family.one_layer import holds, layer, moved
from small_models import bert
from torch import Tensor, nn
from transformers import BertConfig, BertModel

from ia3_teach import attach, count, merge
from ia3_teach.family import BitFit
from ia3_teach.family.bitfit import Shift
from ia3_teach.layer import wrapped


class ScalesWithTheBias(Shift):
    def around(self, inner, x: Tensor) -> Tensor:
        return inner(x) + self.delta * layer().bias


class ReplacesTheBias(Shift):
    def fold(self, weight: Tensor, bias: Tensor) -> tuple[Tensor, Tensor]:
        return weight, self.delta


def formula(adapter: nn.Module, x: Tensor) -> Tensor:
    linear = layer()
    return linear.weight @ x + (linear.bias + adapter.delta)


def test_a_model_without_biases_and_a_layer_without_one_are_refused() -> None:
    with pytest.raises(ValueError, match="no biases"):
        attach(nn.Sequential(nn.Linear(2, 2, bias=False)), BitFit())
    with pytest.raises(ValueError, match="matches no"):
        attach(nn.Sequential(nn.Linear(2, 2, bias=False), nn.Linear(2, 2)), BitFit(sites=["0"]))


def test_it_is_the_formula() -> None:
    assert holds(moved(Shift(layer())), layer(), formula)


@pytest.mark.parametrize("wrong", [ScalesWithTheBias, ReplacesTheBias])
def test_wrong_ones_are_told_apart(wrong) -> None:
    assert not holds(moved(wrong(layer())), layer(), formula)


def test_of_the_102_912_biases_of_bert_base_all_but_the_1_536_outside_the_blocks() -> None:
    with torch.device("meta"):
        model = BertModel(BertConfig())
    assert sum(p.numel() for name, p in model.named_parameters() if name.endswith("bias")) == 102_912
    attach(model, BitFit())
    assert count(model).adapter == 102_912 - 1_536 == count(model).formula.value


def test_norms_are_among_the_places_and_merge() -> None:
    model = bert()
    attach(model, BitFit(modules_to_save=[]))
    assert sum("LayerNorm" in path for path in wrapped(model)) == 4
    norm = "bert.encoder.layer.0.output.LayerNorm"
    bias = model.get_parameter(f"{norm}.base.bias").clone()
    wrapped(model)[norm].adapters["default"].delta.data += 1
    merge(model)
    assert isinstance(model.get_submodule(norm), nn.LayerNorm)
    assert torch.equal(model.get_parameter(f"{norm}.bias"), bias + 1)
