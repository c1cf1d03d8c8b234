"""Whether a loaded model is the saved one: what its file lacked, had besides, or held in another shape.

transformers fills what is missing with random numbers and leaves out what it does not know. Both are in its
report, which is read here instead of being printed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import torch

from ia3_teach.recipe import new_heads
from ia3_teach.sites.targets import block_number
from ia3_teach.wording import brief, listed, short

if TYPE_CHECKING:
    from transformers import PreTrainedModel

# Parts of names that only a model with adapters has: this library's, PEFT's, and those of wrapped models.
ADAPTERS = (
    ".adapters.",
    ".base.",
    ".base_layer.",
    ".ia3_l",
    ".lora_",
    ".modules_to_save.",
    "base_model.model.",
)
SIZES = ("vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size")


def check_weights(
    model: PreTrainedModel, report: Mapping[str, Collection], num_labels: int | None
) -> tuple[str, ...]:
    """The modules that are new, because their file has none and a new head was asked for.

    Raises ValueError for any other weight that the file lacks or has besides, for other shapes, and for
    weights that are not finite.
    """
    missing, extra = sorted(report["missing_keys"]), sorted(report["unexpected_keys"])
    refuse_adapters(extra)
    refuse_shapes(report["mismatched_keys"], num_labels)
    known = {name for name, _ in model.named_modules()}
    base = f"{model.base_model_prefix}."
    surplus = [key for key in extra if not of_another_head(key, known, base)]
    new = () if num_labels is None else new_modules(model, missing)
    lost = [key for key in missing if not any(key.startswith(f"{name}.") for name in new)]
    if lost or surplus:
        raise ValueError(short(does_not_fit(model, lost, surplus, num_labels), 590))
    check_numbers(model)
    return new


def refuse_adapters(extra: Collection[str]) -> None:
    """Raise for names that only a model with adapters on has."""
    adapters = [key for key in extra if any(part in f".{key}" for part in ADAPTERS)]
    if adapters:
        raise ValueError(
            f"the weights were saved with an adapter on ({listed(adapters)}), which transformers cannot "
            "read; save the adapter alone with save_adapter, or call merge(model) before you save the model"
        )


def refuse_shapes(mismatched: Collection[tuple], num_labels: int | None) -> None:
    """Raise for a weight of another shape, such as a saved head of another number of classes."""
    for key, found, wanted in sorted(mismatched, key=str):
        hint = "" if num_labels is None else f"; is num_labels={num_labels} the number it was saved with?"
        raise ValueError(
            f"{short(key)} has the shape {short(tuple(found), 100)} in the file; needed is "
            f"{short(tuple(wanted), 100)}{short(hint)}"
        )


def of_another_head(key: str, known: Collection[str], base: str) -> bool:
    """Whether a weight that was left out belongs to a module beside the blocks, which this model has not.

    What the base model itself would compute with is no head, but for its pooler.
    """
    beside = block_number(key) is None and key.rpartition(".")[0] not in known
    return beside and ("pooler" in key or not key.startswith(base))


def new_modules(model: PreTrainedModel, missing: Collection[str]) -> tuple[str, ...]:
    """The modules beside the base model, and its pooler, of which the file has no weight at all."""
    inside = model.base_model.named_children()
    candidates = {f"{model.base_model_prefix}.{name}" for name, _ in inside if "pooler" in name}
    candidates |= set(new_heads(model))
    kept = [key for key in model.state_dict() if key not in set(missing)]
    return tuple(
        name
        for name in sorted(candidates)
        if any(key.startswith(f"{name}.") for key in missing)
        and not any(key.startswith(f"{name}.") for key in kept)
    )


def does_not_fit(
    model: PreTrainedModel, lost: Collection[str], surplus: Collection[str], num_labels: int | None
) -> str:
    """What is wrong and what to do."""
    parts = [f"lacks {len(lost)} of the weights of {type(model).__name__}: {listed(lost)}"] if lost else []
    parts += [f"holds {len(surplus)} that it does not have: {listed(surplus)}"] if surplus else []
    base = f"{model.base_model_prefix}."
    only_head = num_labels is None and not surplus and not any(key.startswith(base) for key in lost)
    advice = (
        "this is no whole language model; load_model(name, num_labels=2) gives it a new classification head"
        if only_head
        else "config.json is of another model, or the model was saved inside a wrapper; save it again"
    )
    return f"the file {' and '.join(parts)}; {advice}"


def check_numbers(model: PreTrainedModel) -> None:
    """Refuse weights with NaN or infinity."""
    for name, weight in model.named_parameters():
        if weight.numel() and not torch.stack(torch.aminmax(weight.detach())).isfinite().all():
            raise ValueError(
                f"{short(name)} holds NaN or infinity: the file is damaged, or training failed; save it again"
            )


def check_config(config: object) -> None:
    """Refuse sizes below 1 and settings that are not finite, with which a model can be built and be wrong."""
    for name in SIZES:
        size = getattr(config, name, None)
        if isinstance(size, int) and size < 1:
            raise ValueError(
                f"config.json says {short(name)}={brief(size)}; it is a whole number of at least 1"
            )
    for name, value in vars(config).items():
        if isinstance(value, float) and not abs(value) < float("inf"):
            raise ValueError(
                f"config.json says {short(name)}={short(value)}, which is no number to compute with"
            )
