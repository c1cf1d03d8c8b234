"""The process of a JupyterLab: its command, its port, the wait until it answers, its end."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

from ia3_teach.course.lab.address import answering
from ia3_teach.course.lab.own_settings import own_environment
from ia3_teach.course.shipped.paths import is_installed
from ia3_teach.wording import short

SETTINGS = Path(__file__).parent / "settings"
EXTENSIONS = ("jupyter_lsp", "jupyter_server_terminals")  # all that a page of JupyterLab asks for


class LabError(ValueError):
    """JupyterLab could not be started."""


class PortTaken(LabError):
    """Somebody else began to listen where our server was about to."""


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
        "--LanguageServerManager.autodetect=False",  # it would run the user's npm, which writes into the home
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
        if not listens(port):
            return port
    raise LabError(f"no free port from {short(first)} on; choose another with --port")


def listens(port: int) -> bool:
    """Whether somebody listens to a port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until_up(server: subprocess.Popen, port: int, token: str, timeout: float = 90.0) -> str:
    """Return the server's address once it answers there.

    Raises:
        PortTaken: it ended, and another listens there.
        LabError: it ended, or did not answer in time.
    """
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        if server.poll() is not None:
            if listens(port):
                raise PortTaken(f"port {port} was taken while JupyterLab started")
            raise LabError("JupyterLab ended at once; its own message stands above")
        if address := answering(port, token):
            return address
        time.sleep(0.1)
    raise LabError(f"JupyterLab did not answer within {timeout:.0f} s")


def stop(server: subprocess.Popen) -> None:
    """End the server and, with it, its kernels: by closing its input, and by force if that takes too long."""
    if server.poll() is None:
        print("\nStopping JupyterLab", flush=True)
    server.stdin.close()
    try:
        server.wait(timeout=15)
    except subprocess.TimeoutExpired:
        server.kill()
