"""AdapterFusion by hand: frozen adapters, and a softmax over what they give."""

import pytest
import torch
from family.one_layer import EXACT, holds, layer, moved
from small_models import bert, randomise
from torch import Tensor, nn

from ia3_teach import IA3, attach, count, detach
from ia3_teach.family import AdapterFusion, SerialAdapter
from ia3_teach.family.fusing import Mixture
from ia3_teach.family.serial_adapter import Bottleneck
from ia3_teach.layer import wrapped


def experts() -> list[Bottleneck]:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        made = [Bottleneck(layer(), 4, 3) for _ in range(3)]
    for seed, each in enumerate(made):
        randomise(each, seed)
    return made


def mixture(kind: type[Mixture] = Mixture) -> Mixture:
    parts = {n: torch.stack([getattr(e, n).detach() for e in experts()]) for n in ("D", "a", "U", "c")}
    return moved(kind(layer(), parts))


def formula(a: Mixture, x: Tensor) -> Tensor:
    h = layer().weight @ x + layer().bias
    z = [h + e.through(h) for e in experts()]
    weights = torch.stack([torch.exp((a.Q @ h) @ (a.K @ each)) for each in z])
    return sum(w / weights.sum() * (a.V @ each) for w, each in zip(weights, z, strict=True))


class SumsThem(Mixture):
    def around(self, inner, x: Tensor) -> Tensor:
        return 3 * super().around(inner, x)


class WithoutTheResidual(Mixture):
    def around(self, inner, x: Tensor) -> Tensor:
        return super().around(inner, x) - inner(x)


class SoftmaxOverPositions(Mixture):
    def around(self, inner, x: Tensor) -> Tensor:
        h = inner(x)
        z = torch.stack([h + e.through(h) for e in experts()], -2)
        s = torch.einsum("...d,...nd->...n", h @ self.Q.T, z @ self.K.T).softmax(-2)
        return (s[..., None] * z).sum(-2) @ self.V.T


def test_without_adapters_or_of_others_it_is_refused() -> None:
    model = bert()
    with pytest.raises(ValueError, match=r"AdapterFusion.of\(model, names\)"):
        attach(model, AdapterFusion())
    attach(model, IA3(), "ia3")
    attach(model, SerialAdapter(bottleneck=2), "two")
    attach(model, SerialAdapter(bottleneck=3), "three")
    for names in (["ia3"], ["two", "three"], ["two", "ia3"]):
        with pytest.raises(ValueError, match="no serial adapters of one size"):
            AdapterFusion.of(model, names)
    with pytest.raises(ValueError, match="no adapter is called 'four'"):
        AdapterFusion.of(model, ["four"])


def test_it_is_the_formula() -> None:
    assert holds(mixture(), layer(), formula)


@pytest.mark.parametrize("wrong", [SumsThem, WithoutTheResidual, SoftmaxOverPositions])
def test_wrong_ones_are_told_apart(wrong) -> None:
    assert not holds(mixture(wrong), layer(), formula)


def test_it_starts_as_the_even_mixture_of_adapters_that_stay_as_they_are() -> None:
    model = bert()
    for name in ("a", "b"):
        attach(model, SerialAdapter(bottleneck=3, placement="pfeiffer", modules_to_save=[]), name)
        randomise(model, seed=ord(name))
    place = wrapped(model)["bert.encoder.layer.0.output.dense"]
    x = torch.randn(2, 32).double()
    each = [place.adapters[name].around(place.base, x) for name in ("a", "b")]
    recipe = AdapterFusion.of(model, ["a", "b"])
    attach(model, recipe, "mixed")
    torch.testing.assert_close(place(x), (each[0] + each[1]) / 2, **EXACT)
    detach(model, "a")
    torch.testing.assert_close(place(x), (each[0] + each[1]) / 2, **EXACT)
    trained = [name for name, p in model.named_parameters() if p.requires_grad and "classifier" not in name]
    assert {name.rpartition(".")[2] for name in trained} == {"Q", "K", "V"}
    assert count(model).adapter == 2 * 3 * 16**2
    assert isinstance(place, nn.Module)
