"""What the explorer needs of a model and its adapters: numbers as bytes, the rest as a dict for JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from ia3_teach.arithmetic.values import vectors
from ia3_teach.course.shipped.tasks import label_names
from ia3_teach.layer import Head, unwrapped, wrapped
from ia3_teach.state import state_of
from ia3_teach.storage.peft_format import config_of
from ia3_teach.wording import short

if TYPE_CHECKING:
    from datasets import Dataset

EXAMPLES = 6  # sentences of each task to begin with
HEADS = {"bloom": "n_head", "bert": "num_attention_heads"}


def facts_of(model: nn.Module, tokenizer: Any, tasks: Mapping[str, Dataset]) -> dict[str, Any]:
    """{shapes, heads, tasks, model} of a model whose adapters bear the names of `tasks`.

    Raises ValueError for a model that does not run in a browser, or a task without an adapter.
    """
    kind = getattr(getattr(unwrapped(model), "config", None), "model_type", None)
    if kind not in HEADS:
        raise ValueError(
            f"only bloom and bert answer in a browser; found a model of type {short(kind)}. "
            "explore_map({name: vectors(model, name)}) shows those of any model, without answers"
        )
    check_adapters(model, tasks)
    first = next(iter(tasks))
    head = check_head(model, kind, tasks)
    config = unwrapped(model).config.to_dict()
    about = {
        "type": kind,
        "config": {name: value for name, value in config.items() if isinstance(value, int | float | str)},
        "tokenizer": json.loads(tokenizer.backend_tokenizer.to_str()),
        "head": head,
        "adapterConfig": config_of(model, wrapped(model), first, state_of(model).recipes[first]),
    }
    shapes = shapes_of({first: vectors(model, first)})
    asked = {name: task_facts(rows) for name, rows in tasks.items()}
    return {"shapes": shapes, "heads": config[HEADS[kind]], "tasks": asked, "model": about}


def check_adapters(model: nn.Module, tasks: Mapping[str, Dataset]) -> None:
    """Refuse tasks without an adapter of their name, and adapters with vectors of other shapes."""
    has = state_of(model).recipes
    missing = [name for name in tasks if name not in has]
    if missing or not tasks:
        raise ValueError(
            f"each task needs an adapter of its name; {short(', '.join(missing) or 'no task')} has none, "
            f"the model has: {short(', '.join(has) or 'none')}"
        )
    shapes_of({name: vectors(model, name) for name in tasks})


def check_head(model: nn.Module, kind: str, tasks: Mapping[str, Dataset]) -> str | None:
    """The path of a BERT's classifier. Refuse a BERT without one, and several tasks."""
    if kind != "bert":
        return None
    heads = [path for path, place in wrapped(model).items() if isinstance(place, Head)]
    if len(heads) != 1 or len(tasks) != 1:
        raise ValueError(
            f"a BERT answers by the one classifier trained with its vectors; found {len(heads)} "
            f"classifiers and {len(tasks)} tasks. Give load_model num_labels, and one task"
        )
    return heads[0]


def shapes_of(sets: Mapping[str, Mapping[str, Tensor]]) -> dict[str, list[int]]:
    """{"l_k": [n_layers, d], ...} of all sets alike. Raises ValueError where they differ, or hold nothing.

    >>> shapes_of({"a": {"l_k": torch.ones(2, 3)}})
    {'l_k': [2, 3]}
    """
    found = {
        name: {kind: list(matrix.shape) for kind, matrix in values.items()} for name, values in sets.items()
    }
    different = {str(shapes): shapes for shapes in found.values()}
    if len(different) != 1 or not all(len(shape) == 2 for shape in next(iter(found.values())).values()):
        raise ValueError(
            "vectors are matrices (n_layers, d), of the same shapes in every set; found "
            f"{short(found or 'none')}"
        )
    return next(iter(different.values()))


def map_facts(sets: Mapping[str, Mapping[str, Tensor]], heads: int = 0) -> dict[str, Any]:
    """The facts of vectors that come without a model: nothing can be asked."""
    tasks = {name: {"question": "", "labels": [], "texts": []} for name in sets}
    return {"shapes": shapes_of(sets), "heads": heads, "tasks": tasks, "model": None}


def task_facts(rows: Dataset) -> dict[str, Any]:
    """{question, labels, texts} of a task's rows."""
    text, prompt = rows["text"][0], rows["prompt"][0]
    question = prompt.removeprefix(f"{text}\nQuestion: ").removesuffix("\nAnswer:")
    return {"question": question, "labels": label_names(rows), "texts": list(rows["text"][:EXAMPLES])}


def numbers_of(sets: Mapping[str, Mapping[str, Tensor]]) -> bytes:
    """All vectors as float32, set after set, kind after kind, layer after layer."""
    parts = [matrix.detach().float().flatten() for values in sets.values() for matrix in values.values()]
    return torch.cat(parts).cpu().numpy().astype("<f4").tobytes()


def weights_of(model: nn.Module, name: str) -> bytes:
    """The frozen weights in float16, an adapter's own head in float32, as the bytes of a safetensors file."""
    from safetensors.torch import save

    model = unwrapped(model)
    found = {
        where: tensor.detach().half().cpu().clone()
        for where, tensor in model.state_dict().items()
        if ".adapters." not in where and tensor.is_floating_point()
    }
    for path, place in wrapped(model).items():
        own = isinstance(place, Head) and name in place.adapters
        inner, dtype = (place.adapters[name], torch.float32) if own else (place.base, torch.float16)
        for key, tensor in inner.state_dict().items():
            found.pop(f"{path}.base.{key}", None)
            found[f"{path}.{key}"] = tensor.detach().to("cpu", dtype, copy=True)
    found.pop("lm_head.weight", None)  # the embeddings once more
    return save(found)
