"""Every architecture: the paper's sites against hand-written hooks, PEFT's sites against PEFT, merging."""

import copy

import peft
import pytest
import torch
from hand_written import ia3_by_hand
from peft.utils import constants
from sites.probe import Probe
from small_architectures import ARCHITECTURES, PROBED, Small
from small_models import randomise, twins
from torch import nn

from ia3_teach import IA3, LoRA, attach, merged, set_vectors, vectors
from ia3_teach.layer import Adapted, features, is_stack, scalable_layers, wrapped
from ia3_teach.sites.architectures import ARCHITECTURES as TABLE
from ia3_teach.sites.architectures import COMPOSED
from ia3_teach.sites.find import paper_sites

EXACT = {"rtol": 0, "atol": 1e-12}
ALL = {**ARCHITECTURES, **PROBED}
PEFT_IA3 = constants.TRANSFORMERS_MODELS_TO_IA3_TARGET_MODULES_MAPPING
PEFT_LORA = constants.TRANSFORMERS_MODELS_TO_LORA_TARGET_MODULES_MAPPING


def kind(name: str) -> str:
    """The model_type of a small model."""
    return ALL[name]().config.model_type


@pytest.fixture(params=ALL)
def small(request: pytest.FixtureRequest) -> Small:
    return ALL[request.param]()


@pytest.fixture(params=ARCHITECTURES)
def named(request: pytest.FixtureRequest) -> Small:
    """A small model whose own code is followed by hand."""
    return ARCHITECTURES[request.param]()


def logits(model: nn.Module, small: Small) -> torch.Tensor:
    with torch.no_grad():
        return model(**small.inputs()).logits


def test_there_are_at_least_36_kinds() -> None:
    assert len(TABLE) >= 36


def test_a_probe_of_the_forward_pass_finds_the_sites_of_the_table(small: Small) -> None:
    """Which channels reach attention as keys and values, and which layers come after a non-linearity."""
    small.config._attn_implementation = "eager"  # which writes its products out
    model = small.build()
    probe = Probe(model, small.inputs())
    layers = scalable_layers(model)
    tabled: dict[str, dict[str, list[int]]] = {"l_k": {}, "l_v": {}, "l_ff": {}}
    for site in paper_sites(model):
        for name, channels in site.channels.items():
            everything = range(features(layers[site.path])[1])
            tabled[name][site.path] = list(everything) if channels is None else channels.tolist()
    keys, values = probe.attention()
    assert keys == {path: sorted(channels) for path, channels in tabled["l_k"].items()}
    assert values == {path: sorted(channels) for path, channels in tabled["l_v"].items()}
    assert probe.second_layers() == set(tabled["l_ff"])


def random_rows(ones: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(3)
    return {
        name: one + 0.5 * torch.randn(one.shape, generator=generator, dtype=one.dtype)
        for name, one in ones.items()
    }


def test_every_row_of_the_table_is_tested() -> None:
    assert {kind(name) for name in ALL} - set(COMPOSED) == set(TABLE)


def test_paper_sites_scale_exactly_keys_values_and_inner_activations(named: Small) -> None:
    small = named
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
    assert (logits(model, small) - bare).abs().max() > 1e-8  # rounding is 1e-15


def test_grouped_heads_have_narrower_keys_and_values() -> None:
    """Two of four heads have keys and values: l_k and l_v are half as wide; Falcon-7b shares one."""
    for name, width in {"llama": 8, "qwen3": 12, "falcon-rw": 16, "falcon-7b": 4, "falcon-40b": 8}.items():
        model = ARCHITECTURES[name]().build()
        attach(model, IA3())
        assert vectors(model)["l_k"].shape == vectors(model)["l_v"].shape == (2, width), name


@pytest.mark.parametrize("recipe", [IA3(), LoRA(r=2, sites="all-linear")], ids=["ia3", "lora"])
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


@pytest.mark.parametrize("name", [name for name in ALL if kind(name) in PEFT_IA3])
def test_peft_sites_are_pefts_modules_sides_and_counts(name: str) -> None:
    mine, other = twins(ALL[name]().build)
    assert ours(mine, IA3(sites="peft")) == theirs(other, peft.IA3Config())


@pytest.mark.parametrize("name", [name for name in ALL if kind(name) in {*PEFT_LORA} - {"mixtral"}])
def test_default_lora_layers_are_pefts(name: str) -> None:
    mine, other = twins(ALL[name]().build)
    assert ours(mine, LoRA(r=3)) == theirs(other, peft.LoraConfig(r=3))


def test_all_linear_is_pefts(small: Small) -> None:
    """Every Linear but the output embedding, and here but the head, of which PEFT knows by its task only."""
    models = [copy.deepcopy(small.build()) for _ in range(4)]
    if any(is_stack(module) for module in models[0].modules()):
        pytest.skip("PEFT adds routers and experts; tests/test_experts.py says so")
    config = {"target_modules": "all-linear"}
    pefts = theirs(models[1], peft.LoraConfig(r=3, **config))
    pefts_ia3 = theirs(models[3], peft.IA3Config(feedforward_modules=[], **config))
    for found in (pefts, pefts_ia3):
        found.pop("classifier", None)
    assert ours(models[0], LoRA(r=3, sites="all-linear")) == pefts
    assert ours(models[2], IA3(sites="all-linear")) == pefts_ia3


@pytest.mark.parametrize("name", [name for name in PROBED if kind(name) not in {*PEFT_LORA, *COMPOSED}])
def test_lora_says_where_peft_has_no_default_layers(name: str) -> None:
    with pytest.raises(ValueError, match=f"no default layers for model_type '{kind(name)}'; name them"):
        attach(PROBED[name]().build(), LoRA())


def test_one_block_for_all_layers_has_one_vector_of_each_kind() -> None:
    """ALBERT uses its block twice: l_k counts once, and its gradient comes from both uses."""
    small = PROBED["albert"]()
    model = small.build()
    attach(model, IA3())
    assert {name: tuple(rows.shape) for name, rows in vectors(model).items()} == {
        "l_k": (1, 16), "l_v": (1, 16), "l_ff": (1, 24)
    }  # fmt: skip
    model(**small.inputs()).logits.pow(2).sum().backward()
    mine = [parameter for parameter in model.parameters() if parameter.requires_grad]
    step = 1e-4
    for parameter in mine:
        entry = parameter.grad.abs().argmax()
        found = parameter.grad[entry].item()
        sides = []
        for sign in (1, -1):
            with torch.no_grad():
                parameter[entry] += sign * step
                sides.append(logits(model, small).pow(2).sum().item())
                parameter[entry] -= sign * step
        assert found == pytest.approx((sides[0] - sides[1]) / (2 * step), rel=1e-5)


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
    with pytest.raises(ValueError, match="no table of sites for model_type None; known: albert, bart"):
        attach(model, IA3())
