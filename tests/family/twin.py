"""The same method on the same model, here and in PEFT: outputs, gradients, counts."""

import copy
from collections.abc import Callable, Mapping

import peft
import torch
from small_models import bert, bloom, randomise, tokens
from torch import Tensor, nn

from ia3_teach import attach, count
from ia3_teach.layer import Adapted, wrapped
from ia3_teach.recipe import Recipe

EXACT = {"rtol": 0, "atol": 1e-10}
MODELS = {"bert": bert, "bloom": bloom}
Names = Mapping[str, str]


def pair(recipe: Recipe, config: peft.PeftConfig, kind: str = "bert") -> tuple[nn.Module, nn.Module]:
    """Both models; ours with values at random."""
    ours = MODELS[kind]()
    theirs = peft.get_peft_model(copy.deepcopy(ours), config).double().eval()
    attach(ours, recipe)
    randomise(ours)
    return ours, theirs


def matched(ours: nn.Module, theirs: nn.Module, names: Names) -> list[tuple[Tensor, Tensor]]:
    """[(our parameter, PEFT's)], where `names` is {our name: what stands behind the path in PEFT's name}."""
    found = dict(theirs.named_parameters())
    return [
        (place.adapters["default"].get_parameter(name), found[f"base_model.model.{path}.{other}"])
        for path, place in wrapped(ours, Adapted).items()
        for name, other in names.items()
    ]


def compare(
    recipe: Recipe,
    config: peft.PeftConfig,
    names: Names,
    kind: str = "bert",
    before: Callable[[nn.Module, nn.Module], None] = lambda ours, theirs: None,
) -> None:
    """Outputs, gradients and counts are equal with the same values; `before` may copy what is not trained."""
    ours, theirs = pair(recipe, config, kind)
    before(ours, theirs)
    pairs = matched(ours, theirs, names)
    with torch.no_grad():
        for mine, other in pairs:
            other.copy_(mine.view_as(other))
    results = [model(input_ids=tokens()).logits for model in (ours, theirs)]
    torch.testing.assert_close(results[0], results[1], **EXACT)
    for logits in results:
        logits.square().sum().backward()
    for mine, other in pairs:
        scale = other.grad.abs().max().item()
        torch.testing.assert_close(mine.grad.view_as(other.grad) / scale, other.grad / scale, **EXACT)
    trained = {name: p for name, p in theirs.named_parameters() if p.requires_grad}
    numbers = [p.numel() for name, p in trained.items() if "ranknum" not in name]  # AdaLoRA's, not learned
    assert count(ours).trainable == sum(numbers)
