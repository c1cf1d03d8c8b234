"""APT: prefix tuning with gates; and P-Tuning v2, which is prefix tuning without its network."""

import pytest
import torch
from family.one_layer import EXACT
from small_architectures import ARCHITECTURES
from small_models import bert, bloom, randomise, tokens
from torch import Tensor, nn

from ia3_teach import attach, count
from ia3_teach.family import APT, PrefixTuning, PTuningV2
from ia3_teach.layer import Adapted, wrapped

N = 3


def prefixes(model: nn.Module) -> list[nn.Module]:
    return [place.adapters["default"] for place in wrapped(model, Adapted).values()]


def padded() -> Tensor:
    mask = torch.ones(3, 7, dtype=torch.long)
    mask[1, 4:] = 0
    return mask


@pytest.mark.parametrize("build", [bert, bloom])
def test_with_open_gates_it_is_prefix_tuning_and_else_the_rows_are_scaled(build) -> None:
    gated, plain = build(), build()
    attach(gated, APT(length=N, modules_to_save=[]))
    attach(plain, PrefixTuning(length=N, modules_to_save=[]))
    randomise(gated)
    with torch.no_grad():
        for mine, other in zip(prefixes(gated), prefixes(plain), strict=True):
            mine.G.zero_()
            other.P.copy_(0.5 * mine.scale * mine.P)  # σ(0) = 1/2
    inputs = {"input_ids": tokens(), "attention_mask": padded()}
    torch.testing.assert_close(gated(**inputs).logits, plain(**inputs).logits, **EXACT)


@pytest.mark.parametrize("build", [bert, bloom])
def test_each_row_is_gated_by_the_first_tokens_state(build) -> None:
    """Neither by an average over the batch, nor by one that padding or later tokens have a part in."""
    model = build()
    attach(model, APT(length=N, modules_to_save=[]))
    randomise(model)
    (first, *_), x = prefixes(model), torch.randn(2, N + 4, 16).double()
    place = next(iter(wrapped(model).values()))
    start = 1 if build is bert else 0
    first.window = slice(start, start + N)
    found = place(x)[:, first.window].index_select(-1, first.channels)
    token = 0 if build is bert else N
    for row in range(2):
        for n in range(N):
            alpha = 1 / (1 + torch.exp(-(first.G[n] @ x[row, token])))
            wanted = first.scale * alpha * first.P[n]
            torch.testing.assert_close(found[row, n], wanted, **EXACT)
    average = torch.sigmoid(x.mean(1) @ first.G.T)[..., None] * first.scale * first.P
    softmax = torch.softmax(x[:, token] @ first.G.T, -1)[..., None] * first.scale * first.P
    for wrong in (average, softmax):
        assert not torch.allclose(found, wrong, rtol=1e-3, atol=1e-3)


def test_padding_has_no_part_in_it() -> None:
    model = bert()
    attach(model, APT(length=N, modules_to_save=[]))
    randomise(model)
    ids, mask = tokens(), padded()
    other = torch.where(mask == 1, ids, 9)
    results = [model(input_ids=each, attention_mask=mask).logits for each in (ids, other)]
    torch.testing.assert_close(*results, **EXACT)


def test_a_decoder_does_not_see_the_future_through_the_gate() -> None:
    model = bloom()
    attach(model, APT(length=N))
    randomise(model)
    ids = tokens()
    other = ids.clone()
    other[:, 4:] = 9
    results = [model(input_ids=each).logits[:, :4] for each in (ids, other)]
    torch.testing.assert_close(*results, **EXACT)


def test_p_tuning_v2_is_prefix_tuning_without_the_network() -> None:
    with pytest.raises(ValueError, match="no network"):
        PTuningV2(mlp=4)
    one, two = bert(), bert()
    attach(one, PTuningV2(length=N, modules_to_save=[]))
    attach(two, PrefixTuning(length=N, modules_to_save=[]))
    randomise(one)
    with torch.no_grad():
        for mine, other in zip(prefixes(one), prefixes(two), strict=True):
            other.P.copy_(mine.P)
    assert torch.equal(one(input_ids=tokens()).logits, two(input_ids=tokens()).logits)


@pytest.mark.parametrize("mlp", [None, 4])
@pytest.mark.parametrize("kind", ["bert", "bloom", "t5"])
def test_the_count_is_the_formula(kind: str, mlp: int | None) -> None:
    model = ARCHITECTURES[kind]().build()
    attach(model, APT(length=N, mlp=mlp))
    assert count(model).adapter == count(model).formula.value
