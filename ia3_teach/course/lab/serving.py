"""JupyterLab on the learner's own folder, its address printed plainly."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

SETTINGS = Path(__file__).parent / "settings"
NO_TEACHERS_TOOLS = [  # of nbgrader, where it is installed: learners have no use for them
    f"--ServerApp.jpserver_extensions=nbgrader.server_extensions.{name}=False"
    for name in ("formgrader", "validate_assignment", "assignment_list", "course_list")
]


class LabError(ValueError):
    """JupyterLab could not be started."""


def serve(directory: Path, port: int = 8888, browser: bool = True) -> int:
    """Start JupyterLab in `directory`, print its address, wait for its end; the exit status.

    The first free port from `port` on is taken. A browser is opened only where there is a display.

    Raises:
        LabError: the directory is missing, no port is free, or the server ended at once.
    """
    if not directory.is_dir():
        raise LabError(f"no directory {directory} to serve")
    port, token = free_port(port), secrets.token_hex(16)
    environment = {**os.environ, "JUPYTER_TOKEN": token}
    server = subprocess.Popen(
        command(directory, port), env=environment, stdin=subprocess.DEVNULL, start_new_session=True
    )
    signal.signal(signal.SIGTERM, lambda *_: server.terminate())
    try:
        wait_until_up(server, port)
        announce(f"http://localhost:{port}/lab?token={token}", directory, browser)
        return max(server.wait(), 0)
    except KeyboardInterrupt:
        print("\nStopping JupyterLab", flush=True)
        return 0
    finally:
        stop(server)


def command(directory: Path, port: int) -> list[str]:
    """How this Python starts JupyterLab; our own settings only replace its defaults."""
    options = [
        f"--ServerApp.root_dir={directory.resolve()}",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        "--ServerApp.open_browser=False",
        "--LabApp.extension_manager=readonly",
        f"--LabApp.app_settings_dir={SETTINGS}",
        "--KernelManager.transport_encryption=auto",
        "--Application.log_level=WARN",
        *NO_TEACHERS_TOOLS,
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.append("--allow-root")  # in a container there may be nobody else
    return [sys.executable, "-m", "jupyterlab", *options]


def free_port(first: int) -> int:
    """The first port from `first` on that nobody listens to.

    Raises:
        LabError: a hundred of them are taken.
    """
    for port in range(first, min(first + 100, 65536)):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise LabError(f"no free port from {first} on; choose another with --port")


def wait_until_up(server: subprocess.Popen, port: int, timeout: float = 90.0) -> None:
    """Return once the server answers.

    Raises:
        LabError: it ended, or did not answer in time.
    """
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        if server.poll() is not None:
            raise LabError("JupyterLab ended at once; its own message stands above")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/login", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise LabError(f"JupyterLab did not answer within {timeout:.0f} s")


def announce(address: str, directory: Path, browser: bool) -> None:
    """Print the address on its own line; open it where there is a display."""
    print(f"\nThe lessons in {directory} are served at\n\n{address}\n")
    if (directory / "README.md").is_file():
        print("README.md lists them; begin with 00.")
    print("Open it in a browser. Ctrl-C here stops it.", flush=True)
    if browser and has_display():
        import webbrowser

        webbrowser.open(address)


def has_display() -> bool:
    """Whether a browser could show itself (Windows and macOS always have a display)."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def stop(server: subprocess.Popen) -> None:
    """End the server and, with it, its kernels."""
    if server.poll() is None:
        server.terminate()
        try:
            server.wait(timeout=15)
        except subprocess.TimeoutExpired:
            server.kill()
