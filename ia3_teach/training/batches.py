"""From examples to batches: what an example must have, in which order they come, how they are padded."""

from __future__ import annotations

import hashlib
import json
import pickle
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from ia3_teach.layer import unwrapped
from ia3_teach.training.limits import check_readable
from ia3_teach.training.losses import IGNORED
from ia3_teach.wording import brief, short

Example = Mapping[str, object]
CHECKED_EARLY = 1000


def check_data(data: Sequence[Example]) -> None:
    """Refuse empty data and, among the first 1000, examples without tokens or labels.

    Later ones are checked in their batch, so that a large data set does not have to be read twice.
    """
    if isinstance(data, str | bytes | Mapping) or not hasattr(data, "__getitem__"):
        raise ValueError(
            f"data is a list of examples, as encode(model, tokenizer, rows) makes; found {brief(data)}"
        )
    if len(data) == 0:
        raise ValueError("there are no examples to learn from: data is empty")
    for i in range(min(len(data), CHECKED_EARLY)):
        check_example(i, data[i])


def check_example(i: int, example: Example) -> None:
    """Refuse an example without tokens, without labels, or with nothing but ignored labels."""
    if not isinstance(example, Mapping):
        raise ValueError(
            f"example {i:,} is {brief(example)}; each is a dict with input_ids and labels, as encode makes"
        )
    for key in ("input_ids", "labels"):
        value = example.get(key)
        if value is None or (hasattr(value, "__len__") and getattr(value, "ndim", 1) and len(value) == 0):
            raise ValueError(
                f"example {i:,} has no {short(key)}; encode(model, tokenizer, rows) makes examples with both"
            )
    ids, labels = (as_numbers(example[key], f"{key} of example {i}") for key in ("input_ids", "labels"))
    if ids.dim() != 1 or ids.is_floating_point() or ids.min() < 0:
        raise ValueError(
            f"input_ids of example {i:,} are one row of whole numbers from 0 on; found "
            f"{brief(example['input_ids'])} (tokenizer(text), without return_tensors, makes such rows)"
        )
    if labels.dim() > 1:
        raise ValueError(f"labels of example {i:,} are a number or one row; found {brief(example['labels'])}")
    if bool((labels == IGNORED).all()):
        raise ValueError(f"example {i:,} has only labels of {IGNORED}: was its answer cut off?")


def as_numbers(value: object, what: str) -> Tensor:
    """The value as a tensor. Raises ValueError for what is none, such as text or rows of unequal length."""
    try:
        return torch.as_tensor(value)
    except (TypeError, ValueError, RuntimeError, OverflowError) as error:
        raise ValueError(
            f"{short(what)} are numbers; found {brief(value)}, of which no tensor can be made "
            f"({brief(str(error))})"
        ) from error


def examples_of(step: int, data: Sequence[Example], batch_size: int, seed: int) -> list[Example]:
    """The examples of a step, checked: each epoch is a permutation that depends on the seed alone."""
    n = len(data)
    places = range(step * batch_size, (step + 1) * batch_size)
    orders = {epoch: order(n, seed, epoch) for epoch in {place // n for place in places}}
    chosen = [orders[place // n][place % n] for place in places]
    for i in chosen:
        if i >= CHECKED_EARLY:
            check_example(i, data[i])
    return [data[i] for i in chosen]


def order(n: int, seed: int, epoch: int) -> list[int]:
    """The permutation of one epoch.

    >>> sorted(order(3, seed=0, epoch=1))
    [0, 1, 2]
    """
    return torch.randperm(n, generator=torch.Generator().manual_seed(seed * 1_000_003 + epoch)).tolist()


def digest(data: Sequence[Example]) -> str:
    """A checksum over every example and all that it holds, to recognise the data of a checkpoint.

    Two million tokens or more a second; a tensor counts as the list of its values.

    >>> digest([{"labels": 1}]) == digest([{"labels": torch.tensor(1)}]) != digest([{"labels": 2}])
    True
    """
    kept = hashlib.blake2b(digest_size=16)
    for i in range(len(data)):
        kept.update(json.dumps(dict(data[i]), sort_keys=True, default=as_values).encode() + b"\n")
    return kept.hexdigest()


def as_values(value: object) -> object:
    """What stands for a value that JSON lacks: numbers for a tensor or an array, bytes for other things."""
    return value.tolist() if hasattr(value, "tolist") else pickle.dumps(value).hex()


def collate(examples: Sequence[Example], model: nn.Module) -> dict[str, Tensor]:
    """Pad on the right and stack: input_ids, attention_mask, labels and, where given, token_type_ids.

    An example's own attention_mask counts: tokenizers that pad say there what is no token. Raises ValueError
    where only some examples have token_type_ids, where a row is not as long as its input_ids, or for tokens
    that the model cannot read.
    Shapes: (B, T); labels (B,) for one class or number per example. All on the model's device.
    """
    ids = [example["input_ids"] for example in examples]
    pad = pad_id(model)
    batch = {
        "input_ids": padded(ids, pad),
        "attention_mask": padded(rows_beside(examples, "attention_mask") or [[1] * len(r) for r in ids], 0),
        "labels": stacked([torch.as_tensor(example["labels"]) for example in examples]),
    }
    segments = rows_beside(examples, "token_type_ids")
    if segments is not None:
        batch["token_type_ids"] = padded(segments, 0)
    check_readable(model, batch["input_ids"])
    device = next(model.parameters()).device
    return {name: tensor.to(device) for name, tensor in batch.items()}


def rows_beside(examples: Sequence[Example], key: str) -> list[Sequence[int]] | None:
    """What every example says of its tokens under `key`, or None where none does.

    Raises ValueError where some do not, or where a row has another length than the tokens.

    >>> rows_beside([{"input_ids": [5, 6], "attention_mask": [1, 0]}], "attention_mask")
    [[1, 0]]
    """
    found = [example[key] for example in examples if example.get(key) is not None]
    if not found:
        return None
    if len(found) < len(examples):
        raise ValueError(
            f"{len(found)} of the {len(examples)} examples of a batch have {short(key)}, which leaves "
            "open what the others' would be; give it to all or to none"
        )
    for example, row in zip(examples, found, strict=True):
        if len(row) != len(example["input_ids"]):
            raise ValueError(
                f"an example has {len(example['input_ids']):,} input_ids and {len(row):,} {short(key)}; "
                "each token has one"
            )
    return found


def stacked(labels: Sequence[Tensor]) -> Tensor:
    """The labels of a batch: (B,), or (B, T) padded; fractions stay fractions, everything else is whole.

    >>> stacked([torch.tensor(0.5), torch.tensor(2)]).tolist()
    [0.5, 2.0]
    """
    if len({label.dim() for label in labels}) > 1:
        raise ValueError("some examples of the batch have one label, others a row of them; give all the same")
    fractions = any(label.is_floating_point() for label in labels)
    if fractions and labels[0].dim() and len({len(label) for label in labels}) > 1:
        raise ValueError(
            "several fractions as labels are as many for each example; found rows of unequal length"
        )
    kind = torch.float32 if fractions else torch.long
    return (
        nn.utils.rnn.pad_sequence(
            [label.to(kind) for label in labels], batch_first=True, padding_value=IGNORED
        )
        if labels[0].dim()
        else torch.stack([label.to(kind) for label in labels])
    )


def pad_id(model: nn.Module) -> int:
    """The token to pad with: the model's own, or 0 where it has none, which some configs write as -1."""
    return max(0, getattr(getattr(unwrapped(model), "config", None), "pad_token_id", None) or 0)


def padded(sequences: Sequence[Sequence[int]], value: int) -> Tensor:
    """A (B, T) tensor of whole numbers.

    >>> padded([[1, 2], [3]], 0).tolist()
    [[1, 2], [3, 0]]
    """
    rows = [torch.as_tensor(sequence, dtype=torch.long) for sequence in sequences]
    return nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=value)
