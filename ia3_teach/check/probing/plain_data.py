"""Any value as plain data and back: what an answer returned can then be judged without running its code."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from numbers import Integral, Real
from typing import Any

import torch
from torch import Tensor

EXACT = (Fraction, Decimal)
LARGEST, DEEPEST, LONGEST = 1_000_000, 8, 20_000


@dataclass(frozen=True)
class Other:
    """A value that is no plain data: only the name of its kind is kept, and whether it can be called."""

    kind: str
    callable: bool = False

    def __repr__(self) -> str:
        return f"an object of the kind {self.kind}"


def plain(value: Any, depth: int = 0) -> Any:
    """Numbers, texts and None as they are; lists, tuples, dicts and tensors as marked dicts; else Other.

    Kinds are read with `type`, and methods are taken from the base classes, so that an object cannot pretend.

    >>> plain((1, [2.0, None]))
    {'is': 'tuple', 'of': [1, {'is': 'list', 'of': [2.0, None]}]}
    """
    kind = type(value)
    if issubclass(kind, Tensor):
        return _plain_tensor(value)
    if value is None or kind in (bool, int, float, str):
        return _plain_atom(value)
    if depth < DEEPEST and issubclass(kind, list | tuple):
        name, base = ("list", list) if issubclass(kind, list) else ("tuple", tuple)
        return {
            "is": name,
            "of": [plain(item, depth + 1) for item in base.__getitem__(value, slice(LONGEST))],
        }
    if depth < DEEPEST and issubclass(kind, dict):
        items = list(dict.items(value))[:LONGEST]
        return {"is": "dict", "of": [[plain(key, DEEPEST), plain(item, depth + 1)] for key, item in items]}
    if kind in EXACT:
        return plain_fraction(value)
    if kind.__module__ == "numpy" and issubclass(kind, Integral | Real):
        return int(value) if issubclass(kind, Integral) else float(value)
    return {"is": "other", "of": kind.__name__[:80], "callable": callable(value)}


def plain_fraction(value: Fraction | Decimal) -> Any:
    """A number of the standard library as a float; one that no float can hold by its kind alone.

    >>> plain_fraction(Fraction(1, 4))
    0.25
    """
    try:
        return float(value)
    except OverflowError:
        return {"is": "other", "of": f"very large {type(value).__name__}", "callable": False}


def _plain_atom(value: Any) -> Any:
    """A number that no JSON reader takes, or a text without end, is kept by its kind alone."""
    too_long = isinstance(value, str) and len(value) > LONGEST or type(value) is int and abs(value) >= 10**300
    return (
        {"is": "other", "of": f"very long {type(value).__name__}", "callable": False} if too_long else value
    )


def _plain_tensor(value: Tensor) -> Any:
    try:
        with torch._C.DisableTorchFunctionSubclass():
            usual = value.layout == torch.strided and value.device.type == "cpu" and not value.is_quantized
            if usual and value.numel() <= LARGEST and not value.is_complex():
                copy = value.detach().as_subclass(Tensor).clone(memory_format=torch.contiguous_format)
                return {"is": "tensor", "of": copy, "gradient": bool(value.requires_grad)}
            told = f"tensor of shape {tuple(value.shape)} on {value.device.type}"
    except Exception:  # a subclass may break anything
        told = "tensor that cannot be read"
    return {"is": "other", "of": told, "callable": False}


def rebuilt(tree: Any) -> Any:
    """The value that `plain` was given; what was no plain data comes back as `Other`.

    >>> rebuilt(plain({"a": (1, 2)})), rebuilt(plain(print))
    ({'a': (1, 2)}, an object of the kind builtin_function_or_method)
    """
    if not isinstance(tree, dict):
        return tree
    kind, of = tree["is"], tree["of"]
    if kind == "tensor":
        return of.clone().requires_grad_(tree["gradient"] and of.is_floating_point())
    if kind == "other":
        return Other(of, tree["callable"])
    if kind == "dict":
        pairs = [(rebuilt(key), rebuilt(item)) for key, item in of]
        return {key if isinstance(key, str | int | float | None) else repr(key): item for key, item in pairs}
    return [rebuilt(item) for item in of] if kind == "list" else tuple(rebuilt(item) for item in of)
