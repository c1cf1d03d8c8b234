"""Against PEFT 0.21.2 in float64: the same outputs, gradients, merged weights and counts, to 1e-12."""

import peft
import pytest
import torch
from peft_twin import BUILD, EXACT, TASK, Pair, config, gradient, pair, recipe
from small_models import tokens, twins

from ia3_teach import attach, count, detach, disabled, merge, unmerge
from ia3_teach.layer import Adapted, Head, wrapped

CASES = [(family, kind) for family in BUILD for kind in ("paper", "peft", "explicit", "lora", "lora_default")]
# PEFT has no vector for k and v alone inside BLOOM's fused layer: its q channels are set to 1 here.


@pytest.fixture(params=CASES, ids="-".join)
def both(request: pytest.FixtureRequest) -> Pair:
    return pair(*request.param)


def test_outputs(both: Pair) -> None:
    torch.testing.assert_close(both.ours(tokens()).logits, both.theirs(tokens()).logits, **EXACT)


def test_the_adapter_matters(both: Pair) -> None:
    """Otherwise the test above would compare two bare models."""
    with disabled(both.ours):
        bare = both.ours(tokens()).logits
    with torch.no_grad():
        assert (both.ours(tokens()).logits - bare).abs().max() > 1e-3


def test_gradients_of_everything_trained(both: Pair) -> None:
    for model in (both.ours, both.theirs):
        model.zero_grad()
        model(tokens()).logits.square().mean().backward()
    compared = 0
    for name, layout, theirs in both.parameters():
        mine = layout(gradient)
        ours_too = ~mine.isnan()
        assert mine[ours_too].abs().max() > 0, name
        torch.testing.assert_close(mine[ours_too], theirs.grad[ours_too], **EXACT)
        compared += int(ours_too.sum())
    assert compared == count(both.ours).trainable


def test_merged_weights_and_biases(both: Pair) -> None:
    with torch.no_grad():
        unmerged = both.ours(tokens()).logits
    sites = [path for path, place in wrapped(both.ours).items() if isinstance(place, Adapted)]
    heads = [path for path, place in wrapped(both.ours).items() if isinstance(place, Head)]
    theirs = both.theirs.merge_and_unload(safe_merge=True).state_dict()
    mine = merge(both.ours).state_dict()
    assert sites and mine.keys() == theirs.keys()
    assert all(f"{path}.weight" in mine for path in sites + heads)
    for key in mine:
        torch.testing.assert_close(mine[key], theirs[key], **EXACT)
    torch.testing.assert_close(both.ours(tokens()).logits, unmerged, **EXACT)


def test_unmerged_again_the_model_is_what_it_was(both: Pair) -> None:
    before = {key: tensor.clone() for key, tensor in both.ours.state_dict().items()}
    after = unmerge(merge(both.ours)).state_dict()
    assert before.keys() == after.keys() and all(torch.equal(before[key], after[key]) for key in before)


@pytest.mark.parametrize("family", BUILD)
@pytest.mark.parametrize("kind", ["peft", "explicit", "lora", "lora_default"])
def test_trainable_counts(family: str, kind: str) -> None:
    mine, other = twins(BUILD[family])
    attach(mine, recipe(kind, family))
    trainable, _ = peft.get_peft_model(other, config(kind, family)).get_nb_trainable_parameters()
    assert count(mine).trainable == trainable
    assert count(mine).adapter + count(mine).head == trainable


@pytest.mark.parametrize("family", BUILD)
def test_paper_sites_on_bloom_leave_out_the_queries(family: str) -> None:
    """PEFT scales all 3 d_model channels of the fused layer; the paper's IA3 only those of k and v."""
    mine, other = twins(BUILD[family])
    attach(mine, recipe("paper", family))
    trainable, _ = peft.get_peft_model(other, config("paper", family)).get_nb_trainable_parameters()
    queries = 0 if family == "bert" else mine.config.n_layer * mine.config.hidden_size
    assert trainable - count(mine).trainable == queries


@pytest.mark.parametrize("family", BUILD)
def test_total_counts_but_peft_counts_the_head_twice(family: str) -> None:
    """Its total holds the frozen original head and the trained copy; the model that runs has one of them."""
    mine, other = twins(BUILD[family])
    bare = sum(parameter.numel() for parameter in mine.parameters())
    attach(mine, recipe("peft", family))
    _, total = peft.get_peft_model(other, config("peft", family)).get_nb_trainable_parameters()
    counted = count(mine)
    assert (counted.head > 0) == (TASK[family] == "SEQ_CLS")
    assert counted.total == total - counted.head == bare + counted.adapter


@pytest.mark.parametrize("family", BUILD)
def test_detached_the_model_is_bare_again(family: str) -> None:
    mine, other = twins(BUILD[family])
    attach(mine, recipe("paper", family))
    detach(mine)
    assert torch.equal(mine(tokens()).logits, other(tokens()).logits)
