"""A real hub on loopback: a class logs in, fetches and hands in, and nobody reads what is not theirs."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml
from hub_visitors import Person

DEPLOY = Path(__file__).parents[2] / "deploy" / "jupyterhub"
TAG = uuid.uuid4().hex[:6]
TEACHER, ADA, BOB = PEOPLE = [f"{name}{TAG}" for name in ("teacher", "ada", "bob")]


def missing() -> str:
    """What a real hub lacks here, or nothing."""
    programs = {
        "jupyterhub": "jupyterhub (pip: the extra `hub`)",
        "configurable-http-proxy": "configurable-http-proxy (npm install -g configurable-http-proxy)",
        "nbgrader": "nbgrader on the path",
        "useradd": "useradd",
    }
    found = [how for program, how in programs.items() if shutil.which(program) is None]
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        found.append("root, who may make users")
    return ", ".join(found)


def test_the_values_for_kubernetes_say_what_a_lesson_needs() -> None:
    values = yaml.safe_load((DEPLOY / "values.yaml").read_text(encoding="utf-8"))
    memory = values["singleuser"]["memory"]
    assert (memory["guarantee"], memory["limit"]) == ("1G", "2500M")
    assert values["cull"] == {"enabled": True, "timeout": 5400, "every": 300}


def test_the_settings_name_the_exchange_and_switch_the_frame_off() -> None:
    assert "c.Exchange.root" in (DEPLOY / "etc/all/nbgrader_config.py").read_text(encoding="utf-8")
    page = yaml.safe_load((DEPLOY / "etc/all/labconfig/page_config.json").read_text(encoding="utf-8"))
    assert page["disabledExtensions"]["@jupyter/nbgrader:formgrader"] is True


class Hub(NamedTuple):
    """A running hub: its address, and the folder where it keeps its state."""

    address: str
    state: Path


@pytest.fixture(scope="module")
def hub() -> Iterator[Hub]:
    state = Path(tempfile.mkdtemp(prefix="class"))  # pytest's own folders are closed to other users
    state.chmod(0o755)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    here = {**os.environ, "CLASS_STATE": str(state), "CLASS_TEACHERS": TEACHER, "CLASS_PORT": str(port)}
    here["CLASS_GROUP"] = f"class{TAG}"
    try:
        subprocess.run([DEPLOY / "prepare.sh", *PEOPLE], env=here, check=True)
        told = "".join(f"{name}:secret-{name}\n" for name in PEOPLE)
        subprocess.run(["chpasswd"], input=told, text=True, check=True)
        with (state / "log").open("w") as log:
            command = ["jupyterhub", "-f", str(DEPLOY / "jupyterhub_config.py")]
            running = subprocess.Popen(command, env=here, cwd=state, stdout=log, stderr=log)
        wait_for(port, running, state / "log")
        yield Hub(f"http://127.0.0.1:{port}", state)
        running.terminate()
        running.wait(60)
    finally:
        for name in PEOPLE:
            subprocess.run(["userdel", "--force", "--remove", name], check=False, capture_output=True)
        subprocess.run(["groupdel", f"class{TAG}"], check=False, capture_output=True)
        shutil.rmtree(state, ignore_errors=True)


def wait_for(port: int, running: subprocess.Popen, log: Path) -> None:
    """Until the proxy listens; what the hub said where it does not."""
    for _ in range(180):
        with socket.socket() as there:
            if there.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert running.poll() is None, log.read_text()[-3000:]
        time.sleep(1)
    raise TimeoutError(log.read_text()[-3000:])


def in_terminal(name: str, *command: str, folder: str = "", state: Path) -> subprocess.CompletedProcess:
    """A command in a terminal of this user's."""
    home = Path(f"~{name}").expanduser()
    here = {"HOME": str(home), "PATH": os.environ["PATH"], "USER": name, "CLASS_STATE": str(state)}
    here["JUPYTER_CONFIG_PATH"] = str(state / "etc" / "all")
    told = ["runuser", "-u", name, "--", *command]
    return subprocess.run(told, env=here, cwd=home / folder, capture_output=True, text=True, check=False)


@pytest.mark.slow
@pytest.mark.skipif(bool(missing()), reason=f"a real hub needs: {missing()}")
def test_a_class_from_login_to_collected_work(hub: Hub) -> None:
    home = Path(f"~{TEACHER}").expanduser()
    for step in ("generate_assignment", "release_assignment"):
        done = in_terminal(TEACHER, "nbgrader", step, "ps1", folder="ia3_class", state=hub.state)
        assert done.returncode == 0, done.stderr[-2000:]
    assert Person(hub.address, ADA).log_in("wrong") == 403
    teacher, ada, bob = (Person(hub.address, name) for name in PEOPLE)
    for person in (teacher, ada, bob):
        assert person.log_in(f"secret-{person.name}") == 302
        person.start()
    for person in (ada, bob):
        found = person.post("assignments/fetch", course_id="ia3", assignment_id="ps1").json()
        assert found["success"], found
        work = in_terminal(person.name, "cat", "ps1/ps1.ipynb", state=hub.state).stdout
        assert "YOUR CODE HERE" in work and "SOLUTION" not in work
        found = person.post("assignments/submit", course_id="ia3", assignment_id="ps1").json()
        assert found["success"], found
    done = in_terminal(TEACHER, "nbgrader", "collect", "ps1", folder="ia3_class", state=hub.state)
    assert done.returncode == 0, done.stderr[-2000:]
    assert {path.name for path in (home / "ia3_class" / "submitted").iterdir()} == {ADA, BOB}
    assert teacher.get("formgrader").status_code == 200
    assert ada.get("formgrader").status_code == 404
    assert ada.get("api/status", of=BOB).status_code in (403, 404)
    hidden = [Path(f"~{BOB}").expanduser(), home / "ia3_class" / "gradebook.db"]
    for path in [*hidden, hub.state / "exchange" / "ia3" / "inbound"]:
        looked = in_terminal(ADA, "ls", str(path), state=hub.state)
        assert looked.returncode != 0 and "ermission denied" in looked.stderr, path
