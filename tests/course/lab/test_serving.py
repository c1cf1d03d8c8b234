"""JupyterLab as a learner gets it: a real server, its printed address, its end."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import hostile_jupyter
import interruptible
import pytest
from printed_lines import lines_to_address

from ia3_teach.course.lab import address as lab_address
from ia3_teach.course.lab.address import answers, has_display, redirect, running
from ia3_teach.course.lab.own_settings import STATE, make_state, own_environment, sign_empty
from ia3_teach.course.lab.serving import serve
from ia3_teach.course.lab.starting import LabError, PortTaken, command, free_port, wait_until_up

pytestmark = pytest.mark.slow

posix = pytest.mark.skipif(os.name != "posix", reason="ends the server with POSIX signals")


def start(directory, port, **variables):
    """Serve a directory from a process of its own; the process and the address it prints."""
    code = (
        "import sys; from pathlib import Path; from ia3_teach.course.lab.serving import serve\n"
        f"sys.exit(serve(Path({str(directory)!r}), {port}))"
    )
    environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    environment |= variables
    process = subprocess.Popen(
        interruptible.python(code),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    address = lines_to_address(process)[-1]
    assert re.fullmatch(r"http://localhost:\d+/lab\?token=\w+", address)
    return process, address


def test_a_server_that_comes_up_between_two_questions_has_the_address_of_any_other(monkeypatch):
    """However many questions it leaves unanswered, and in which order they come."""
    for unanswered in range(6):
        left = iter([False] * unanswered)
        monkeypatch.setattr(lab_address, "answers", lambda _, left=left: next(left, True))
        up = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
        assert wait_until_up(up, 18900, "t") == "http://localhost:18900/lab?token=t"
        up.communicate(timeout=30)


def test_where_the_name_of_this_machine_leads_elsewhere_its_number_is_the_address(monkeypatch, tmp_path):
    monkeypatch.setattr(lab_address, "answers", lambda address: "127.0.0.1" in address)
    state = make_state(tmp_path)
    (state / "runtime" / "jpserver-1.json").write_text('{"port": 9, "token": "a"}')
    assert running(state) == "http://127.0.0.1:9/lab?token=a"


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
def test_no_configuration_variable_program_or_proxy_of_the_user_has_a_say(tmp_path):
    """On loopback, with its own token and address, whatever the user's files and variables say."""
    home, course = tmp_path / "home", tmp_path / "course"
    course.mkdir()
    process, address = start(course, 18300, **hostile_jupyter.lay(home))
    try:
        base, token = address.split("/lab?token=")
        assert len(token) == 32 and answers(address)
        assert listeners(int(base.rsplit(":", 1)[1])) == {"127.0.0.1"}
        without = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with pytest.raises(urllib.error.HTTPError) as refused:
            without.open(f"{base}/api/contents", timeout=20)
        assert refused.value.code == 403
        assert not any(token in " ".join(one) for one in command_lines())
        json.load(without.open(f"{base}/lsp/status?token={token}", timeout=60))  # says when it looked around
        assert sorted(path.name for path in home.iterdir()) == [".jupyter", "bin"], "nothing is written there"
    finally:
        process.terminate()
        said = process.communicate(timeout=30)[1]
    assert "signal" not in said and "Traceback" not in said, said


def listeners(port):
    """The addresses on which somebody listens to a port."""
    import psutil

    found = psutil.net_connections("tcp")
    return {one.laddr.ip for one in found if one.laddr.port == port and one.status == "LISTEN"}


def command_lines():
    """What a list of processes shows of each."""
    import psutil

    return [process.info["cmdline"] or [] for process in psutil.process_iter(["cmdline"])]


@posix
def test_a_killed_lab_leaves_no_server_behind(tmp_path):
    process, address = start(tmp_path, 18400)
    process.kill()
    process.communicate(timeout=30)
    assert gone(int(address.split("/lab?")[0].rsplit(":", 1)[1]), patience=30)


@posix
def test_two_labs_that_start_at_once_have_a_port_each(tmp_path):
    """Whoever comes second is told so by the system only when its server begins to listen."""
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
    with ThreadPoolExecutor(2) as both:
        found = list(both.map(lambda folder: start(folder, 18600), folders))
    try:
        assert found[0][1].split("/lab")[0] != found[1][1].split("/lab")[0]
        assert all(answers(address) for _, address in found)
    finally:
        for process, _ in found:
            process.terminate()
        assert not any("Traceback" in process.communicate(timeout=60)[1] for process, _ in found)


def test_a_server_that_ends_beside_a_taken_port_is_told_from_one_that_cannot_start():
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait(timeout=60)
    with socket.create_server(("127.0.0.1", 0)) as another:
        port = another.getsockname()[1]
        with pytest.raises(PortTaken, match=f"port {port} was taken"):
            wait_until_up(ended, port, "t")
    with pytest.raises(LabError, match="ended at once"):
        wait_until_up(ended, port, "t")


@posix
def test_a_second_lab_names_the_one_that_runs(tmp_path):
    process, address = start(tmp_path, 18500)
    try:
        assert running(make_state(tmp_path)) == address
        second, same = start(tmp_path, 18500)
        second.wait(timeout=30)
        said = second.stdout.read()  # communicate would lose what was read ahead with the address
        assert second.returncode == 0 and same == address and "Where it was started" in said
    finally:
        process.terminate()
        process.communicate(timeout=30)
    assert running(make_state(tmp_path)) is None


def test_a_record_of_a_server_that_is_gone_or_torn_is_passed_over(tmp_path):
    state = make_state(tmp_path)
    (state / "runtime" / "jpserver-1.json").write_text("{")
    (state / "runtime" / "jpserver-2.json").write_text('{"port": 9, "token": "a"}')
    assert running(state) is None


def test_a_home_that_cannot_be_written_is_not_needed(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_: False)
    monkeypatch.setenv("JUPYTER_TOKEN", "mine")
    found = own_environment(tmp_path)
    assert "JUPYTER_TOKEN" not in found
    ours = ("JUPYTER", "IPYTHON", "MPLCONFIG")
    places = [place for name, place in found.items() if name.startswith(ours) and "/" in place]
    assert len(places) == 6 and all(place.startswith(str(tmp_path / STATE)) for place in places)


@posix
def test_state_and_the_page_that_leads_to_the_address_are_for_the_owner_alone(tmp_path):
    state = make_state(tmp_path)
    page = redirect("http://localhost:1/lab?token=x", state)
    assert state.stat().st_mode & 0o077 == page.stat().st_mode & 0o077 == 0
    assert redirect("http://localhost:2/lab", state).read_text().count("localhost:2") == 1


def test_only_notebooks_without_outputs_are_signed(tmp_path):
    import nbformat
    from nbformat.sign import NotebookNotary
    from notebook_files import lesson

    fresh, run = lesson(tmp_path, "00_fresh", "x = 1"), lesson(tmp_path, "01_run", "x = 1")
    (tmp_path / "02_torn.ipynb").write_text("{")
    content = nbformat.read(run, as_version=4)
    content.cells[1].outputs = [nbformat.v4.new_output("stream", text="hello")]
    nbformat.write(content, run)
    sign_empty(tmp_path)
    notary = NotebookNotary(data_dir=str(make_state(tmp_path) / "data"))
    signed = [notary.check_signature(nbformat.read(path, as_version=4)) for path in (fresh, run)]
    notary.store.close()
    assert signed == [True, False]


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
        said = process.communicate(timeout=30)[1]
    assert "signal" not in said and "Traceback" not in said, said
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


@pytest.mark.parametrize("name", ["MPLBACKEND", "MATPLOTLIBRC", "PYTHONSTARTUP", "JUPYTER_CONFIG_PATH"])
def test_no_taste_of_the_users_reaches_a_kernel(tmp_path, monkeypatch, name):
    """With MPLBACKEND=agg set somewhere, no cell would show a picture."""
    monkeypatch.setenv(name, "elsewhere")
    assert name not in own_environment(tmp_path)
