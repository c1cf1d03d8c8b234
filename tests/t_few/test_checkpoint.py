"""The T-Few authors' file: read without running code, mapped to our sites, refused where it cannot fit."""

import io
import pickle
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from golden_models import MODELS as RELEASED
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_architectures import ARCHITECTURES
from small_models import bloom
from test_adapters import snapshot
from torch import nn

from ia3_teach import IA3, attach, count, load_t_few, save_adapter, vectors
from ia3_teach.t_few.checkpoint import read_t_few

EXACT = {"rtol": 0, "atol": 1e-12}
WI_1 = "encoder.block.1.layer.1.DenseReluDense.wi_1.multi_lora_b"


def authors_vectors(model: nn.Module) -> dict[str, torch.Tensor]:
    """Random vectors under the authors' names: the outputs of every k, v and wi_1."""
    torch.manual_seed(3)
    ends = (".k", ".v", ".wi_1")
    found = {path: module for path, module in model.named_modules() if path.endswith(ends)}
    sizes = {f"{path}.multi_lora_b": module.out_features for path, module in found.items()}
    return {key: 1 + 0.4 * torch.randn(d, 1) for key, d in sizes.items()}


def small(name: str = "t5-gated") -> nn.Module:
    return ARCHITECTURES[name]().build()


def out(model: nn.Module) -> torch.Tensor:
    return model(**ARCHITECTURES["t5-gated"]().inputs()).logits


def scaled_as_the_authors_do(model: nn.Module, tensors: dict[str, torch.Tensor]) -> nn.Module:
    """Their layer: F.linear(x, W) * multi_lora_b, on each of these Linears."""
    for key, l in tensors.items():
        module = model.get_submodule(key.removesuffix(".multi_lora_b"))
        module.register_forward_hook(lambda module, args, y, l=l: y * l.flatten())
    return model


@pytest.mark.parametrize("name", ["t5-gated", "mt5"])
def test_the_loaded_model_is_the_authors(name: str, tmp_path: Path) -> None:
    model, theirs = small(name), small(name)
    tensors = authors_vectors(model)
    torch.save(tensors, tmp_path / "finish.pt")
    handle = load_t_few(model, tmp_path / "finish.pt", "t_few")
    torch.testing.assert_close(out(model), out(scaled_as_the_authors_do(theirs, tensors)), **EXACT)
    assert (out(model) - out(small(name))).abs().max() > 1e-3
    assert handle.name == "t_few" and model._ia3_teach.recipes["t_few"].sites == "paper"
    assert count(model).adapter == sum(l.numel() for l in tensors.values())


# What torch stores beside plain numbers, each under a name that a T-Few file has.
ODD = {
    "meta": lambda: torch.ones(4, 1, device="meta"),
    "sparse": lambda: torch.ones(4, 1).to_sparse(),
    "sparse rows": lambda: torch.ones(4, 1).to_sparse_csr(),
    "quantised": lambda: torch.quantize_per_tensor(torch.ones(4, 1), 0.1, 0, torch.qint8),
    "whole": lambda: torch.ones(4, 1, dtype=torch.long),
    "complex": lambda: torch.ones(4, 1, dtype=torch.complex64),
    "a list": lambda: [1.0] * 100_000,
}


@pytest.mark.parametrize("kind", ODD)
@pytest.mark.parametrize("name", ["encoder.k.multi_lora_b", f"{'x' * 100_000}.multi_lora_b"])
def test_a_tensor_of_another_kind_is_refused_in_words(kind: str, name: str, tmp_path: Path) -> None:
    torch.save({name: ODD[kind]()}, tmp_path / "finish.pt")
    with pytest.raises(ValueError) as error:
        read_t_few(tmp_path / "finish.pt")
    assert len(str(error.value)) < 600


def test_scaling_the_output_of_wi_1_is_scaling_the_input_of_wo() -> None:
    """wo(act(wi_0 x) * (l * wi_1 x)) = wo(l * (act(wi_0 x) * wi_1 x)), also against both of our own sides."""
    by_wi_1, by_wo, hooked = small(), small(), small()
    l_ff = {key: l.double() for key, l in authors_vectors(by_wo).items() if "wi_1" in key}
    attach(by_wi_1, IA3(sites={"wi_1": "out"}))
    attach(by_wo, IA3(sites={"wo": "in"}))
    for key, l in l_ff.items():
        path = key.removesuffix(".wi_1.multi_lora_b")
        by_wi_1.get_submodule(f"{path}.wi_1").adapters["default"].l.data = l.flatten()
        by_wo.get_submodule(f"{path}.wo").adapters["default"].l_ff.data = l.flatten()
    scaled_as_the_authors_do(hooked, l_ff)
    torch.testing.assert_close(out(by_wi_1), out(hooked), **EXACT)
    torch.testing.assert_close(out(by_wo), out(hooked), **EXACT)


def test_the_real_file(shared: Path) -> None:
    """The facts measured on the authors' release: T0-3B after 100,000 steps on T0's mixture."""
    found = read_t_few(shared / "data/t0-3b-ia3/t03b_ia3_finish.pt")
    l = torch.cat(list(found.values())).double()
    assert (len(found), l.numel()) == (192, 540_672) and {v.dtype for v in found.values()} == {torch.float32}
    assert l.mean().item() == pytest.approx(0.9953, abs=5e-5)
    assert l.std().item() == pytest.approx(0.0929, abs=5e-5)
    assert (l - 1).abs().mean().item() == pytest.approx(0.068, abs=5e-4)
    assert l.min().item() == pytest.approx(-0.788, abs=5e-4)
    assert l.max().item() == pytest.approx(2.049, abs=5e-4)
    assert int((l < 0).sum()) == 12 and int((l == 1).sum()) == 0
    largest = found["decoder.block.23.layer.2.DenseReluDense.wi_1"]
    assert int(largest.argmin()) == 971 and largest.min() == l.min().float()


def test_the_real_file_fits_t0_3b(shared: Path) -> None:
    """Shapes alone, on the meta device: 540,672 values at exactly the paper's sites."""
    with torch.device("meta"):
        model = RELEASED["T0-3B"]()
    load_t_few(model, shared / "data/t0-3b-ia3/t03b_ia3_finish.pt")
    assert count(model).adapter == count(model).trainable == 540_672
    recipe = model._ia3_teach.recipes["default"]
    assert (recipe.sites, recipe.exclude) == ("paper", ())
    shapes = {name: tuple(matrix.shape) for name, matrix in vectors(model).items()}
    assert shapes == {"l_k": (72, 2048), "l_v": (72, 2048), "l_ff": (48, 5120)}


# What is refused


def test_a_payload_is_not_run(tmp_path: Path) -> None:
    """A pickle that would create a file: torch's plain loader runs it, this one does not."""

    class Payload:
        def __reduce__(self):
            return Path.touch, (tmp_path / "it was run",)

    model = small()
    before = snapshot(model)
    for number, save in enumerate((torch.save, lambda x, p: p.write_bytes(pickle.dumps(x)))):
        path = tmp_path / f"{number}.pt"
        save({**authors_vectors(model), "x": Payload()}, path)
        with pytest.raises(ValueError, match="damaged or holds more than tensors"):
            load_t_few(model, path)
        assert not (tmp_path / "it was run").exists()
    torch.load(tmp_path / "0.pt", weights_only=False)
    assert (tmp_path / "it was run").exists() and snapshot(model) == before


def edit(**changes: object) -> Callable:
    """Replace (None: drop) values of the checkpoint."""

    def changed(tensors: dict) -> object:
        tensors = {**tensors, **{changes.get("key", WI_1): changes["value"]}}
        return {key: value for key, value in tensors.items() if value is not None}

    return changed


BAD: dict[str, tuple[Callable, str]] = {
    "a list": (lambda tensors: list(tensors.values()), "should hold a dict of tensors; found list"),
    "nothing": (lambda tensors: {}, "should hold a dict"),
    "a tensor": (lambda tensors: tensors[WI_1], "should hold a dict of tensors; found Tensor"),
    "an object": (lambda tensors: {**tensors, "x.multi_lora_b": io.BytesIO}, "more than tensors"),
    "a number": (edit(value=3.0), "found .*wi_1"),
    "a number as key": (lambda tensors: {3: tensors[WI_1]}, "found 3"),
    "LoRA": (edit(key="encoder.block.0.layer.0.SelfAttention.q.lora_a", value=torch.ones(1, 16)), "lora_a'"),
    "NaN": (edit(value=torch.full((24, 1), torch.nan)), "NaN or infinity"),
    "whole numbers": (edit(value=torch.ones(24, 1, dtype=torch.int32)), "not floating-point"),
    "a row": (edit(value=torch.ones(1, 24)), "one column"),
    "a flat vector": (edit(value=torch.ones(24)), "one column"),
    "too short": (edit(value=torch.ones(23, 1)), "another base model"),
    "one layer missing": (edit(value=None), "no vector for 1 sites of this model, such as encoder.block.1"),
    "no l_ff": (
        lambda tensors: {key: l for key, l in tensors.items() if "wi_1" not in key},
        "no vector for 5 sites",
    ),
    "one layer more": (
        edit(key="encoder.block.9.layer.0.SelfAttention.k.multi_lora_b", value=torch.ones(20, 1)),
        "another architecture",
    ),
    "wi_1 and wo": (edit(key=WI_1.replace("wi_1", "wo"), value=torch.ones(16, 1)), "both wi_1 and wo"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_leaves_the_model_untouched(case: str, tmp_path: Path) -> None:
    change, message = BAD[case]
    model = small()
    torch.save(change(authors_vectors(model)), tmp_path / "bad.pt")
    before = snapshot(model)
    with pytest.raises(ValueError, match=message):
        load_t_few(model, tmp_path / "bad.pt")
    assert snapshot(model) == before and not hasattr(model, "_ia3_teach")


MODELS = {
    "T5 v1.0": (lambda: small("t5"), "not gated: it has one `wi` and no `wi_1`"),
    "BLOOM": (bloom, "belongs to a T5; this model's type is 'bloom'"),
    "no config": (lambda: nn.Sequential(nn.Linear(2, 2)), "this model's type is None"),
}


@pytest.mark.parametrize("case", MODELS)
def test_models_that_it_does_not_belong_to(case: str, tmp_path: Path) -> None:
    build, message = MODELS[case]
    torch.save(authors_vectors(small()), tmp_path / "finish.pt")
    model = build()
    before = snapshot(model)
    with pytest.raises(ValueError, match=message):
        load_t_few(model, tmp_path / "finish.pt")
    assert snapshot(model) == before


def test_missing_files_and_taken_names(tmp_path: Path) -> None:
    model = small()
    with pytest.raises(ValueError, match="there is no file"):
        load_t_few(model, tmp_path / "none.pt")
    with pytest.raises(ValueError, match="there is no file"):
        load_t_few(model, tmp_path)
    attach(model, IA3())
    with pytest.raises(ValueError, match="already attached"):
        load_t_few(model, tmp_path / "none.pt")


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(data=st.data())
def test_any_flipped_or_cut_bytes_are_a_value_error_or_vectors(tmp_path: Path, data) -> None:
    path = tmp_path / "fuzz.pt"
    legacy = data.draw(st.booleans())
    torch.save({"a.k.multi_lora_b": torch.ones(3, 1)}, path, _use_new_zipfile_serialization=not legacy)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(0, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        found = read_t_few(path)
    except ValueError:
        return
    assert all(isinstance(key, str) and l.isfinite().all() and l.dim() == 1 for key, l in found.items())


def test_it_can_be_saved_in_pefts_format(tmp_path: Path) -> None:
    model, other = small(), small()
    torch.save(OrderedDict(authors_vectors(model)), tmp_path / "finish.pt")
    load_t_few(model, tmp_path / "finish.pt")
    from ia3_teach import load_adapter

    load_adapter(other, save_adapter(model, tmp_path / "adapter"))
    torch.testing.assert_close(out(other), out(model), **EXACT)
