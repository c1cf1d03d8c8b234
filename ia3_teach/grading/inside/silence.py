"""Stands in for the course's checks while a submission runs: its check cells pass over, and judge nothing."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

CHECKS = "ia3_teach.check"


class Nothing:
    """Whatever a check cell calls, or takes for a module and calls something of."""

    def __call__(self, *arguments: Any, **named: Any) -> None:
        """Judges nothing."""

    def __getattr__(self, name: str) -> Nothing:
        if name.startswith("__"):
            raise AttributeError(name)
        return self


class Silent(ModuleType):
    """A module that has every name."""

    __path__: list[str] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Nothing()


class SilentChecks(MetaPathFinder, Loader):
    """Finds `ia3_teach.check` and all below it, and loads nothing."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: Any = None) -> ModuleSpec | None:
        """A specification for the checks, None for all else."""
        ours = name == CHECKS or name.startswith(f"{CHECKS}.")
        return ModuleSpec(name, self, is_package=True) if ours else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """An empty module that answers to every name."""
        return Silent(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """There is nothing to run."""


def silence_checks() -> None:
    """From here on, importing a check gives one that does nothing; what was imported before stays in use."""
    for name in [name for name in sys.modules if name == CHECKS or name.startswith(f"{CHECKS}.")]:
        del sys.modules[name]
    sys.modules["ia3_teach"].__dict__.pop("check", None)
    sys.meta_path.insert(0, SilentChecks())
