"""UniPELT's parts by hand, and that no gate looks at padding or into the future."""

import pytest
import torch
from family.one_layer import EXACT, holds, layer, moved, numbers
from small_architectures import ARCHITECTURES
from small_models import bert, bloom, randomise, tokens
from torch import Tensor, nn

from ia3_teach import attach, count
from ia3_teach.family import UniPELT
from ia3_teach.family.gates import Both, OnceGatedPrefix, TokenGatedBottleneck, TokenGatedPair
from ia3_teach.layer import wrapped

N = 3


def sigmoid(x: Tensor) -> Tensor:
    return 1 / (1 + torch.exp(-x))


def pair_formula(a: TokenGatedPair, x: Tensor) -> Tensor:
    return layer().weight @ x + layer().bias + sigmoid(a.w @ x) * (a.B @ (a.A @ x))


def bottleneck_formula(a: TokenGatedBottleneck, x: Tensor) -> Tensor:
    h = layer().weight @ x + layer().bias
    return h + sigmoid(a.w @ h) * (a.U @ (a.D @ h + a.a).clamp(min=0) + a.c)


class GateOfTheAverage(TokenGatedPair):
    def change(self, x: Tensor) -> Tensor:
        share = torch.sigmoid(x @ self.w).mean(-1, keepdim=True)[..., None]
        return share * (x @ self.A.T @ self.B.T)


class GateOnTheWholeOutput(TokenGatedPair):
    def around(self, inner, x: Tensor) -> Tensor:
        return torch.sigmoid(x @ self.w)[..., None] * (inner(x) + x @ self.A.T @ self.B.T)


class GateReadsTheInput(TokenGatedBottleneck):
    def around(self, inner, x: Tensor) -> Tensor:
        h = inner(x)
        return h + torch.sigmoid(x[..., :4] @ self.w)[..., None] * super(TokenGatedBottleneck, self).through(
            h
        )


class GateOnTheResidual(TokenGatedBottleneck):
    def around(self, inner, x: Tensor) -> Tensor:
        h = inner(x)
        return torch.sigmoid(h @ self.w)[..., None] * (h + super(TokenGatedBottleneck, self).through(h))


@pytest.mark.parametrize(
    ("kind", "formula", "right"),
    [
        (TokenGatedPair, pair_formula, True),
        (GateOfTheAverage, pair_formula, False),
        (GateOnTheWholeOutput, pair_formula, False),
        (TokenGatedBottleneck, bottleneck_formula, True),
        (GateReadsTheInput, bottleneck_formula, False),
        (GateOnTheResidual, bottleneck_formula, False),
    ],
)
def test_a_part_is_the_formula(kind, formula, right: bool) -> None:
    assert holds(moved(kind(layer(), 2)), layer(), formula) == right


@pytest.mark.parametrize("settings", [{"r": 0}, {"bottleneck": 0}, {"length": 0}, {"mlp": 4}])
def test_settings_that_cannot_be_are_refused(settings: dict) -> None:
    with pytest.raises(ValueError, match="whole number|has no network"):
        UniPELT(**settings)


def adapted(build) -> nn.Module:
    model = build()
    attach(model, UniPELT(length=N, modules_to_save=[]))
    randomise(model)
    return model


def test_padding_opens_and_closes_no_gate() -> None:
    model, ids, mask = adapted(bert), tokens(), torch.ones(3, 7, dtype=torch.long)
    mask[1, 4:] = 0
    other = torch.where(mask == 1, ids, 9)
    results = [model(input_ids=each, attention_mask=mask).logits for each in (ids, other)]
    torch.testing.assert_close(*results, **EXACT)


def test_a_decoder_does_not_see_the_future_through_a_gate() -> None:
    model, ids = adapted(bloom), tokens()
    other = ids.clone()
    other[:, 4:] = 9
    results = [model(input_ids=each).logits[:, :4] for each in (ids, other)]
    torch.testing.assert_close(*results, **EXACT)


def test_where_a_layer_has_two_parts_the_prefix_stands_in_its_window_and_the_pair_elsewhere() -> None:
    both = wrapped(adapted(bert))["bert.encoder.layer.0.attention.self.value"].adapters["default"]
    linear, x = nn.Linear(16, 16).double(), numbers(2, N + 4, 16)
    assert isinstance(both, Both) and isinstance(both.prefix, OnceGatedPrefix)
    both.window = slice(1, 1 + N)
    y, alone = both.around(linear, x), both.pair.around(linear, x)
    torch.testing.assert_close(y[:, :1], alone[:, :1], **EXACT)
    torch.testing.assert_close(y[:, 1 + N :], alone[:, 1 + N :], **EXACT)
    wanted = sigmoid(x[:, 0] @ both.prefix.w)[:, None, None] * both.prefix.P
    torch.testing.assert_close(y[:, both.window], wanted, **EXACT)


@pytest.mark.parametrize("kind", ["bert", "bloom", "llama", "t5"])
def test_the_count_is_the_formula(kind: str) -> None:
    model = ARCHITECTURES[kind]().build()
    attach(model, UniPELT(length=N, r=3, bottleneck=5))
    assert count(model).adapter == count(model).formula.value
