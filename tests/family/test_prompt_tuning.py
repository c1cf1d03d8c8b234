"""Prompt tuning: against PEFT, and against embeddings put together by hand."""

import peft
import pytest
import torch
from family.twin import EXACT, pair
from small_architectures import ARCHITECTURES
from small_models import bert, bloom, randomise, tokens
from torch import nn

from ia3_teach import IA3, activate, attach, detach, rows
from ia3_teach.family import PromptTuning
from ia3_teach.layer import Adapted, wrapped

N = 3


def prompt_of(model: nn.Module) -> torch.Tensor:
    (place,) = wrapped(model, Adapted).values()
    return place.adapters["default"].P


def by_hand(model: nn.Module, at: int, mask: torch.Tensor | None) -> torch.Tensor:
    """The frozen model on embeddings with the prompt in between, and its states without those."""
    P = prompt_of(model)
    ids = tokens()
    detach(model)
    words = model.get_input_embeddings()(ids)
    longer = torch.cat([words[:, :at], P.expand(len(ids), -1, -1), words[:, at:]], 1)
    if mask is not None:
        mask = torch.cat([mask[:, :at], torch.ones(len(ids), N, dtype=torch.long), mask[:, at:]], 1)
    logits = model(inputs_embeds=longer, attention_mask=mask).logits
    return torch.cat([logits[:, :at], logits[:, at + N :]], 1)


def padded() -> torch.Tensor:
    mask = torch.ones(3, 7, dtype=torch.long)
    mask[1, 4:] = 0
    return mask


@pytest.mark.parametrize("mask", [None, padded()], ids=["whole", "padded"])
@pytest.mark.parametrize(("kind", "at"), [("bert", 1), ("bloom", 0), ("llama", 0)])
def test_it_is_the_formula(kind: str, at: int, mask: torch.Tensor | None) -> None:
    model = ARCHITECTURES[kind]().build()
    attach(model, PromptTuning(length=N))
    randomise(model)
    found = model(input_ids=tokens(), attention_mask=mask).logits
    torch.testing.assert_close(found, by_hand(model, at, mask), **EXACT)


@pytest.mark.parametrize("at", [7, 2], ids=["behind", "two places in"])
def test_wrong_ones_are_told_apart(at: int) -> None:
    model = bloom()
    attach(model, PromptTuning(length=N))
    randomise(model)
    found = model(input_ids=tokens(), attention_mask=padded()).logits
    assert (found - by_hand(model, at, padded())).abs().max() > 1e-3


def test_it_is_what_peft_does_but_for_the_rows_that_peft_leaves_in_the_output() -> None:
    config = peft.PromptTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=N)
    ours, theirs = pair(PromptTuning(length=N), config, "bloom")
    P, other = prompt_of(ours), theirs.prompt_encoder["default"].embedding.weight
    with torch.no_grad():
        other.copy_(P)
    mine, full = ours(input_ids=tokens()).logits, theirs(input_ids=tokens()).logits
    torch.testing.assert_close(mine, full[:, N:], **EXACT)
    for logits in (mine, full[:, N:]):
        logits.square().sum().backward()
    torch.testing.assert_close(P.grad, other.grad, rtol=1e-10, atol=1e-8)
    assert P.numel() == sum(p.numel() for p in theirs.parameters() if p.requires_grad)


def test_a_classifier_reads_the_first_token_and_not_the_prompt() -> None:
    model = bert()
    attach(model, PromptTuning(length=N, modules_to_save=[]))
    states = model(input_ids=tokens(), output_hidden_states=True).hidden_states[-1]
    by_pooler = model.classifier(model.bert.pooler(states))
    torch.testing.assert_close(model(input_ids=tokens()).logits, by_pooler, **EXACT)


def test_it_starts_at_embeddings_of_the_vocabulary() -> None:
    model = bloom()
    attach(model, PromptTuning(length=N))
    words = wrapped(model)["transformer.word_embeddings"].base.weight
    assert all((words == row).all(1).any() for row in prompt_of(model))


@pytest.mark.parametrize("kind", ["bloom", "llama"])
def test_a_decoder_writes_with_a_cache_as_without(kind: str) -> None:
    model = ARCHITECTURES[kind]().build()
    attach(model, PromptTuning(length=N))
    randomise(model)
    settings = {"max_new_tokens": 5, "do_sample": False, "pad_token_id": 0, "eos_token_id": None}
    texts = [
        model.generate(
            tokens(), attention_mask=torch.ones(3, 7, dtype=torch.long), use_cache=cache, **settings
        )
        for cache in (True, False)
    ]
    assert torch.equal(*texts)


def test_rows_of_other_lengths_and_rows_without_a_prompt_are_refused() -> None:
    model = bloom()
    attach(model, PromptTuning(length=N), "three")
    attach(model, PromptTuning(length=N + 1), "four")
    with rows(model, ["three", "four", "three"]), pytest.raises(ValueError, match="one batch has one length"):
        model(input_ids=tokens())
    with rows(model, ["three", None, "three"]), pytest.raises(ValueError, match="shares no batch"):
        model(input_ids=tokens())


def test_a_prompt_goes_with_ia3_but_not_with_another_prompt() -> None:
    model = bloom()
    for name, recipe in {
        "prompt": PromptTuning(length=N),
        "other": PromptTuning(length=N),
        "ia3": IA3(),
    }.items():
        attach(model, recipe, name)
        randomise(model)
    activate(model, ["prompt", "ia3"])
    both = model(input_ids=tokens()).logits
    activate(model, "prompt")
    assert both.shape == model(input_ids=tokens()).logits.shape
    assert not torch.allclose(both, model(input_ids=tokens()).logits)
    activate(model, ["prompt", "other"])
    with pytest.raises(ValueError, match="all lengthen the input; activate one"):
        model(input_ids=tokens())


def test_embeddings_and_masks_of_four_dimensions_are_refused() -> None:
    model = bloom()
    attach(model, PromptTuning(length=N))
    with pytest.raises(ValueError, match="not inputs_embeds"):
        model(inputs_embeds=torch.zeros(1, 2, 16).double())
    with pytest.raises(ValueError, match=r"as \(B, T\)"):
        model(input_ids=tokens(), attention_mask=torch.ones(3, 1, 7, 7))


def test_the_hooks_stay_as_long_as_one_adapter_needs_them() -> None:
    model = bloom()
    for name, recipe in {"a": PromptTuning(), "b": PromptTuning(), "c": IA3()}.items():
        attach(model, recipe, name)
    detach(model, "a")
    assert model.transformer._forward_pre_hooks
    detach(model, "b")
    assert not model.transformer._forward_pre_hooks and not model.transformer._forward_hooks


def test_a_length_that_is_no_whole_number_is_refused() -> None:
    with pytest.raises(ValueError, match="length is a whole number"):
        PromptTuning(length=0)
