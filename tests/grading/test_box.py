"""The box: refused where there is none, empty of what is not an answer's business, and bounded."""

import platform
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

import psutil
import pytest

from ia3_teach.grading import boxed
from ia3_teach.grading.box import Box, NoBox, check_box
from ia3_teach.grading.boxed import run_boxed
from ia3_teach.grading.limits import Limits
from ia3_teach.grading.own_keyring import KEYCTL

ADD_KEY = {"x86_64": 248, "aarch64": 217}  # the number of the system call
LIMITS = Limits(start=60, cell=1, probe=1, whole=90, memory=200_000_000, files=20_000_000, processes=8)


def run(code: str, job: Path, **limits: float):
    """Some code in a box whose job is an empty folder."""
    bounds = Limits(**vars(LIMITS) | limits)
    command = [*Box(job, job, limits=bounds).command(), sys.executable, "-c", code]
    return run_boxed(command, bounds, lambda: False, env={})


@pytest.mark.parametrize(
    ("code", "ended"),
    [
        ("import os; os._exit(3)", "exit 3"),
        ("print('no frame')", "results"),
        ("import os\nwhile True: os.write(1, b'x' * 100_000)", "results"),
        ("import os\nwhile True: os.write(1, b'{\"size\": 100000}\\n' + b'x' * 100_000)", "results"),
        ("import os, time\nos.write(1, b'{\"size\": 0}\\n'); time.sleep(99)", "time"),
        ("import time\ntime.sleep(99)", "time"),
    ],
    ids=["exit", "text", "endless", "too much", "silent", "never begun"],
)  # fmt: skip
def test_how_it_ended_is_told(box, tmp_path, code, ended) -> None:
    # Who writes without end is heard all the time, but for seconds of silence on a machine at its limit.
    times = {"start": 12} if "sleep(99)" in code else {"start": 600, "cell": 60}
    ran = run(code, tmp_path, **times)
    assert ran.ended == ended


def test_what_a_reader_finds_is_not_lost_while_limits_are_looked_at(box, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(boxed, "EVERY", 0.01)
    monkeypatch.setattr(boxed, "excess", lambda root, limits: time.sleep(1) or "")
    ran = run("import time; print('no frame', flush=True); time.sleep(99)", tmp_path, start=30)
    assert ran.ended == "results"


def test_a_bell_ends_it_and_all_that_it_started(box, tmp_path) -> None:
    code = "import os, time\nfor _ in range(3): os.fork()\ntime.sleep(987654)"
    command = [*Box(tmp_path, tmp_path).command(), sys.executable, "-c", code]
    assert run_boxed(command, LIMITS, lambda: True, env={}).ended == "stopped"
    lines = [" ".join(process.info["cmdline"] or []) for process in psutil.process_iter(["cmdline"])]
    assert not [line for line in lines if "987654" in line]


def test_what_is_printed_is_cut_and_counted(box, tmp_path) -> None:
    ran = run("import sys; sys.stderr.write('x' * 3_000_000)", tmp_path)
    assert ran.printed_bytes == 3_000_000 and len(ran.printed) == LIMITS.printed


def test_nothing_of_the_machine_but_the_system_is_there(box, tmp_path) -> None:
    (tmp_path / "given").write_text("yes")
    code = (
        "import os, sys\n"
        "print(open('/job/given').read(), os.getuid(), file=sys.stderr)\n"
        "print(sorted(os.listdir('/')), os.path.exists('/etc/passwd'), os.listdir('/tmp'), file=sys.stderr)\n"
        "print([name for name in os.listdir('/proc') if name.isdigit()], file=sys.stderr)"
    )
    said = run(code, tmp_path).printed.decode()
    assert "yes 1000" in said and "False []" in said and "['1', '2']" in said, said
    assert not {"'home'", "'var'", "'mnt'", "'srv'"} & set(said.split())


def test_the_limits_hold_for_all_processes_together(box, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(boxed, "EVERY", 0.02)
    each = "import os, time\nfor _ in range(2): os.fork()\nkept = os.urandom(1) * 70_000_000\ntime.sleep(60)"
    assert run(each, tmp_path).ended == "memory"
    many = "import os, time\nfor _ in range(4): os.fork()\ntime.sleep(60)"
    assert run(many, tmp_path).ended == "processes"


@pytest.mark.parametrize("place", ["/tmp", "/dev/shm", "/var/tmp"])
def test_a_python_that_lies_anywhere_runs_in_a_box(box, tmp_path, monkeypatch, place) -> None:
    with tempfile.TemporaryDirectory(dir=place) as folder:
        prefix = Path(folder) / "venv"
        venv.create(prefix, with_pip=False)
        monkeypatch.setattr(sys, "prefix", str(prefix))
        monkeypatch.setattr(sys, "executable", str(prefix / "bin" / "python"))
        check_box()
        ran = run("import os, sys; print(os.access(sys.prefix, os.W_OK), file=sys.stderr)", tmp_path)
        assert (ran.ended, ran.printed) == ("", b"False\n")


def ways_to(prefix: Path) -> dict[str, str]:
    """The same environment under other paths."""
    (prefix.parent / "link").symlink_to(prefix)
    (prefix.parent / "folder").mkdir()
    (prefix.parent / "above").symlink_to(prefix.parent)
    return {
        "a link": str(prefix.parent / "link"),
        "a folder that is left again": str(prefix.parent / "folder" / ".." / prefix.name),
        "a link above it": str(prefix.parent / "above" / prefix.name),
    }


@pytest.mark.parametrize("way", ["a link", "a folder that is left again", "a link above it"])
def test_a_python_that_is_called_in_other_ways_runs_in_a_box(box, tmp_path, monkeypatch, way) -> None:
    venv.create(tmp_path / "venv", with_pip=False)
    prefix = ways_to(tmp_path / "venv")[way]
    monkeypatch.setattr(sys, "prefix", prefix)
    monkeypatch.setattr(sys, "executable", f"{prefix}/bin/python")
    check_box()


def test_a_base_that_is_a_link_is_shown(box, tmp_path, monkeypatch) -> None:
    (tmp_path / "base").symlink_to(sys.base_prefix)
    venv.create(tmp_path / "venv", with_pip=False)
    program = tmp_path / "venv" / "bin" / "python"
    program.unlink()
    program.symlink_to(tmp_path / "base" / "bin" / Path(sys.executable).resolve().name)
    monkeypatch.setattr(sys, "base_prefix", str(tmp_path / "base"))
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "venv"))
    monkeypatch.setattr(sys, "executable", str(program))
    check_box()


def test_no_place_but_its_own_two_takes_files(box, tmp_path) -> None:
    code = (
        "import os, sys\n"
        "mounts = [line.split() for line in open('/proc/mounts')]\n"
        "places = [place for _, place, kind, *_ in mounts if kind not in ('proc', 'devpts')]\n"
        "places = [place for place in places if os.path.isdir(place)]\n"
        "print([place for place in places if os.access(place, os.W_OK)], file=sys.stderr)\n"
        "print([name for name in ('peft', 'nbgrader') for place in places if place.endswith(name)\n"
        "       if os.listdir(place) == []], file=sys.stderr)"
    )
    said = run(code, tmp_path).printed.decode()
    assert said == "['/dev/shm', '/tmp']\n['peft', 'nbgrader']\n"


KEYS = """
import ctypes, subprocess, sys
call = ctypes.CDLL(None).syscall
keyctl, add = map(int, sys.argv[1:3])
if call(keyctl, 1, None) < 0 or call(add, b"user", b"ticket", b"SECRET", 6, -3) < 0:
    sys.exit(77)
search = f"import ctypes; print(ctypes.CDLL(None).syscall({keyctl}, 10, -3, b'user', b'ticket', 0))"
print(subprocess.run([*sys.argv[3:], sys.executable, "-c", search], capture_output=True, text=True).stdout)
"""


@pytest.mark.skipif(platform.machine() not in ADD_KEY, reason="the numbers of its system calls are not known")
def test_keys_of_the_teachers_login_are_not_there(box, tmp_path) -> None:
    machine = platform.machine()
    command = [sys.executable, "-c", KEYS, str(KEYCTL[machine]), str(ADD_KEY[machine])]
    bare = subprocess.run(command, capture_output=True, text=True)
    if bare.returncode == 77:
        pytest.skip("this kernel has no keyrings, or forbids them")
    boxed = subprocess.run([*command, *Box(tmp_path, tmp_path).command()], capture_output=True, text=True)
    assert int(bare.stdout) > 0 and int(boxed.stdout) == -1


def test_a_class_that_a_box_would_show_is_refused(box, monkeypatch) -> None:
    for place in ("/usr/local/a class", sys.prefix, f"{sys.prefix}/class", "/lib/class"):
        with pytest.raises(NoBox, match="every box shows; move the class"):
            check_box(Path(place))
    check_box(Path(sys.prefix).parent / "class")


def test_a_python_that_no_box_can_show_is_refused_before_anybody_is_graded(box, monkeypatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(NoBox, match="makes no box.*nowhere.*give --without-box"):
        check_box()


def test_bubblewrap_is_not_asked_for_what_is_not_there() -> None:
    command = Box(Path("/course"), Path("/job")).command()
    sources = [command[place + 1] for place, word in enumerate(command) if word == "--ro-bind"]
    assert all(Path(source).exists() for source in sources if source not in ("/course", "/job"))
    assert "--ro-bind / /" not in " ".join(command)
