"""How a box speaks to the grader: frames of a line of JSON and, where it names a size, so many bytes."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


class FrameError(ValueError):
    """What came out of a box is no sequence of frames."""


@dataclass
class Speaker:
    """Frames, written to a file descriptor that a submission's own prints do not reach."""

    descriptor: int

    def say(self, payload: bytes = b"", **said: Any) -> None:
        """One frame: what is said, and bytes that belong to it, however long the listener takes."""
        os.set_blocking(self.descriptor, True)  # a submission may have set it otherwise
        head = json.dumps(said | {"size": len(payload)}).encode() + b"\n"
        _write_all(self.descriptor, head + payload)


def read_json(content: bytes | str) -> Any:
    r"""What JSON from a box says; half a character, which no file and no page could hold, as U+FFFD.

    >>> read_json(rb'{"a": "\ud83d\ude00 \ud83d"}')
    {'a': '😀 \ufffd'}
    """
    text = json.dumps(json.loads(content), ensure_ascii=False)
    return json.loads(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def _write_all(descriptor: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]


@dataclass
class Listener:
    """Puts frames together again from the pieces in which they arrive.

    >>> listener = Listener()
    >>> list(listener.hear(b'{"begin": "cell 1", "size": 0}\\n{"record": "fold", "si'))
    [({'begin': 'cell 1'}, b'')]
    >>> list(listener.hear(b'ze": 2}\\nab'))
    [({'record': 'fold'}, b'ab')]
    """

    longest_line: int = 20_000
    all_lines: int = 4_000_000  # a parsed one takes many times its bytes
    largest: int = 64_000_000
    _waiting: bytearray = field(default_factory=bytearray)
    _head: dict[str, Any] | None = None

    def hear(self, piece: bytes) -> Iterator[tuple[dict[str, Any], bytes]]:
        """The frames that this piece completes. Raises FrameError for anything else."""
        self._waiting += piece
        while (frame := self._next()) is not None:
            yield frame

    def _next(self) -> tuple[dict[str, Any], bytes] | None:
        if self._head is None and not self._read_head():
            return None
        size = self._head["size"]
        if len(self._waiting) < size:
            return None
        payload, said = bytes(self._waiting[:size]), self._head
        del self._waiting[:size]
        self._head = None
        return {key: value for key, value in said.items() if key != "size"}, payload

    def _read_head(self) -> bool:
        end = self._waiting.find(b"\n")
        if (len(self._waiting) if end < 0 else end) > self.longest_line:
            raise FrameError(f"a line of more than {self.longest_line} bytes where a frame should begin")
        if end < 0:
            return False
        self.all_lines -= end
        if self.all_lines < 0:
            raise FrameError("more is said in lines than a run has to say")
        self._head = self._parse(bytes(self._waiting[:end]))
        del self._waiting[: end + 1]
        return True

    def _parse(self, line: bytes) -> dict[str, Any]:
        try:
            said = read_json(line)
        except (ValueError, RecursionError) as error:
            raise FrameError(f"no frame: {line[:80]!r}") from error
        size = said.get("size") if isinstance(said, dict) else None
        if not isinstance(size, int) or not 0 <= size <= self.largest:
            raise FrameError(f"a frame of size {str(size)[:40]}; from 0 to {self.largest} are allowed")
        return said
