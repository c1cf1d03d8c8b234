"""A setting of the whole process, changed for the length of a `with` that several threads may be inside."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Undo = Callable[[], None]


class Shared:
    """The first to come changes the setting, the last to leave puts it back.

    If each put back what it had found, one that leaves late would put back another one's change for good.

    >>> said = []
    >>> setting = Shared()
    >>> def change():
    ...     said.append("changed")
    ...     return lambda: said.append("put back")
    >>> with setting.changed(change), setting.changed(change):
    ...     pass
    >>> said
    ['changed', 'put back']
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.inside = 0
        self.undo: Undo = lambda: None

    @contextmanager
    def changed(self, change: Callable[[], Undo]) -> Iterator[None]:
        """Inside this context the setting is as `change` makes it; `change` returns how to put it back."""
        with self.lock:
            if self.inside == 0:
                self.undo = change()
            self.inside += 1
        try:
            yield
        finally:
            with self.lock:
                self.inside -= 1
                if self.inside == 0:
                    self.undo()
