"""A real hub on loopback, with system users of its own, and commands in their terminals."""

import contextlib
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
from open_to_all import PATH, ROOT, opened

DEPLOY = ROOT / "deploy" / "jupyterhub"


def missing() -> str:
    """What a real hub lacks here, with how it is installed; empty where it lacks nothing."""
    programs = {
        "jupyterhub": "jupyterhub (the extra `hub`)",
        "configurable-http-proxy": "configurable-http-proxy (npm install -g configurable-http-proxy)",
        "nbgrader": "nbgrader (the extra `teach`)",
        "useradd": "useradd (the system package passwd)",
        "unshare": "unshare (the system package util-linux)",
    }
    found = [how for program, how in programs.items() if shutil.which(program, path=PATH) is None]
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        found.append("root, who may make users")
    return ", ".join(found)


@dataclass(frozen=True)
class Hub:
    """A running hub: its address, where it keeps its state, its teacher, its students and their group."""

    address: str
    state: Path
    teacher: str
    students: list[str]
    group: str

    def in_terminal(self, name: str, *command: str, folder: str = "", text: str | None = None) -> str:
        """What a command prints in a terminal of this user's.

        Raises:
            AssertionError: it failed, with what it said.
        """
        done = self.tried(name, *command, folder=folder, text=text)
        assert done.returncode == 0, f"{command}: {done.stderr[-3000:]}"
        return done.stdout

    def tried(
        self, name: str, *command: str, folder: str = "", text: str | None = None
    ) -> subprocess.CompletedProcess:
        """A command of this user's, whatever becomes of it."""
        home = home_of(name)
        here = {"HOME": str(home), "PATH": PATH, "USER": name, "CLASS_STATE": str(self.state)}
        here["PYTHONPATH"] = str(ROOT)  # this checkout, whatever else is installed
        here["JUPYTER_CONFIG_PATH"] = str(self.state / "etc" / "all")
        told = opened(["runuser", "-u", name, "--", *command])
        options = {"env": here, "cwd": home / folder, "input": text, "timeout": 600}
        return subprocess.run(told, capture_output=True, text=True, check=False, **options)


def free_port() -> int:
    """A port that nobody has, nor those that a hub takes behind it; below those that programs are given."""
    for _ in range(100):
        port = random.randint(20_000, 30_000)
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            for behind in (0, 1, 81):
                stack.enter_context(socket.socket()).bind(("127.0.0.1", port + behind))
            return port
    raise OSError("no free ports for a hub")


def home_of(name: str) -> Path:
    """A user's home folder."""
    return Path(f"~{name}").expanduser()


def of_class(state: Path, group: str) -> dict[str, str]:
    """The environment that says which class is meant."""
    told = {"PATH": PATH, "PYTHONPATH": str(ROOT), "CLASS_STATE": str(state), "CLASS_GROUP": group}
    told["CLASS_ENVIRONMENT"] = sys.prefix
    return {**os.environ, **told}


def prepare(
    state: Path, group: str, people: list[str], check: bool = True, **more: str
) -> subprocess.CompletedProcess:
    """Lay a class out, or what is missing of it; `more` is the environment's."""
    told = opened([str(DEPLOY / "prepare.sh"), *people])
    here = {**of_class(state, group), **more}
    done = subprocess.run(told, env=here, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0 or not check, done.stderr[-3000:]
    return done


@contextlib.contextmanager
def class_of(people: list[str], group: str) -> Iterator[Path]:
    """A folder for a class's state; of the people and their group nothing is left afterwards."""
    state = Path(tempfile.mkdtemp(prefix="class"))  # pytest's own folders are closed to other users
    state.chmod(0o755)
    try:
        yield state
    finally:
        for name in people:
            subprocess.run(["userdel", "--force", "--remove", name], check=False, capture_output=True)
        subprocess.run(["groupdel", group], check=False, capture_output=True)
        shutil.rmtree(state, ignore_errors=True)


@contextlib.contextmanager
def running_hub(students: int) -> Iterator[Hub]:
    """A hub with a teacher and so many students, whose passwords are "secret-" and their names."""
    tag = uuid.uuid4().hex[:6]
    teacher, *names = people = [f"teacher{tag}", *(f"s{number:02d}{tag}" for number in range(students))]
    port = free_port()
    group = f"class{tag}"
    with class_of(people, group) as state:
        prepare(state, group, people)
        told = "".join(f"{name}:secret-{name}\n" for name in people)
        subprocess.run(["chpasswd"], input=told, text=True, check=True)
        here = {**of_class(state, group), "CLASS_TEACHERS": teacher, "CLASS_PORT": str(port)}
        with served(port, state, here):
            yield Hub(f"http://127.0.0.1:{port}", state, teacher, names, group)
            # what is left of the class holds nothing that is wanted: its servers need not say goodbye
            subprocess.run(["pkill", "-KILL", "-u", ",".join(people)], check=False)


@contextlib.contextmanager
def served(port: int, state: Path, environment: dict[str, str]) -> Iterator[None]:
    """The hub's process, from when its proxy listens."""
    command = opened(["jupyterhub", "-f", str(DEPLOY / "jupyterhub_config.py")])
    with (state / "log").open("w") as log:
        running = subprocess.Popen(command, env=environment, cwd=state, stdout=log, stderr=log)
    try:
        wait_for(port, running, state / "log")
        yield
    finally:
        # A hub asked to end waits half a minute for servers; nothing here is wanted any more.
        below = psutil.Process(running.pid).children(recursive=True)
        for process in [psutil.Process(running.pid), *below]:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        running.wait(60)


def wait_for(port: int, running: subprocess.Popen, log: Path) -> None:
    """Until the proxy listens; what the hub said where it does not."""
    for _ in range(180):
        with socket.socket() as there:
            if there.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert running.poll() is None, log.read_text()[-3000:]
        time.sleep(1)
    raise TimeoutError(log.read_text()[-3000:])
