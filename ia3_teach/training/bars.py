"""How far a long piece of work has come: a bar in a notebook, a line on stderr elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from html import escape

from tqdm import tqdm

DELAY = 2.0  # seconds; what is done sooner needs no bar
EVERY = 0.3  # seconds between two pictures of the bar
GONE = ""
_hidden: ContextVar[bool] = ContextVar("hidden", default=False)


class Bar:
    """A bar of a notebook: no error, as red stderr is, and gone without a hole at the end."""

    def __init__(self, label: str, total: int, done: int = 0) -> None:
        self.label, self.total, self.done, self.note = label, total, done, ""
        self.handle, self.start, self.drawn = None, time.monotonic(), 0.0

    def update(self, steps: int = 1) -> None:
        """So many more steps are done; drawn after DELAY seconds, and then now and again."""
        self.done += steps
        now = time.monotonic()
        if now - self.start >= DELAY and now - self.drawn >= EVERY:
            self.drawn = now
            self._draw(self._markup())

    def set_postfix_str(self, note: str, refresh: bool = False) -> None:
        """What stands behind the bar."""
        self.note = note

    def close(self) -> None:
        """Take the bar away."""
        if self.handle is not None:
            self._draw(GONE)

    def _markup(self) -> str:
        words = escape(f"{self.label}: {self.done} of {self.total}{self.note and f', {self.note}'}")
        seconds = round(time.monotonic() - self.start)
        bar = f'<progress value="{self.done}" max="{self.total}" aria-label="{words}"></progress>'
        return f"{bar} {words}, {seconds} s"

    def _draw(self, markup: str) -> None:
        """As HTML alone: notebook tests compare plain text, and how long a run took is none of theirs."""
        from IPython.display import display

        if self.handle is None:
            self.handle = display({"text/html": markup}, raw=True, display_id=True)
        else:
            self.handle.update({"text/html": markup}, raw=True)


def new_bar(label: str, total: int, done: int = 0) -> Bar | tqdm:
    """A bar for wherever this process shows things; both kinds have update, set_postfix_str and close."""
    if in_notebook() and not _hidden.get():
        return Bar(label, total, done)
    return tqdm(desc=label, total=total, initial=done, delay=DELAY, leave=False, disable=_hidden.get())


@contextmanager
def without_bars() -> Iterator[None]:
    """No bars in here: for work that is itself a step of something with a bar."""
    before = _hidden.set(True)
    try:
        yield
    finally:
        _hidden.reset(before)


@contextmanager
def progress(label: str) -> Iterator[Callable[[range], Iterator[int]]]:
    """A function that counts the steps of a range with a bar, which the end of this context takes away.

    >>> with progress("work") as counted:
    ...     list(counted(range(2, 4)))
    [2, 3]
    """
    with ExitStack() as bars:

        def counted(steps: range) -> Iterator[int]:
            bar = new_bar(label, steps.stop, steps.start)
            bars.callback(bar.close)
            for step in steps:
                yield step
                bar.update(1)

        yield counted


def in_notebook() -> bool:
    """Whether this process is the kernel of a notebook."""
    shell = sys.modules.get("IPython")
    return shell is not None and getattr(shell.get_ipython(), "kernel", None) is not None
