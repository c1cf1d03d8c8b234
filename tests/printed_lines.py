"""What a process prints, waited for no longer than a test may take."""

import subprocess
import threading
from collections.abc import Callable

ADDRESS = "http://"


def lines_until(
    process: subprocess.Popen, ends: Callable[[str], bool], seconds: float = 180.0
) -> list[str]:
    """The lines up to the first that `ends` accepts; a process that says nothing in time is killed.

    Raises:
        AssertionError: the output ended without such a line, with what was printed.
    """
    lines: list[str] = []
    clock = threading.Timer(seconds, process.kill)
    clock.start()
    try:
        for line in process.stdout:
            lines.append(line.strip())
            if ends(lines[-1]):
                return lines
    finally:
        clock.cancel()
    said = process.stderr.read() if process.stderr else ""
    raise AssertionError(f"nothing awaited within {seconds:.0f} s among {lines}\n{said}")


def lines_to_address(process: subprocess.Popen) -> list[str]:
    """What is printed until a server answers, its address last."""
    return lines_until(process, lambda line: line.startswith(ADDRESS))
