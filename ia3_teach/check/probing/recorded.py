"""A record of plain data that goes from one process to another as a file, never as a pickle."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import safetensors
from safetensors.torch import save_file
from torch import Tensor

from ia3_teach.wording import brief, short

LARGEST_FILE = 64_000_000
MARK = "tensor"


@dataclass
class Record:
    """A tree of None, bool, int, float, str, list, dict with texts as keys, and Tensor.

    >>> import tempfile, torch
    >>> path = Path(tempfile.mkdtemp()) / "record"
    >>> Record({"a": [1, torch.ones(2)]}).save(path)
    >>> Record.load(path).data
    {'a': [1, tensor([1., 1.])]}
    """

    data: dict[str, Any] = field(default_factory=dict)

    def save(self, path: Path) -> None:
        """Write one safetensors file: the tensors, and the tree as JSON in its metadata."""
        tensors: dict[str, Tensor] = {}
        tree = json.dumps(_taken_apart(self.data, tensors))
        save_file(tensors, path, metadata={"tree": tree})

    @classmethod
    def load(cls, path: Path) -> "Record":
        """Read such a file.

        Raises:
            ValueError: the file is missing, too large, damaged, or no record.
        """
        path = Path(path)
        try:
            if path.is_symlink() or not path.is_file() or path.stat().st_size > LARGEST_FILE:
                raise ValueError(f"no file, or one of more than {LARGEST_FILE:,} bytes")
            with safetensors.safe_open(path, framework="pt") as file:
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
                tree = json.loads((file.metadata() or {})["tree"])
            data = _put_together(tree, tensors)
            if not isinstance(data, dict):
                raise ValueError("the tree is no dict")
        except Exception as error:  # whoever wrote the file may have written anything
            raise ValueError(f"{short(path.name)} is no readable record: {short(error)}") from error
        return cls(data)


def _taken_apart(value: Any, tensors: dict[str, Tensor]) -> Any:
    """The tree with each tensor replaced by a list [MARK, its number]; lists get a mark of their own."""
    if isinstance(value, Tensor):
        name = str(len(tensors))
        tensors[name] = value.detach().contiguous().clone()
        return [MARK, name]
    if isinstance(value, dict):
        if not all(type(key) is str for key in value):
            raise ValueError(f"keys of a record are texts, not {short(list(value)[:3])}; rename them")
        return {key: _taken_apart(item, tensors) for key, item in value.items()}
    if isinstance(value, list):
        return ["list", *(_taken_apart(item, tensors) for item in value)]
    if value is None or type(value) in (bool, int, float, str):
        return value
    raise ValueError(f"a record holds plain data, not {type(value).__name__}; turn it into text or numbers")


def _put_together(tree: Any, tensors: dict[str, Tensor]) -> Any:
    if isinstance(tree, dict):
        return {key: _put_together(item, tensors) for key, item in tree.items()}
    if not isinstance(tree, list):
        return tree
    mark, *items = tree
    if mark == MARK:
        return tensors[items[0]]
    if mark != "list":
        raise ValueError(f"unknown mark {brief(mark)}")
    return [_put_together(item, tensors) for item in items]
