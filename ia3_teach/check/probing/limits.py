"""An answer gets so many seconds and so many characters of output; then it is stopped."""

import contextlib
import io
import signal
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

SECONDS, CHARACTERS = 20.0, 100_000
AGAIN = 0.2  # seconds until it rings again
PATIENCE = 6  # so many times the seconds by the clock, for an answer that only waits


class TookTooLong(BaseException):
    """Not an Exception, so that `except Exception` in an answer does not hold it up."""


class WroteTooMuch(BaseException):
    """More output than anybody reads."""


class _Counted(io.TextIOBase):
    """A stream that passes on what is written, up to a limit."""

    def __init__(self, inner: Any, limit: int) -> None:
        self.inner, self.left = inner, limit

    def write(self, text: str) -> int:
        self.left -= len(text)
        if self.left < 0:
            raise WroteTooMuch
        self.inner.write(text)
        return len(text)

    def flush(self) -> None:
        self.inner.flush()


@contextlib.contextmanager
def limited(seconds: float | None = None, characters: int | None = None) -> Iterator[None]:
    """Raise TookTooLong or WroteTooMuch in the code inside.

    Seconds are those of the processor, so that a busy machine counts for nothing; where the system
    cannot count them, there is no limit.

    >>> with limited(characters=3):
    ...     print("ok")
    ok
    """
    limit = CHARACTERS if characters is None else characters
    with contextlib.ExitStack() as stack:
        stack.enter_context(contextlib.redirect_stdout(_Counted(sys.stdout, limit)))
        stack.enter_context(contextlib.redirect_stderr(_Counted(sys.stderr, limit)))
        most, bell = SECONDS if seconds is None else seconds, _Bell()
        stack.enter_context(_alarm(bell, "ITIMER_PROF", "SIGPROF", most))
        stack.enter_context(_alarm(bell, "ITIMER_REAL", "SIGALRM", PATIENCE * most))
        try:  # twice, since it may ring on the way out as well
            try:
                yield
            finally:
                bell.silent = True
        finally:
            bell.silent = True


class _Bell:
    """Raises TookTooLong when an alarm rings, but not twice at once, nor while the limits are taken away."""

    silent, last = False, float("-inf")

    def ring(self, number: int, frame: Any) -> None:
        """The handler of both signals."""
        now = time.monotonic()
        if not self.silent and now - self.last > AGAIN / 2:
            self.last = now
            raise TookTooLong


@contextlib.contextmanager
def _alarm(bell: _Bell, timer: str, number: str, seconds: float) -> Iterator[None]:
    """Ring after `seconds`, and again until the answer has stopped, whatever it catches."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return
    clock = time.process_time if timer == "ITIMER_PROF" else time.monotonic
    before, start = signal.signal(getattr(signal, number), bell.ring), clock()
    left, again = signal.setitimer(getattr(signal, timer), seconds, AGAIN)
    try:
        yield
    finally:
        signal.setitimer(getattr(signal, timer), 0)
        signal.signal(getattr(signal, number), before)
        if left:  # a limit stands around this one: it goes on with what is left of it
            signal.setitimer(getattr(signal, timer), max(left - (clock() - start), 0.001), again)
