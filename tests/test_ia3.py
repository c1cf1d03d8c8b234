"""IA3 by hand: one layer, BLOOM's fused layout by a slow loop, and a model whose k, v and ff are hooked."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from small_models import bert, bloom, randomise, tokens
from torch import nn
from torch.nn.utils import parametrize, prune

from ia3_teach import IA3, attach, detach, load_adapter, merged, save_adapter, vectors
from ia3_teach.ia3 import IA3Vectors
from ia3_teach.layer import Adapted, wrapped
from ia3_teach.sites.find import Site
from ia3_teach.sites.layouts import per_head

EXACT = {"rtol": 0, "atol": 1e-12}
sizes = st.integers(1, 5)


@settings(max_examples=40, deadline=None)
@given(sizes, sizes, st.booleans(), st.sampled_from(["out", "in"]), st.lists(sizes, max_size=3))
def test_one_layer(d_in: int, d_out: int, has_bias: bool, side: str, batch: list[int]) -> None:
    """y = l ⊙ (W x + b), or W (l ⊙ x) + b, for inputs of any shape; folded likewise."""
    linear = nn.Linear(d_in, d_out, bias=has_bias).double()
    adapter = IA3Vectors(Site("x", side, {"l": None}), linear)
    randomise(adapter)
    x, l = torch.randn(*batch, d_in, dtype=torch.float64), adapter.l
    bias = linear.bias if has_bias else 0.0
    by_hand = (x @ linear.weight.T + bias) * l if side == "out" else (x * l) @ linear.weight.T + bias
    torch.testing.assert_close(adapter.around(linear, x), by_hand, **EXACT)
    weight, folded_bias = adapter.fold(linear.weight, linear.bias)
    torch.testing.assert_close(nn.functional.linear(x, weight, folded_bias), by_hand, **EXACT)
    assert (folded_bias is None) == (not has_bias)


@settings(max_examples=30, deadline=None)
@given(n_head=sizes, d_head=sizes)
def test_blooms_channels_by_a_slow_loop(n_head: int, d_head: int) -> None:
    """[n_heads, 3, d_head]: head by head the query's channels, then the key's, then the value's."""
    config = type("Config", (), {"num_attention_heads": n_head})
    kinds, channels = [], per_head(config, 3 * n_head * d_head)
    for _ in range(n_head):
        for kind in ("q", "l_k", "l_v"):
            kinds += [kind] * d_head
    for name in ("l_k", "l_v"):
        assert channels[name].tolist() == [i for i, kind in enumerate(kinds) if kind == name]


@settings(max_examples=30, deadline=None)
@given(n_head=sizes, d_head=sizes)
def test_a_fused_scale_is_one_on_the_queries(n_head: int, d_head: int) -> None:
    d = n_head * d_head
    config = type("Config", (), {"num_attention_heads": n_head})
    adapter = IA3Vectors(Site("x", "out", per_head(config, 3 * d)), nn.Linear(d, 3 * d).double())
    randomise(adapter)
    scale = adapter.scale().view(n_head, 3, d_head)
    assert (scale[:, 0] == 1).all()
    assert torch.equal(scale[:, 1].flatten(), adapter.l_k)
    assert torch.equal(scale[:, 2].flatten(), adapter.l_v)


def test_bert_scales_keys_values_and_the_inner_activation() -> None:
    """The same vectors as hooks: on key, on value, and on what comes out of the non-linearity."""
    model, bare = bert(), bert()
    attach(model, IA3())
    randomise(model)
    learned = vectors(model)
    bare.classifier.load_state_dict(model.classifier.adapters["default"].state_dict())
    for i, layer in enumerate(bare.bert.encoder.layer):
        for module, name in (
            (layer.attention.self.key, "l_k"),
            (layer.attention.self.value, "l_v"),
            (layer.intermediate.intermediate_act_fn, "l_ff"),
        ):
            module.register_forward_hook(lambda _m, _x, y, l=learned[name][i]: y * l)
    torch.testing.assert_close(model(tokens()).logits, bare(tokens()).logits, **EXACT)


def test_bloom_equals_a_slow_loop_over_heads_and_channels() -> None:
    model, bare = bloom(), bloom()
    attach(model, IA3())
    randomise(model)
    learned = vectors(model)
    n_head, d_head = 4, 4
    for i, block in enumerate(bare.transformer.h):
        layer = block.self_attention.query_key_value
        with torch.no_grad():
            for head in range(n_head):
                for channel in range(d_head):
                    for place, name in ((1, "l_k"), (2, "l_v")):
                        row = head * 3 * d_head + place * d_head + channel
                        l = learned[name][i, head * d_head + channel]
                        layer.weight[row] *= l
                        layer.bias[row] *= l
            block.mlp.dense_4h_to_h.weight *= learned["l_ff"][i]
    torch.testing.assert_close(model(tokens()).logits, bare(tokens()).logits, **EXACT)


def test_thirds_instead_of_heads_would_be_another_model() -> None:
    model = bloom()
    attach(model, IA3())
    randomise(model)
    right = model(tokens()).logits
    for place in wrapped(model).values():
        adapter = place.adapters["default"]
        if adapter.side == "out":
            thirds = torch.arange(48).view(3, 16)
            adapter.channels = {"l_k": thirds[1], "l_v": thirds[2]}
    assert (model(tokens()).logits - right).abs().max() > 1e-3


@pytest.mark.parametrize("zero", ["l_k", "l_v", "l_ff"])
def test_gradients_at_zero_are_finite_and_not_lost(zero: str) -> None:
    model = bert()
    attach(model, IA3())
    places = [place.adapters["default"] for place in wrapped(model).values()]
    parameters = [getattr(adapter, zero) for adapter in places if hasattr(adapter, zero)]
    for parameter in parameters:
        parameter.data.zero_()
    model(tokens()).logits.square().sum().backward()
    last = parameters[-1].grad
    assert last.isfinite().all() and (zero == "l_k" or last.abs().max() > 0)


class Positive(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.exp()


def positive(adapter: IA3Vectors) -> None:
    for name in adapter.names:
        parametrize.register_parametrization(adapter, name, Positive())


def pruned(adapter: IA3Vectors) -> None:
    for name in adapter.names:
        prune.random_unstructured(adapter, name, 0.5)


@pytest.mark.parametrize("build", [bert, bloom])
@pytest.mark.parametrize("compute", [positive, pruned])
def test_a_vector_may_be_computed_from_another_parameter(build, compute, tmp_path) -> None:
    """What is saved, merged and read is what the layer multiplies by."""
    model = build()
    attach(model, IA3())
    randomise(model)
    before = model(tokens()).logits
    for place in wrapped(model).values():
        if isinstance(place, Adapted):
            compute(place.adapters["default"])
    expected = model(tokens()).logits
    assert (expected - before).abs().max() > 1e-3 and (vectors(model)["l_k"] >= 0).float().mean() > 0.4
    save_adapter(model, tmp_path)
    with merged(model):
        torch.testing.assert_close(model(tokens()).logits, expected, **EXACT)
    detach(model)
    load_adapter(model, tmp_path)
    torch.testing.assert_close(model(tokens()).logits, expected, **EXACT)
