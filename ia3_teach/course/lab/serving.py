"""JupyterLab on the learner's own folder, its address printed plainly."""

import contextlib
import os
import secrets
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

from ia3_teach.course.lab.address import announce, running
from ia3_teach.course.lab.own_settings import make_state, sign_empty
from ia3_teach.course.lab.starting import LabError, PortTaken, free_port, start, stop, wait_until_up
from ia3_teach.wording import short


def serve(directory: Path, port: int = 8888, browser: bool = True) -> int:
    """Start JupyterLab in `directory`, print its address, wait for its end; the exit status.

    The first free port from `port` on is taken; a server that runs there already is named instead. A
    browser is opened only where there is a display. However this process ends, the server ends with it.

    Raises:
        LabError: the directory is missing, no port is free, or the server ended at once.
    """
    if not os.path.isdir(directory):
        raise LabError(f"no directory {short(directory)} to serve")
    state = make_state(directory)
    if address := running(state):
        announce(address, directory, state, browser, "are already served at", "Where it was started, Ctrl-C")
        return 0
    sign_empty(directory)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with up(directory, port) as (server, address):
            announce(address, directory, state, browser, "are served at", "Ctrl-C here")
            return max(server.wait(), 0)
    except KeyboardInterrupt:
        return 0


@contextlib.contextmanager
def up(directory: Path, port: int) -> Iterator[tuple[subprocess.Popen, str]]:
    """A server that answers, and its address; the next port is tried where another took ours meanwhile.

    Raises:
        LabError: no port is free, or the server ended at once.
    """
    while True:
        port, token = free_port(port), secrets.token_hex(16)
        server = start(directory, port, token)
        try:
            yield server, wait_until_up(server, port, token)
            return
        except PortTaken:
            continue
        finally:
            stop(server)
