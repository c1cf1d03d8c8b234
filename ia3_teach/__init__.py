"""IA3, LoRA and their relatives, taught on models small enough for a laptop.

Every verb of the course can be imported from here; nothing heavy is imported before it is used.
"""

import importlib
import sys
from types import ModuleType
from typing import Any

__version__ = "0.1.0"

_NAMES = {
    "ia3": "IA3",
    "lora": "LoRA",
    "attach": "attach detach activate disabled rows",
    "merge": "merge unmerge merged",
    "count": "count",
    "files": "save_adapter load_adapter",
    "fit": "fit",
    "arithmetic.vectors": "vectors set_vectors dial",
    "arithmetic.combine": "combine",
    "t_few.checkpoint": "load_t_few",
    "t_few.choices": "encode_choices",
    "t_few.answers": "rank_classify",
    "t_few.losses": "t_few_loss",
    "course.models": "load_model",
    "course.tasks": "load_task few_shot",
    "course.evaluate": "encode accuracy",
}
_MODULE_OF = {name: module for module, names in _NAMES.items() for name in names.split()}

__all__ = sorted(_MODULE_OF)


def __getattr__(name: str) -> Any:
    """Import the module behind a verb at its first use (PEP 562)."""
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'ia3_teach' has no attribute {name!r}")
    module = importlib.import_module(f"ia3_teach.{_MODULE_OF[name]}")
    globals()[name] = getattr(module, name)
    return globals()[name]


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])


class _Package(ModuleType):
    """Keeps `ia3_teach.attach` the verb, where Python would put the submodule of that name."""

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in _MODULE_OF and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
