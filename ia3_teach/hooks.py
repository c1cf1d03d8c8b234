"""Whether something beside a module's own code acts on it when it is called."""

from __future__ import annotations

from torch import nn

HOOKS = ("_forward_hooks", "_forward_pre_hooks")


def is_acted_on(module: nn.Module) -> bool:
    """Whether the module has hooks, or a `forward` put on the instance, as accelerate's.

    >>> is_acted_on(nn.Linear(2, 2))
    False
    """
    return any(getattr(module, name) for name in HOOKS) or "forward" in vars(module)
