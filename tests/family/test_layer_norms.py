"""LayerNorm tuning: by hand, for both kinds of norm, and against PEFT."""

import copy

import peft
import pytest
import torch
from family.one_layer import EXACT, moved
from small_models import bert, bloom, randomise, tokens
from torch import Tensor, nn

from ia3_teach import attach, count
from ia3_teach.family import LayerNormTuning
from ia3_teach.family.layer_norm_tuning import NormChange
from ia3_teach.layer import Adapted, wrapped


def norms() -> list[nn.Module]:
    torch.manual_seed(0)
    made = [nn.LayerNorm(5, eps=1e-3).double(), nn.RMSNorm(5, eps=1e-3).double()]
    for norm in made:
        for parameter in norm.parameters():
            nn.init.normal_(parameter)
    return made


def by_hand(norm: nn.Module, a: NormChange, x: Tensor) -> Tensor:
    """Channel by channel."""
    if isinstance(norm, nn.LayerNorm):
        x = x - x.mean()
    scale = 1 / (x.square().mean() + 1e-3).sqrt()
    y = [(norm.weight[i] + a.weight[i]) * x[i] * scale for i in range(5)]
    if isinstance(norm, nn.LayerNorm):
        y = [each + norm.bias[i] + a.bias[i] for i, each in enumerate(y)]
    return torch.stack(y)


class ScalesTheOutput(NormChange):
    def around(self, inner, x: Tensor) -> Tensor:
        return (1 + self.weight) * inner(x) + getattr(self, "bias", 0)


class AddsTheWeights(NormChange):
    def around(self, inner, x: Tensor) -> Tensor:
        return inner(x) + self.weight * x + getattr(self, "bias", 0)


@pytest.mark.parametrize("norm", norms(), ids=["LayerNorm", "RMSNorm"])
@pytest.mark.parametrize(
    ("kind", "right"), [(NormChange, True), (ScalesTheOutput, False), (AddsTheWeights, False)]
)
def test_it_is_the_formula(norm: nn.Module, kind, right: bool) -> None:
    adapter, x = moved(kind(norm)), torch.randn(4, 5).double()
    wanted = torch.stack([by_hand(norm, adapter, row) for row in x])
    assert torch.allclose(adapter.around(norm, x), wanted, **EXACT) == right


@pytest.mark.parametrize("norm", norms(), ids=["LayerNorm", "RMSNorm"])
def test_folded_it_is_the_same(norm: nn.Module) -> None:
    adapter, x = moved(NormChange(norm)), torch.randn(4, 5).double()
    weight, bias = adapter.fold(norm.weight, getattr(norm, "bias", None))
    merged = copy.deepcopy(norm)
    merged.weight.data = weight.data
    if bias is not None:
        merged.bias.data = bias.data
    torch.testing.assert_close(merged(x), adapter.around(norm, x), **EXACT)


def test_a_model_without_norms_is_refused() -> None:
    with pytest.raises(ValueError, match="no norm with weights"):
        attach(nn.Sequential(nn.Linear(2, 2), nn.LayerNorm(2, elementwise_affine=False)), LayerNormTuning())


@pytest.mark.parametrize(("build", "targets"), [(bert, ["LayerNorm"]), (bloom, ["input_layernorm", "ln_f"])])
def test_it_is_what_peft_does(build, targets: list[str]) -> None:
    """PEFT trains copies of the weights: γ + δ here is its γ."""
    ours = build()
    theirs = peft.get_peft_model(copy.deepcopy(ours), peft.LNTuningConfig(target_modules=targets)).eval()
    attach(ours, LayerNormTuning(sites=targets, modules_to_save=[]))
    randomise(ours)
    pairs = []
    for path, place in wrapped(ours, Adapted).items():
        other = theirs.get_submodule(f"base_model.model.{path}").ln_tuning_layers["default"]
        for name, mine in place.adapters["default"].named_parameters():
            other.get_parameter(name).data = getattr(place.base, name) + mine.detach()
            pairs.append((mine, other.get_parameter(name)))
    results = [model(input_ids=tokens()).logits for model in (ours, theirs)]
    torch.testing.assert_close(*results, **EXACT)
    for logits in results:
        logits.square().sum().backward()
    for mine, other in pairs:
        torch.testing.assert_close(mine.grad, other.grad, rtol=1e-9, atol=1e-8)
    assert count(ours).trainable == sum(p.numel() for p in theirs.parameters() if p.requires_grad)


def test_the_counts_are_the_published_ones() -> None:
    from transformers import BertConfig, BertModel, BloomConfig, BloomForCausalLM

    with torch.device("meta"):
        models = (
            BertModel(BertConfig()),
            BloomForCausalLM(BloomConfig(hidden_size=1024, n_layer=24, n_head=16)),
        )
    for model, recipe, wanted in (
        (models[0], LayerNormTuning(), 38_400),
        (models[1], LayerNormTuning(), 100_352 + 2_048),  # PEFT leaves the embeddings' norm out
        (models[1], LayerNormTuning(exclude=["word_embeddings_layernorm"]), 100_352),
    ):
        attach(model, recipe, f"of_{wanted}_{len(recipe.exclude)}")
        assert count(model).adapter == wanted
