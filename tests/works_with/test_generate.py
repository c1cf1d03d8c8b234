"""Writing with a cache of keys and values, which holds scaled keys and values, as without one."""

import pytest
import torch
from lively_models import RECIPES, lively
from small_models import randomise, tokens

from ia3_teach import IA3, activate, attach, merged, rows

OPTIONS = {"max_new_tokens": 6, "do_sample": False, "pad_token_id": 3, "eos_token_id": None}


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("kind", ["bloom", "t5"])
def test_a_cache_changes_nothing(kind: str, recipe: str) -> None:
    model = lively(kind, recipe)
    bare = model.generate(tokens(), **OPTIONS)
    randomise(model)
    cached, plain = (model.generate(tokens(), use_cache=use, **OPTIONS) for use in (True, False))
    assert torch.equal(cached, plain) and not torch.equal(cached, bare)
    with merged(model):
        assert torch.equal(model.generate(tokens(), **OPTIONS), cached)


@pytest.mark.parametrize("recipe", RECIPES)
def test_the_logits_of_each_step(recipe: str) -> None:
    model, ids = lively("bloom", recipe), tokens()
    randomise(model)
    with torch.no_grad():
        whole, past = model(ids).logits, None
        for t in range(ids.shape[1]):
            step = model(ids[:, t : t + 1], past_key_values=past, use_cache=True)
            past = step.past_key_values
            torch.testing.assert_close(step.logits[:, 0], whole[:, t], rtol=0, atol=1e-12)


def test_each_row_writes_with_its_own_adapter() -> None:
    model = lively("bloom", "ia3")
    randomise(model, seed=4)
    attach(model, IA3(), name="second")
    randomise(model, seed=5)
    names, alone = ["default", None, "second"], []
    for i, name in enumerate(names):
        activate(model, name)
        alone.append(model.generate(tokens()[i : i + 1], **OPTIONS))
    with rows(model, names):
        assert torch.equal(model.generate(tokens(), **OPTIONS), torch.cat(alone))
