"""Prefix tuning: against PEFT, and against attention written out with the prefix's keys and values in it."""

import peft
import pytest
import torch
from family.twin import EXACT, pair
from small_architectures import ARCHITECTURES
from small_models import bert, bloom, randomise, tokens
from torch import Tensor, nn

from ia3_teach import attach, count
from ia3_teach.family import PrefixTuning
from ia3_teach.layer import Adapted, wrapped

N = 3


def heads(x: Tensor) -> Tensor:
    """(B, T, 16) -> (B, 4, T, 4)."""
    return x.unflatten(-1, (4, 4)).transpose(1, 2)


def bert_by_hand(model: nn.Module, mask: Tensor, scale: Tensor | None = None) -> Tensor:
    """BERT with (P_K, P_V) among the keys and values of every layer; the tokens have shifted places."""
    bert, ids = model.bert, tokens()
    places = torch.tensor([0, *range(N + 1, N + 7)])
    h = bert.embeddings(input_ids=ids, position_ids=places[None])
    seen = torch.cat([torch.ones(3, N), mask], 1).double()
    bias = torch.where(seen == 1, 0.0, -1e30)[:, None, None]
    for layer in bert.encoder.layer:
        mine, out = layer.attention.self, layer.attention.output
        k, v = (getattr(mine, name) for name in ("key", "value"))
        P_K, P_V = (part.adapters["default"].made().expand(3, -1, -1) for part in (k, v))
        keys, values = torch.cat([P_K, k.base(h)], 1), torch.cat([P_V, v.base(h)], 1)
        scores = heads(mine.query(h)) @ heads(keys).mT / 2 + bias
        share = scores.softmax(-1) if scale is None else scores.softmax(-1) * scale
        context = (share @ heads(values)).transpose(1, 2).flatten(2)
        h = layer.feed_forward_chunk(out(context, h))
    return model.classifier(bert.pooler(h))


def padded() -> Tensor:
    mask = torch.ones(3, 7, dtype=torch.long)
    mask[1, 4:] = 0
    return mask


def adapted(build, **settings) -> nn.Module:
    model = build()
    attach(model, PrefixTuning(length=N, modules_to_save=[], **settings))
    randomise(model)
    return model


@pytest.mark.parametrize("settings", [{"length": 0}, {"mlp": 0}, {"mlp": 2.5}])
def test_settings_that_cannot_be_are_refused(settings: dict) -> None:
    with pytest.raises(ValueError, match="is a whole number"):
        PrefixTuning(**settings)


@pytest.mark.parametrize("mlp", [None, 5])
def test_it_is_the_formula(mlp: int | None) -> None:
    model = adapted(bert, mlp=mlp)
    found = model(input_ids=tokens(), attention_mask=padded()).logits
    torch.testing.assert_close(found, bert_by_hand(model, padded()), **EXACT)


def test_wrong_ones_are_told_apart() -> None:
    """Keys that padding is read through, and a gate on keys and values instead of their share."""
    model = adapted(bert)
    found = model(input_ids=tokens(), attention_mask=padded()).logits
    unmasked = bert_by_hand(model, torch.ones(3, 7, dtype=torch.long))
    gated = bert_by_hand(model, padded(), torch.tensor([0.5] * N + [1.0] * 7).double())
    for wrong in (unmasked, gated):
        assert (found - wrong).abs().max() > 1e-4


def test_it_is_what_peft_does() -> None:
    """PEFT keeps [layers x (K, V) x heads] in one row per position; BLOOM's channels lie head by head."""
    config = peft.PrefixTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=N)
    ours, theirs = pair(PrefixTuning(length=N), config, "bloom")
    prefixes = [place.adapters["default"].P for place in wrapped(ours, Adapted).values()]
    other = theirs.prompt_encoder["default"].embedding.weight
    with torch.no_grad():
        other.copy_(torch.cat(prefixes, 1))  # each is [l_k, l_v], whole heads in order
    results = ours(input_ids=tokens()).logits, theirs(input_ids=tokens()).logits
    torch.testing.assert_close(*results, **EXACT)
    for logits in results:
        logits.square().sum().backward()
    mine = torch.cat([prefix.grad for prefix in prefixes], 1)
    torch.testing.assert_close(mine / mine.abs().max(), other.grad / mine.abs().max(), **EXACT)
    assert (
        count(ours).trainable
        == other.numel()
        == sum(p.numel() for p in theirs.parameters() if p.requires_grad)
    )


def test_bloom_560m_has_as_many_as_peft_says() -> None:
    from transformers import BloomConfig, BloomForCausalLM

    with torch.device("meta"):
        model = BloomForCausalLM(BloomConfig(hidden_size=1024, n_layer=24, n_head=16))
    attach(model, PrefixTuning(length=20))
    assert count(model).adapter == 983_040 == count(model).formula.value


@pytest.mark.parametrize("mlp", [None, 4])
@pytest.mark.parametrize("kind", ["bert", "bloom", "t5"])
def test_the_count_is_the_formula(kind: str, mlp: int | None) -> None:
    model = ARCHITECTURES[kind]().build()
    attach(model, PrefixTuning(length=N, mlp=mlp))
    assert count(model).adapter == count(model).formula.value


@pytest.mark.parametrize("kind", ["bloom", "llama"])
def test_a_decoder_writes_with_a_cache_as_without(kind: str) -> None:
    model = adapted(ARCHITECTURES[kind]().build)
    settings = {"max_new_tokens": 5, "do_sample": False, "pad_token_id": 0, "eos_token_id": None}
    mask = torch.ones(3, 7, dtype=torch.long)
    texts = [
        model.generate(tokens(), attention_mask=mask, use_cache=cache, **settings) for cache in (True, False)
    ]
    assert torch.equal(*texts)


def test_the_attention_over_t5s_encoder_has_a_prefix_and_the_decoders_own_has_none() -> None:
    model = adapted(ARCHITECTURES["t5"]().build)
    decoder = [path for path in wrapped(model) if path.startswith("decoder")]
    assert decoder and all("EncDecAttention" in path for path in decoder)
    ids = tokens()
    states = model.get_encoder()(input_ids=ids)
    again = model(encoder_outputs=states, attention_mask=torch.ones_like(ids), decoder_input_ids=ids).logits
    assert torch.equal(again, model(input_ids=ids, decoder_input_ids=ids).logits)


def test_a_prefix_on_bloom_leaves_queries_alone() -> None:
    model = bloom()
    attach(model, PrefixTuning(length=N))
    place = next(iter(wrapped(model).values()))
    adapter, x = place.adapters["default"], torch.randn(1, N + 2, 16).double()
    adapter.window = slice(0, N)
    changed = (place(x) - place.base(x)).abs().amax((0, 1)).view(4, 3, 4)
    assert (changed[:, 0] == 0).all() and (changed[:, 1:] > 0).all()
