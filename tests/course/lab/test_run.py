"""Unattended lessons: every way to fail is named, nothing is written, the network is refused."""

import subprocess
import sys

import nbformat
import pytest
from notebook_files import lesson

from ia3_teach.course.lab.executing import execute
from ia3_teach.course.lab.kernel import LessonError, LessonFailed, lessons
from ia3_teach.course.lab.run import memory_peak, run_lesson


def failure(path, **settings):
    """The message of a lesson that has to fail."""
    with pytest.raises(LessonFailed) as caught:
        run_lesson(path, progress=False, **settings)
    return str(caught.value)


def test_a_failing_cell_is_named_with_its_error_and_source(tmp_path):
    message = failure(lesson(tmp_path, "02_fails", "x = 1", "y = x / 0", "z = 2"))
    assert message.startswith("02_fails.ipynb, cell 3 (code cell 2): ZeroDivisionError: division")
    assert message.endswith("    | y = x / 0")


def test_a_cell_that_takes_too_long_is_named(tmp_path):
    path = lesson(tmp_path, "03_slow", "import time\ntime.sleep(60)")
    assert "cell 2 (code cell 1): took longer than the time limit" in failure(path, timeout=1)


def test_a_kernel_that_ends_is_named(tmp_path):
    message = failure(lesson(tmp_path, "04_dies", "x = 1", "import os\nos._exit(1)"))
    assert "cell 3 (code cell 2): ended its kernel" in message


@pytest.mark.parametrize(
    "source",
    [
        "import socket\nsocket.create_connection(('192.0.2.1', 80), timeout=3)",
        "import socket\nsocket.socket().connect_ex(('192.0.2.1', 80))",
        "import urllib.request\nurllib.request.urlopen('http://example.invalid')",
        "import socket\nsocket.socket(type=socket.SOCK_DGRAM).sendto(b'', ('192.0.2.1', 9))",
        "import socket\nsocket.socket(type=socket.SOCK_DGRAM).sendmsg([b''], [], 0, ('192.0.2.1', 9))",
        "import socket\nsocket.socket(socket.AF_INET6).connect(('2001:db8::1', 80, 0, 0))",
        "import socket\nsocket.gethostbyname('example.invalid')",
        "import socket\ntry:\n    socket.gethostbyname_ex('example.invalid')\nexcept OSError:\n    pass",
    ],
)
def test_a_cell_that_connects_out_fails(tmp_path, source):
    assert "the network is refused here" in failure(lesson(tmp_path, "05_out", source))


def test_a_cell_may_talk_to_its_own_machine(tmp_path):
    source = (
        "import socket\nserver = socket.create_server(('127.0.0.1', 0))\n"
        "socket.create_connection(server.getsockname()).close()"
    )
    offline = "import os\nassert os.environ['HF_HUB_OFFLINE'] == '1'"
    assert run_lesson(lesson(tmp_path, "06_local", source, offline), progress=False).seconds > 0


def test_a_program_that_a_cell_starts_is_in_the_same_closed_network(tmp_path):
    """Only where Linux gives an ordinary user a network of one's own."""
    trial = "from ia3_teach.course.lab.own_network import enter_own_network as e; raise SystemExit(not e())"
    if subprocess.run([sys.executable, "-c", trial]).returncode != 0:
        pytest.skip("this system gives a process no network of its own")
    source = (
        "import subprocess, sys\n"
        "code = 'import socket; print([name for _, name in socket.if_nameindex()])'\n"
        "said = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True).stdout\n"
        "assert said.strip() == \"['lo']\", said"
    )
    assert run_lesson(lesson(tmp_path, "07_child", source), progress=False).seconds > 0


def test_a_proxy_is_not_handed_on(tmp_path, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    source = "import os\nassert not [n for n in os.environ if n.lower() in ('http_proxy', 'https_proxy')]"
    assert run_lesson(lesson(tmp_path, "08_proxy", source), progress=False).seconds > 0


def test_a_notebook_that_is_none_is_named(tmp_path):
    path = tmp_path / "07_torn.ipynb"
    path.write_text('{"cells": [')
    with pytest.raises(LessonError, match="07_torn.ipynb"):
        run_lesson(path, progress=False)


def test_a_run_writes_nothing_beside_the_lessons(tmp_path):
    path = lesson(tmp_path, "00_writes", "open('a_file', 'w').write('x')", "6 * 7")
    before = path.read_bytes()
    run_lesson(path, progress=False)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["00_writes.ipynb"]


def test_figures_are_drawn_into_the_notebook(tmp_path, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "Agg")
    path = lesson(tmp_path, "00_plot", "import matplotlib.pyplot as plt\n_ = plt.plot([1, 2])")
    execute(path)
    assert "image/png" in nbformat.read(path, as_version=4).cells[1].outputs[0].data


def test_memory_is_that_of_the_kernel(tmp_path):
    small = run_lesson(lesson(tmp_path, "00_small", "x = 1"), progress=False)
    large = run_lesson(lesson(tmp_path, "01_large", "x = bytearray(2 * 10**8)"), progress=False)
    assert 150 < large.peak_megabytes - small.peak_megabytes < 250
    assert memory_peak(1 << 30) == 0


def test_lessons_come_in_order_and_can_be_chosen(tmp_path):
    for name in ("02_b", "00_a", "10_c"):
        lesson(tmp_path, name)
    assert [p.stem for p in lessons(tmp_path)] == ["00_a", "02_b", "10_c"]
    assert [p.stem for p in lessons(tmp_path, ["10", "00"])] == ["00_a", "10_c"]
    with pytest.raises(LessonError, match="no lesson begins with '3'; there are: 00_a, 02_b"):
        lessons(tmp_path, ["00", "3"])


def test_a_missing_or_empty_directory_is_named(tmp_path):
    with pytest.raises(LessonError, match="no directory .*nowhere"):
        lessons(tmp_path / "nowhere")
    with pytest.raises(LessonError, match="no lessons"):
        lessons(tmp_path)


def test_executing_a_failing_lesson_leaves_the_file_alone(tmp_path):
    path = lesson(tmp_path, "00_fails", "print('half')", "1 / 0")
    before = path.read_bytes()
    with pytest.raises(LessonFailed, match="code cell 2.*ZeroDivisionError"):
        execute(path)
    assert path.read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 1


def test_pieces_of_a_stream_are_stored_as_one(tmp_path):
    loop = "for n in range(3):\n    print(n, flush=True)\n    time.sleep(0.3)"
    source = f"import sys, time\n{loop}\nprint('x', file=sys.stderr)"
    path = lesson(tmp_path, "00_pieces", source)
    execute(path)
    (words, error) = nbformat.read(path, as_version=4).cells[1].outputs
    assert (words.text, error.text) == ("0\n1\n2\n", "x\n")


def test_executing_twice_changes_nothing_and_keeps_ids_tags_and_outputs(tmp_path):
    path = lesson(
        tmp_path,
        "00_widgets",
        "import ipywidgets\nipywidgets.IntSlider()",
        "from tqdm import tqdm\nfor _ in tqdm(range(3)): pass",
        "print('seen')",
    )
    source = nbformat.read(path, as_version=4)
    source.cells[1].metadata.update(tags=["kept"], scrolled=True)
    nbformat.write(source, path)
    execute(path)
    first = path.read_bytes()
    execute(path)
    assert path.read_bytes() == first
    kept = nbformat.read(path, as_version=4).cells
    assert [c.id for c in kept] == [c.id for c in source.cells]
    assert kept[1].metadata == {"tags": ["kept"]}
    assert kept[1].outputs[0].data == {"text/plain": "IntSlider(value=0)"}
    assert kept[2].outputs == [] and kept[3].outputs[0].text == "seen\n"


def test_nothing_of_the_users_own_runs_in_a_lesson_or_changes_its_pictures(tmp_path, monkeypatch):
    """IPython runs a profile's start-up files and PYTHONSTARTUP in every kernel; matplotlib has its like."""
    profile = tmp_path / "home" / ".ipython" / "profile_default" / "startup"
    profile.mkdir(parents=True)
    (profile / "00.py").write_text("foreign = 1")
    (tmp_path / "startup.py").write_text("foreign = 2")
    (tmp_path / "matplotlibrc").write_text("text.usetex: True\n")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "home" / ".ipython"))
    monkeypatch.setenv("PYTHONSTARTUP", str(tmp_path / "startup.py"))
    monkeypatch.setenv("MATPLOTLIBRC", str(tmp_path / "matplotlibrc"))
    monkeypatch.setenv("MPLBACKEND", "agg")
    source = "import matplotlib as m\nassert 'foreign' not in globals()\nassert not m.rcParams['text.usetex']"
    inline = "assert 'inline' in m.get_backend()"
    assert run_lesson(lesson(tmp_path, "08_own", source, inline), progress=False).lesson == "08_own"
