"""JupyterLab as a learner gets it: a real server, its printed address, its end."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from ia3_teach.course.lab.serving import LabError, command, free_port, has_display, serve

posix = pytest.mark.skipif(os.name != "posix", reason="ends the server with POSIX signals")


def start(directory, port):
    """Serve a directory from a process of its own; the process and the address it prints."""
    code = (  # a job in the background may have been started with SIGINT ignored
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "import sys; from pathlib import Path; from ia3_teach.course.lab.serving import serve\n"
        f"sys.exit(serve(Path({str(directory)!r}), {port}))"
    )
    environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=environment
    )
    for line in process.stdout:
        if re.fullmatch(r"http://localhost:\d+/lab\?token=\w+\n", line):
            return process, line.strip()
    raise AssertionError("the server printed no address")


def test_a_missing_directory_is_refused(tmp_path):
    with pytest.raises(LabError, match="no directory .*nowhere"):
        serve(tmp_path / "nowhere")


def test_a_taken_port_is_passed_over():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert free_port(port) > port


def test_no_port_left_says_what_to_do():
    with socket.create_server(("127.0.0.1", 65535)):
        with pytest.raises(LabError, match="choose another with --port"):
            free_port(65535)


def test_root_is_allowed_and_nobody_else_asks(monkeypatch, tmp_path):
    monkeypatch.setattr(os, "geteuid", lambda: 0, raising=False)
    assert "--allow-root" in command(tmp_path, 1)
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)
    assert "--allow-root" not in command(tmp_path, 1)


def test_without_a_display_no_browser_is_tried(monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert not has_display()
    monkeypatch.setenv("DISPLAY", ":0")
    assert has_display()


@posix
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_the_printed_address_opens_lab_and_a_signal_ends_it(tmp_path, how):
    (tmp_path / "a lesson.ipynb").write_text("{}")
    process, address = start(tmp_path, 18000)
    try:
        base, token = address.split("/lab?token=")
        page = urllib.request.urlopen(address, timeout=20).read().decode()
        assert "JupyterLab" in page
        listing = urllib.request.urlopen(f"{base}/api/contents?token={token}", timeout=20).read()
        assert b"a lesson.ipynb" in listing
        settings = f"{base}/lab/api/settings/@jupyterlab/apputils-extension:notification"
        said = urllib.request.urlopen(f"{settings}?token={token}", timeout=20).read()
        assert b'"fetchNews": "false"' in said or b'"default": "false"' in said
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"{base}/api/contents", timeout=20)
        assert refused.value.code == 403
    finally:
        process.send_signal(how)
        process.wait(timeout=30)
    assert gone(int(base.rsplit(":", 1)[1]))


def gone(port, patience=10.0):
    """Whether nothing listens any more, after a moment."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return True
        time.sleep(0.2)
    return False
