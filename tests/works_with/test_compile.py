"""torch.compile: the same outputs and gradients, in one graph.

The backends "eager" and "aot_eager" trace the model forward and backward but generate no code, so that these
tests need no C++ compiler; the default one, inductor, is tried where a compiler is found.
"""

import shutil

import pytest
import torch
from lively_models import RECIPES, lively
from small_models import randomise, tokens
from torch import nn

from ia3_teach import IA3, LoRA, attach, rows

EXACT = {"rtol": 0, "atol": 1e-10}


def two_layers(recipe: str) -> nn.Module:
    model = nn.Sequential(nn.Linear(16, 16), nn.GELU(), nn.Linear(16, 16)).double()
    model.config = None
    attach(model, IA3(sites={"0": "out", "2": "in"}) if recipe == "ia3" else LoRA(r=2, sites=["0", "2"]))
    randomise(model)
    return model


def gradients(model: nn.Module, output: torch.Tensor) -> dict[str, torch.Tensor]:
    """Of a sum of squares."""
    trainable = {name: p for name, p in model.named_parameters() if p.requires_grad}
    found = torch.autograd.grad(output.square().sum(), list(trainable.values()))
    return dict(zip(trainable, found, strict=True))


def assert_same(model: nn.Module, compiled: nn.Module, call) -> None:
    expected, found = call(model), call(compiled)
    torch.testing.assert_close(found, expected, **EXACT)
    torch.testing.assert_close(gradients(model, found), gradients(model, expected), **EXACT)


@pytest.fixture(autouse=True)
def _fresh_compiler():
    torch.compiler.reset()
    yield
    torch.compiler.reset()


@pytest.mark.parametrize("recipe", RECIPES)
def test_layers_make_one_graph(recipe: str) -> None:
    model, x = two_layers(recipe), torch.randn(3, 5, 16, dtype=torch.float64)
    compiled = torch.compile(model, backend="aot_eager", fullgraph=True)
    assert_same(model, compiled, lambda m: m(x))
    with rows(model, ["default", None, "default"]):
        assert_same(model, compiled, lambda m: m(x))


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("kind", ["bert", "bloom"])
def test_whole_models(kind: str, recipe: str) -> None:
    model = lively(kind, recipe)
    randomise(model)
    assert_same(model, torch.compile(model, backend="aot_eager"), lambda m: m(tokens()).logits)


@pytest.mark.slow
def test_generated_code() -> None:
    if not (shutil.which("g++") or shutil.which("clang++")):
        pytest.skip("torch.compile's default backend needs a C++ compiler, and none is here")
    model, x = two_layers("ia3"), torch.randn(3, 5, 16, dtype=torch.float64)
    assert_same(model, torch.compile(model, fullgraph=True), lambda m: m(x))
