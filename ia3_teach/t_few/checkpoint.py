r"""Read the vectors that the authors of T-Few released for T0-3B, and others in their format.

Their file is a dict {"<path of a Linear>.multi_lora_b": (d, 1)} with l_ff on the output of `wi_1`. In a gated
T5 that output is one factor of the inner activation, W_o(γ(W_0 x) ⊙ W_1 x), so scaling it is scaling the
input of `wo`, where this library keeps l_ff.
"""

from __future__ import annotations

import os
from pathlib import Path
from zipfile import is_zipfile

import torch
from torch import Tensor, nn

from ia3_teach.adapters import Handle, attach
from ia3_teach.files import fill
from ia3_teach.layer import unwrapped
from ia3_teach.sites.find import find_sites
from ia3_teach.state import check_new_name, refuse_change, state_of
from ia3_teach.storage.decoding import check_outline, decode
from ia3_teach.storage.stored import Stored, Tensors, check_finite
from ia3_teach.t_few.archive import check_archive, check_sums
from ia3_teach.wording import brief, first_line, short

ENDING = ".multi_lora_b"
MOST_IN_OLD_FORMAT = 64 * 2**20  # bytes; T0-11B's vectors take 4 MB


def load_t_few(model: nn.Module, path: str | Path, name: str = "default") -> Handle:
    """Attach the vectors of a T-Few checkpoint to a gated T5 and make them the active adapter.

    Raises ValueError, with the model unchanged, for a model that is no gated T5, a missing or damaged file,
    tensors of another method, missing sites, shapes that do not fit, and values that are not finite.
    Source: Liu et al. 2022, section 3.3, and the authors' code, r-three/t-few.
    """
    state = state_of(model)
    refuse_change(state, "load an adapter")
    check_new_name(state, name)
    check_gated_t5(model)
    sites = t_few_sites(read_t_few(path))
    missing = [site.path for site in find_sites(unwrapped(model), "paper") if site.path not in sites]
    if missing:
        raise ValueError(
            f"{short(path)} has no vector for {len(missing)} sites of this model, such as {short(missing[0])}"
        )
    stored = Stored({"peft_type": "IA3"}, {}, sites)
    check_outline(unwrapped(model), stored)
    recipe, values = decode(unwrapped(model), stored)
    handle = attach(model, recipe, name)
    fill(model, name, values)
    return handle


def check_gated_t5(model: nn.Module) -> None:
    """Refuse other models. In T5 v1.0 the authors' pattern `wi_1` matches nothing (t-few, issue 26)."""
    config = getattr(unwrapped(model), "config", None)
    kind = getattr(config, "model_type", None)
    if kind not in ("t5", "mt5"):
        raise ValueError(f"a T-Few checkpoint belongs to a T5; this model's type is {brief(kind)}")
    if not config.is_gated_act:
        raise ValueError(
            "this T5 is not gated: it has one `wi` and no `wi_1`, where the authors' code trains no l_ff; "
            "take T5 v1.1, T0 or mT5 (feed_forward_proj='gated-gelu')"
        )


def read_t_few(path: str | Path) -> dict[str, Tensor]:
    """{path of the Linear in the authors' model: its vector (d,)}; l_ff is the one of `wi_1`.

    Raises ValueError for what is missing, damaged, or something else. No code is unpickled: torch reads
    tensors and plain containers alone.

    >>> import tempfile
    >>> with tempfile.NamedTemporaryFile(suffix=".pt") as file:
    ...     torch.save({"k.multi_lora_b": torch.ones(2, 1)}, file.name)
    ...     read_t_few(file.name)
    {'k': tensor([1., 1.])}
    """
    if not os.path.isfile(path):
        raise ValueError(f"there is no file {short(path)}")
    zipped = is_zipfile(path)
    if zipped:
        check_archive(path)
    elif Path(path).stat().st_size > MOST_IN_OLD_FORMAT:
        raise ValueError(
            f"{short(path)} is too large for vectors in torch's old format; save it again with torch.save"
        )
    try:
        # an archive is only mapped into memory: 11 GB of T0-3B are refused for a name before they are read
        tensors = torch.load(path, map_location="cpu", weights_only=True, mmap=zipped)
    except Exception as error:  # damaged bytes raise almost anything
        reason = first_line(error) or type(error).__name__
        raise ValueError(f"{short(path)} is damaged or holds more than tensors ({brief(reason)})") from error
    if not isinstance(tensors, dict) or not tensors:
        raise ValueError(f"{short(path)} should hold a dict of tensors; found {type(tensors).__name__}")
    for key, tensor in tensors.items():
        check_vector(key, tensor)
    if zipped:
        check_sums(path)
    return {key.removesuffix(ENDING): tensor.flatten().clone() for key, tensor in tensors.items()}


def check_vector(key: object, tensor: object) -> None:
    """Refuse all but finite vectors (d, 1) under the authors' name for IA3."""
    if not isinstance(key, str) or not key.endswith(ENDING) or not isinstance(tensor, Tensor):
        raise ValueError(f"found {brief(key)}: in a T-Few checkpoint of IA3 every name ends in {ENDING}")
    if tensor.layout != torch.strided or tensor.is_quantized or tensor.device.type != "cpu":
        raise ValueError(
            f"{brief(key)} should hold its numbers one by one; found layout {tensor.layout} and kind "
            f"{tensor.dtype} on {tensor.device}; save it again with .dequantize().to_dense().cpu()"
        )
    if tensor.dim() != 2 or tensor.shape[1] != 1:
        raise ValueError(f"{brief(key)} should be one column (d, 1); found {short(tuple(tensor.shape))}")
    check_finite(key, tensor)


def t_few_sites(vectors: dict[str, Tensor]) -> Tensors:
    """The same at our sites in PEFT's shapes: the vector of `wi_1` becomes a row for the input of `wo`."""
    sites: Tensors = {}
    for path, vector in vectors.items():
        parent, _, last = path.rpartition(".")
        if last != "wi_1":
            sites[path] = {"ia3_l": vector[:, None]}
        elif f"{parent}.wo" in vectors:
            raise ValueError(f"{short(parent)} has vectors on both wi_1 and wo, and one site cannot hold two")
        else:
            sites[f"{parent}.wo"] = {"ia3_l": vector[None, :]}
    return sites
