"""A vector for each expert: against a slow loop, gradients, merging, files, and where PEFT has none."""

import copy
from pathlib import Path

import peft
import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file
from sites.test_architectures import ours, theirs
from small_architectures import EXPERTS, HEADED, PROBED, Small
from small_models import random_biases, randomise, twins
from torch import nn

from ia3_teach import (
    IA3,
    LoRA,
    activate,
    attach,
    combine,
    count,
    detach,
    disabled,
    load_adapter,
    merge,
    merged,
    rows,
    save_adapter,
    set_vectors,
    unmerge,
    vectors,
)
from ia3_teach.experts import AdaptedExperts
from ia3_teach.layer import is_stack, wrapped
from ia3_teach.storage.peft_format import TENSORS

EXACT = {"rtol": 0, "atol": 1e-12}
KINDS = ("mixtral", "qwen3_moe", "olmoe")
SITE = "model.layers.0.mlp.experts"


@pytest.fixture(params=KINDS)
def small(request: pytest.FixtureRequest) -> Small:
    return PROBED[request.param]()


@pytest.fixture
def mixtral() -> nn.Module:
    return PROBED["mixtral"]().build()


def adapted(small: Small) -> nn.Module:
    model = small.build()
    attach(model, IA3())
    randomise(model)
    return model


def logits(model: nn.Module, small: Small) -> torch.Tensor:
    with torch.no_grad():
        return model(**small.inputs()).logits


def state(model: nn.Module) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in model.state_dict().items()}


def test_a_vector_on_the_output_of_experts_is_refused(mixtral: nn.Module) -> None:
    with pytest.raises(ValueError, match='experts is a stack of experts, .*inner activations; write "in"'):
        attach(mixtral, IA3(sites={"experts": "out"}))
    with pytest.raises(ValueError, match="'experts' matches .*module of type MixtralExperts: only Linear"):
        attach(mixtral, LoRA(sites=["experts"]))
    assert not wrapped(mixtral)


def patch(stack: nn.Module) -> None:
    stack.forward = lambda *args: args[0]


@pytest.mark.parametrize(
    "act",
    [
        patch,
        lambda stack: stack.register_forward_hook(lambda module, args, y: 2 * y),
        lambda stack: stack.register_forward_pre_hook(lambda module, args: args),
    ],
    ids=["patch", "hook", "pre-hook"],
)
def test_what_acts_on_experts_is_never_passed_over_in_silence(mixtral: nn.Module, act) -> None:
    later = copy.deepcopy(mixtral)
    act(mixtral.get_submodule(SITE))
    with pytest.raises(ValueError, match=f"{SITE} has hooks or a `forward` of its own"):
        attach(mixtral, IA3())
    assert not wrapped(mixtral)
    attach(later, IA3())
    act(later.get_submodule(SITE).base)
    inputs = PROBED["mixtral"]().inputs()
    with pytest.raises(ValueError, match="a stack of experts has hooks"):
        later(**inputs)
    with disabled(later):
        later(**inputs)


def test_a_hook_around_the_adapted_experts_acts_and_decides_about_merging(mixtral: nn.Module) -> None:
    attach(mixtral, IA3())
    randomise(mixtral)
    place = mixtral.get_submodule(SITE)
    harmless = place.register_forward_hook(lambda module, args, y: y)
    merge(mixtral)
    unmerge(mixtral)
    harmless.remove()
    place.register_forward_hook(lambda module, args, y: y.tanh())
    with pytest.raises(ValueError, match="folded into its weight it would give something else"):
        merge(mixtral)


def test_rows_of_their_own_are_refused(mixtral: nn.Module) -> None:
    attach(mixtral, IA3(), "a")
    with pytest.raises(ValueError, match="tokens of all rows mixed"), rows(mixtral, ["a", None]):
        pass


def test_experts_of_another_make_are_told_apart() -> None:
    """GPT-OSS keeps its weights transposed, with biases: it has no row in the table, and is no stack here."""
    sizes = {**HEADED, "num_local_experts": 4, "num_experts_per_tok": 2}
    model = transformers.GptOssForCausalLM(transformers.GptOssConfig(**sizes))
    assert not any(is_stack(module) for module in model.modules())
    with pytest.raises(ValueError, match="no table of sites for model_type 'gpt_oss'"):
        attach(model, IA3())
    with pytest.raises(ValueError, match="module of type GptOssExperts: only Linear"):
        attach(model, IA3(sites={"mlp.experts": "in"}))


def slow(stack: nn.Module, l: torch.Tensor):  # noqa: E741
    """The formula, token by token and choice by choice, in matrices times vectors."""
    d_ff = l.shape[-1]

    def forward(x: torch.Tensor, chosen: torch.Tensor, shares: torch.Tensor) -> torch.Tensor:
        y = torch.zeros_like(x)
        for t in range(len(x)):
            for e, p in zip(chosen[t].tolist(), shares[t], strict=True):
                u, v = (stack.gate_up_proj[e] @ x[t]).split(d_ff)
                y[t] += p * (stack.down_proj[e] @ (l[e] * (u * torch.sigmoid(u) * v)))
        return y

    return forward


def test_each_expert_has_its_own_vector_as_in_a_slow_loop(small: Small) -> None:
    model, other = twins(small.build)
    attach(model, IA3())
    randomise(model)
    learned = vectors(model)
    n_layers, n_experts = learned["l_ff"].shape[:2]
    assert (n_layers, n_experts) == (2, 5)
    keys = {"l_k": "k_proj", "l_v": "v_proj"}
    for layer in range(n_layers):
        block = other.model.layers[layer]
        block.mlp.experts.forward = slow(block.mlp.experts, learned["l_ff"][layer])
        for name, projection in keys.items():
            l = learned[name][layer]  # noqa: E741
            hook = lambda module, args, y, l=l: l * y  # noqa: E731, E741
            block.self_attn.get_submodule(projection).register_forward_hook(hook)
    torch.testing.assert_close(logits(model, small), logits(other, small), **EXACT)


def test_the_gradient_of_each_experts_vector_is_that_of_finite_differences(small: Small) -> None:
    model = small.build()
    attach(model, IA3())
    randomise(model)
    place = model.get_submodule(SITE)
    x = torch.randn(6, 16, dtype=torch.float64, generator=torch.Generator().manual_seed(4))
    chosen = torch.tensor([[0, 1], [1, 3], [3, 0], [0, 3], [1, 0], [3, 1]])  # experts 2 and 4 have no token
    shares = torch.rand(6, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(5))
    l = place.adapters["default"].l_ff  # noqa: E741
    for each in (x, shares):
        each.requires_grad_(True)
    assert torch.autograd.gradcheck(lambda *_: place(x, chosen, shares), (l, x, shares))
    (gradient,) = torch.autograd.grad(place(x, chosen, shares).sum(), l)
    assert gradient[[2, 4]].eq(0).all() and gradient[[0, 1, 3]].ne(0).all()


def test_the_inner_activations_are_not_kept_a_second_time(mixtral: nn.Module) -> None:
    """What backward needs of them is computed again, so that a vector keeps nothing but itself."""
    stack = mixtral.get_submodule(SITE).requires_grad_(False)
    x = torch.randn(6, 16, dtype=torch.float64, requires_grad=True)
    chosen, shares = torch.tensor([[0, 1]] * 6), torch.full((6, 2), 0.5, dtype=torch.float64)

    def kept(module: nn.Module) -> int:
        found: dict[int, int] = {}

        def note(tensor: torch.Tensor) -> torch.Tensor:
            found[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
            return tensor

        with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
            y = module(x, chosen, shares)
        return sum(found.values()) if y.requires_grad else 0

    bare = kept(stack)
    attach(mixtral, IA3())
    place = mixtral.get_submodule(SITE)
    vector = place.adapters["default"].l_ff
    assert kept(place) - bare <= 2 * vector.nbytes


@pytest.mark.parametrize("implementation", ["eager", "batched_mm"])
def test_merged_is_unmerged_whichever_code_runs_the_experts(small: Small, implementation: str) -> None:
    small.config._experts_implementation = implementation
    bare = state(small.build())
    model = adapted(small)
    apart, learned = logits(model, small), vectors(model)
    with merged(model):
        assert type(model.get_submodule(SITE)) is type(small.build().get_submodule(SITE))
        torch.testing.assert_close(logits(model, small), apart, **EXACT)
    assert torch.equal(logits(model, small), apart)
    assert all(torch.equal(learned[name], each) for name, each in vectors(model).items())
    detach(model)
    after = model.state_dict()
    assert after.keys() == bare.keys() and all(torch.equal(bare[name], after[name]) for name in bare)
    assert torch.equal(logits(model, small), logits(small.build(), small))


def test_the_default_code_of_experts_agrees_as_far_as_float32_goes(small: Small) -> None:
    small.config._experts_implementation = "grouped_mm"
    model = small.build().float()
    bare = logits(model, small)
    attach(model, IA3())
    torch.testing.assert_close(logits(model, small), bare, rtol=1e-5, atol=1e-5)
    randomise(model)
    apart = logits(model, small)
    assert (apart - bare).abs().max() > 1e-2
    with merged(model):
        torch.testing.assert_close(logits(model, small), apart, rtol=1e-5, atol=1e-5)


def test_experts_elsewhere_give_nothing(mixtral: nn.Module) -> None:
    """With experts spread over machines, a number beyond the last one stands for somebody else's."""
    attach(mixtral, IA3())
    x = torch.randn(3, 16, dtype=torch.float64)
    chosen, shares = torch.tensor([[0, 5]] * 3), torch.ones(3, 2, dtype=torch.float64)
    place = mixtral.get_submodule(SITE)
    alone = place(x, chosen[:, :1], shares[:, :1])
    torch.testing.assert_close(place(x, chosen, shares), alone, **EXACT)


def test_low_precision_multiplies_in_float32_and_keeps_the_dtype(mixtral: nn.Module) -> None:
    mixtral.to(torch.bfloat16)
    attach(mixtral, IA3())
    place = mixtral.get_submodule(SITE)
    assert place.adapters["default"].l_ff.dtype == torch.float32
    x = torch.randn(3, 16, dtype=torch.bfloat16)
    assert place(x, torch.tensor([[0, 1]] * 3), torch.ones(3, 2).bfloat16()).dtype == torch.bfloat16


def test_layers_without_experts_have_one_vector_and_are_counted() -> None:
    config = transformers.Qwen3MoeConfig(**HEADED, **EXPERTS, mlp_only_layers=[1])
    model = random_biases(transformers.Qwen3MoeForCausalLM(config))
    attach(model, IA3())
    sites = {path: place.adapters["default"].scale().shape for path, place in wrapped(model).items()}
    assert sites[SITE] == (5, 12) and sites["model.layers.1.mlp.down_proj"] == (24,)
    found = count(model)
    assert found.formula.value == found.adapter == 4 * 12 + 5 * 12 + 24
    assert found.formula.text == "1 x (12 + 12 + 60) + 1 x (12 + 12 + 24)"
    with pytest.raises(ValueError, match="5 x 12 values at .*experts; 24 values at .*several widths"):
        vectors(model)


def test_adapters_are_switched_dialled_and_combined(small: Small) -> None:
    model = small.build()
    outputs = {}
    for seed, name in enumerate(("a", "b")):
        attach(model, IA3(), name)
        randomise(model, seed)
        outputs[name] = logits(model, small)
    a, b = (vectors(model, name)["l_ff"] for name in "ab")
    combine(model, {"a": 0.5, "b": 0.5}, "mean")
    torch.testing.assert_close(vectors(model)["l_ff"], (a + b) / 2, **EXACT)
    activate(model, ["a", "b"])
    product = logits(model, small)
    attach(model, IA3(), "product")
    a, b = vectors(model, "a"), vectors(model, "b")
    set_vectors(model, {name: a[name] * b[name] for name in a})
    torch.testing.assert_close(logits(model, small), product, **EXACT)
    activate(model, "a")
    assert torch.equal(logits(model, small), outputs["a"])
    with disabled(model):
        assert torch.equal(logits(model, small), logits(small.build(), small))


@pytest.mark.parametrize("recipe", [IA3(), IA3(exclude=["k_proj"]), IA3(sites={"mlp.experts": "in"})])
def test_saved_is_loaded_to_the_bit(small: Small, recipe: IA3, tmp_path: Path) -> None:
    model = small.build()
    attach(model, recipe)
    randomise(model)
    save_adapter(model, tmp_path)
    other = small.build()
    load_adapter(other, tmp_path)
    assert torch.equal(logits(other, small), logits(model, small))
    assert isinstance(other.get_submodule(SITE), AdaptedExperts)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda tensor: tensor[:4], "another base model"),
        (lambda tensor: tensor[:, :-1], "another base model"),
        (lambda tensor: tensor.T, "another base model"),
        (lambda tensor: None, "names 1 layers for which"),
    ],
    ids=["an expert fewer", "narrower", "turned", "missing"],
)
def test_files_that_do_not_fit_are_refused(mixtral: nn.Module, tmp_path: Path, change, words: str) -> None:
    attach(mixtral, IA3())
    save_adapter(mixtral, tmp_path)
    key, tensors = f"base_model.model.{SITE}.ia3_l", load_file(tmp_path / TENSORS)
    changed = change(tensors.pop(key))
    tensors |= {} if changed is None else {key: changed.contiguous()}
    save_file(tensors, tmp_path / TENSORS)
    other = PROBED["mixtral"]().build()
    with pytest.raises(ValueError, match=words):
        load_adapter(other, tmp_path)
    assert not wrapped(other)


def test_peft_scales_keys_and_values_of_mixtral_alone() -> None:
    """PEFT's default names w2 of each expert, which is no module any more, and goes on without a word."""
    assert "w2" in peft.utils.constants.TRANSFORMERS_MODELS_TO_IA3_TARGET_MODULES_MAPPING["mixtral"]
    mine, other = twins(PROBED["mixtral"]().build)
    found = theirs(other, peft.IA3Config())
    assert {path.rpartition(".")[2] for path in found} == {"k_proj", "v_proj"}
    paper = ours(mine, IA3())
    assert {path: size for path, size in paper.items() if "experts" not in path} == found
    assert sum("experts" in path for path in paper) == 2


def test_peft_refuses_the_vectors_of_experts_in_words(mixtral: nn.Module, tmp_path: Path) -> None:
    attach(mixtral, IA3())
    save_adapter(mixtral, tmp_path)
    with pytest.raises(ValueError, match=r"(?s)Target module .*Experts.* is not supported"):
        peft.PeftModel.from_pretrained(PROBED["mixtral"]().build(), tmp_path)


def test_pefts_own_files_of_mixtral_are_read(tmp_path: Path) -> None:
    small = PROBED["mixtral"]()
    other = peft.get_peft_model(small.build(), peft.IA3Config()).double().eval()
    randomise(other)
    other.save_pretrained(tmp_path)
    model = small.build()
    load_adapter(model, tmp_path)
    torch.testing.assert_close(logits(model, small), logits(other, small), **EXACT)


def test_pefts_default_lora_layers_of_mixtral_are_named_and_not_found() -> None:
    """PEFT's table has them, but PEFT empties the default before it looks; named, they are the same here."""
    names = peft.utils.constants.TRANSFORMERS_MODELS_TO_LORA_TARGET_MODULES_MAPPING["mixtral"]
    mine, other = twins(PROBED["mixtral"]().build)
    with pytest.raises(ValueError, match="No `target_modules` passed"):
        peft.get_peft_model(copy.deepcopy(other), peft.LoraConfig(r=3))
    assert ours(mine, LoRA(r=3)) == theirs(other, peft.LoraConfig(r=3, target_modules=names))


def test_pefts_all_linear_takes_more_than_linears_where_there_are_experts() -> None:
    """LoRA's goes to the router and into the stacked weights; here "all-linear" means Linears."""
    mine, other = twins(PROBED["mixtral"]().build)
    found = theirs(other, peft.LoraConfig(r=3, target_modules="all-linear"))
    more = {path for path in found if ".mlp." in path}
    assert more and {path: shapes for path, shapes in found.items() if path not in more} == ours(
        mine, LoRA(r=3, sites="all-linear")
    )
