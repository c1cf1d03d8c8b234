"""The address of a running JupyterLab: found, tried, printed, opened."""

import os
import sys
import urllib.request
from pathlib import Path

from ia3_teach.storage.plain_files import read_json


def running(state: Path) -> str | None:
    """The address of a server that serves this folder and answers; None if there is none."""
    for path in sorted((state / "runtime").glob("jpserver-*.json")):
        try:
            facts = read_json(path)
            port, token = int(facts["port"]), facts["token"]
        except (ValueError, KeyError, TypeError):
            continue
        if address := answering(port, token):
            return address
    return None


def answering(port: int, token: str) -> str | None:
    """The address at which a server on this machine answers; None if it does not, or not yet.

    The name localhost is easier to read, but has many meanings on odd machines: it is asked only once the
    number has answered, so that a server which comes up between two questions has one address all the same.
    """
    number, name = (f"http://{host}:{port}/lab?token={token}" for host in ("127.0.0.1", "localhost"))
    if not answers(number):
        return None
    return name if answers(name) else number


def answers(address: str) -> bool:
    """Whether a page of JupyterLab is to be had at an address, asked for without any proxy."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(address, timeout=5) as page:
            return b"jupyter-config-data" in page.read() and "/login" not in page.url
    except OSError:
        return False


def announce(address: str, directory: Path, state: Path, browser: bool, served: str, stopping: str) -> None:
    """Print the address on its own line; open it where there is a display."""
    print(f"\nThe lessons in {directory} {served}\n\n{address}\n")
    if (directory / "README.md").is_file():
        print("README.md lists them; begin with 00.")
    print(f"Open it in a browser. {stopping} stops it.", flush=True)
    if browser and has_display():
        import webbrowser

        webbrowser.open(redirect(address, state).as_uri())


def redirect(address: str, state: Path) -> Path:
    """A page that leads to the address: a browser's command line, which others can list, names it alone."""
    page = state.resolve() / "open.html"
    page.unlink(missing_ok=True)
    with open(os.open(page, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(f'<meta http-equiv="refresh" content="0; url={address}">')
    return page


def has_display() -> bool:
    """Whether a browser could show itself (Windows and macOS always have a display)."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
