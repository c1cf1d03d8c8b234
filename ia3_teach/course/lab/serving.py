"""JupyterLab on the learner's own folder, its address printed plainly."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from ia3_teach.course.lab.address import announce, answering, running
from ia3_teach.course.lab.own_settings import make_state, own_environment, sign_empty
from ia3_teach.course.shipped.paths import is_installed
from ia3_teach.wording import short

SETTINGS = Path(__file__).parent / "settings"
EXTENSIONS = ("jupyter_lsp", "jupyter_server_terminals")  # all that a page of JupyterLab asks for


class LabError(ValueError):
    """JupyterLab could not be started."""


def serve(directory: Path, port: int = 8888, browser: bool = True) -> int:
    """Start JupyterLab in `directory`, print its address, wait for its end; the exit status.

    The first free port from `port` on is taken; a server that runs there already is named instead. A
    browser is opened only where there is a display. However this process ends, the server ends with it.

    Raises:
        LabError: the directory is missing, no port is free, or the server ended at once.
    """
    if not directory.is_dir():
        raise LabError(f"no directory {short(directory)} to serve")
    state = make_state(directory)
    if address := running(state):
        announce(address, directory, state, browser, "are already served at", "Where it was started, Ctrl-C")
        return 0
    sign_empty(directory)
    port, token = free_port(port), secrets.token_hex(16)
    server = start(directory, port, token)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        address = wait_until_up(server, port, token)
        announce(address, directory, state, browser, "are served at", "Ctrl-C here")
        return max(server.wait(), 0)
    except KeyboardInterrupt:
        print("\nStopping JupyterLab", flush=True)
        return 0
    finally:
        stop(server)


def start(directory: Path, port: int, token: str) -> subprocess.Popen:
    """The server's process; its token goes in by its input, which ends when this process does."""
    server = subprocess.Popen(
        command(directory, port),
        env=own_environment(directory),
        stdin=subprocess.PIPE,
        start_new_session=True,
    )
    server.stdin.write(f"{token}\n".encode())
    server.stdin.flush()
    return server


def command(directory: Path, port: int) -> list[str]:
    """How this Python starts JupyterLab: on this machine only, and with nothing but our own settings."""
    options = [
        f"--ServerApp.root_dir={directory.resolve()}",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        "--ServerApp.base_url=/",
        "--ServerApp.open_browser=False",
        *(f"--ServerApp.jpserver_extensions={name}=True" for name in EXTENSIONS),
        "--LabApp.extension_manager=readonly",
        f"--LabApp.app_settings_dir={SETTINGS}",
        f"--LabApp.extra_labextensions_path={SETTINGS / 'labextensions'}",
        "--KernelManager.transport_encryption=auto",
        "--Application.log_level=WARN",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.append("--allow-root")  # in a container there may be nobody else
    # A clone may be found through the folder it is called from; an installed package need not look there.
    isolated = ["-P"] if is_installed() else []
    return [sys.executable, *isolated, "-m", "ia3_teach.course.lab.own_server", *options]


def free_port(first: int) -> int:
    """The first port from `first` on that nobody listens to.

    Raises:
        LabError: a hundred of them are taken.
    """
    for port in range(first, min(first + 100, 65536)):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise LabError(f"no free port from {short(first)} on; choose another with --port")


def wait_until_up(server: subprocess.Popen, port: int, token: str, timeout: float = 90.0) -> str:
    """Return the server's address once it answers there.

    Raises:
        LabError: it ended, or did not answer in time.
    """
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        if server.poll() is not None:
            raise LabError("JupyterLab ended at once; its own message stands above")
        if address := answering(port, token):
            return address
        time.sleep(0.1)
    raise LabError(f"JupyterLab did not answer within {timeout:.0f} s")


def stop(server: subprocess.Popen) -> None:
    """End the server and, with it, its kernels: by closing its input, and by force if that takes too long."""
    server.stdin.close()
    try:
        server.wait(timeout=15)
    except subprocess.TimeoutExpired:
        server.kill()
