"""Every architecture: the paper's sites against hand-written hooks, PEFT's sites against PEFT, merging."""

import copy

import peft
import pytest
import torch
from hand_written import ia3_by_hand
from small_architectures import ARCHITECTURES, Small
from small_models import randomise, twins
from torch import nn

from ia3_teach import IA3, LoRA, attach, merged, set_vectors, vectors
from ia3_teach.layer import Adapted, wrapped
from ia3_teach.sites.architectures import ARCHITECTURES as TABLE

EXACT = {"rtol": 0, "atol": 1e-12}
WITH_PEFT = [name for name in ARCHITECTURES if name != "distilbert"]


@pytest.fixture(params=ARCHITECTURES)
def small(request: pytest.FixtureRequest) -> Small:
    return ARCHITECTURES[request.param]()


def logits(model: nn.Module, small: Small) -> torch.Tensor:
    with torch.no_grad():
        return model(**small.inputs()).logits


def random_rows(ones: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(3)
    return {
        name: one + 0.5 * torch.randn(one.shape, generator=generator, dtype=one.dtype)
        for name, one in ones.items()
    }


def test_every_row_of_the_table_is_tested() -> None:
    assert {make().config.model_type for make in ARCHITECTURES.values()} == set(TABLE)


def test_paper_sites_scale_exactly_keys_values_and_inner_activations(small: Small) -> None:
    mine, other = twins(small.build)
    attach(mine, IA3())
    assert set(vectors(mine)) == {"l_k", "l_v", "l_ff"}
    learned = random_rows(vectors(mine))
    set_vectors(mine, learned)
    with ia3_by_hand(other, small, learned):
        expected = logits(other, small)
    torch.testing.assert_close(logits(mine, small), expected, **EXACT)


@pytest.mark.parametrize("name", ["l_k", "l_v", "l_ff"])
def test_each_vector_matters(small: Small, name: str) -> None:
    """Otherwise the test above would compare two bare models."""
    model = small.build()
    bare = logits(model, small)
    attach(model, IA3())
    torch.testing.assert_close(logits(model, small), bare, **EXACT)
    set_vectors(model, {**vectors(model), name: random_rows(vectors(model))[name]})
    assert (logits(model, small) - bare).abs().max() > 1e-6


def test_grouped_heads_have_narrower_keys_and_values() -> None:
    """Two of four heads have keys and values: l_k and l_v are half as wide; Falcon-7b shares one."""
    for name, width in {"llama": 8, "qwen3": 12, "falcon-rw": 16, "falcon-7b": 4, "falcon-40b": 8}.items():
        model = ARCHITECTURES[name]().build()
        attach(model, IA3())
        assert vectors(model)["l_k"].shape == vectors(model)["l_v"].shape == (2, width), name


@pytest.mark.parametrize("recipe", [IA3(), LoRA(r=2)], ids=["ia3", "lora"])
def test_merged_is_unmerged(small: Small, recipe: IA3 | LoRA) -> None:
    model = small.build()
    kinds = {path: type(module) for path, module in model.named_modules()}
    attach(model, recipe)
    randomise(model)
    apart = logits(model, small)
    with merged(model):
        assert {path: type(module) for path, module in model.named_modules()} == kinds
        torch.testing.assert_close(logits(model, small), apart, **EXACT)
    assert torch.equal(logits(model, small), apart)


def ours(model: nn.Module, recipe: IA3 | LoRA) -> dict[str, tuple]:
    """{path: (side, number of values)} of an IA3, {path: (A's shape, B's shape)} of a LoRA."""
    attach(model, recipe)
    found = {path: place.adapters["default"] for path, place in wrapped(model, Adapted).items()}
    if isinstance(recipe, IA3):
        return {path: (adapter.side, len(adapter.scale())) for path, adapter in found.items()}
    return {path: (adapter.A.shape, adapter.B.shape) for path, adapter in found.items()}


def theirs(model: nn.Module, config: peft.PeftConfig) -> dict[str, tuple]:
    """The same of PEFT's."""
    found: dict[str, tuple] = {}
    for name, parameter in peft.get_peft_model(model, config).named_parameters():
        path, _, kind = name.removeprefix("base_model.model.").removesuffix(".default").rpartition(".")
        if kind == "ia3_l":
            found[path] = ("in" if parameter.shape[0] == 1 else "out", parameter.numel())
        elif ".lora_" in name:
            path = path.partition(".lora_")[0]
            found[path] = (*found.get(path, ()), parameter.shape)
    return found


@pytest.mark.parametrize("name", WITH_PEFT)
def test_peft_sites_are_pefts_modules_sides_and_counts(name: str) -> None:
    mine, other = twins(ARCHITECTURES[name]().build)
    assert ours(mine, IA3(sites="peft")) == theirs(other, peft.IA3Config())


@pytest.mark.parametrize("name", WITH_PEFT)
def test_default_lora_layers_are_pefts(name: str) -> None:
    mine, other = twins(ARCHITECTURES[name]().build)
    assert ours(mine, LoRA(r=3)) == theirs(other, peft.LoraConfig(r=3))


def test_all_linear_is_pefts(small: Small) -> None:
    """Every Linear but the output embedding."""
    models = [copy.deepcopy(small.build()) for _ in range(4)]
    config = {"target_modules": "all-linear"}
    assert ours(models[0], LoRA(r=3, sites="all-linear")) == theirs(models[1], peft.LoraConfig(r=3, **config))
    assert ours(models[2], IA3(sites="all-linear")) == theirs(
        models[3], peft.IA3Config(feedforward_modules=[], **config)
    )


def test_distilbert_has_no_default_in_peft() -> None:
    model = ARCHITECTURES["distilbert"]().build()
    with pytest.raises(ValueError, match="Please specify `target_modules`"):
        peft.get_peft_model(copy.deepcopy(model), peft.IA3Config())
    with pytest.raises(
        ValueError, match="PEFT has no default for model_type 'distilbert'; take sites=\"paper\""
    ):
        attach(model, IA3(sites="peft"))


def test_an_ungated_mt5_is_refused_where_peft_drops_l_ff() -> None:
    """PEFT's wi_1 matches nothing there, and it goes on with k and v alone; released mT5 models are gated."""
    small = ARCHITECTURES["t5"]()
    config = ARCHITECTURES["mt5"]().config.__class__(**{**small.config.to_dict(), "model_type": "mt5"})
    mine, other = twins(lambda: ARCHITECTURES["mt5"]().model(config))
    assert not any("DenseReluDense" in path for path in theirs(other, peft.IA3Config()))
    with pytest.raises(ValueError, match=r"pattern 'wi_1' matches no Linear layer.*near misses: .*wi"):
        attach(mine, IA3(sites="peft"))
    assert sum(path.endswith("wo") for path in ours(mine, IA3())) == 5


@pytest.mark.parametrize("name", ["bert", "gpt2"])
def test_cross_attention_of_decoders_is_covered(name: str) -> None:
    config = copy.deepcopy(ARCHITECTURES[name]().config)
    config.update({"is_decoder": True, "add_cross_attention": True})
    small = ARCHITECTURES[name]()
    mine, other = twins(lambda: small.model(config).double().eval())
    learned_like = ours(mine, IA3())
    assert sum("crossattention" in path for path in learned_like) == (4 if name == "bert" else 2)
    learned = random_rows(vectors(mine))
    set_vectors(mine, learned)
    memory = torch.randn(3, 4, 16, dtype=torch.float64, generator=torch.Generator().manual_seed(5))
    inputs = {**small.inputs(), "encoder_hidden_states": memory}
    with torch.no_grad(), ia3_by_hand(other, small, learned):
        torch.testing.assert_close(mine(**inputs).logits, other(**inputs).logits, **EXACT)


def test_an_unknown_architecture_lists_the_known_ones() -> None:
    model = nn.Sequential(nn.Linear(2, 2))
    with pytest.raises(ValueError, match="no table of sites for model_type None; known: bert, bloom"):
        attach(model, IA3())
