"""A real hub whose learners try what they must not: none takes over the exchange, the hub or a neighbour."""

import contextlib
import json
import os
import stat
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import psutil
import pytest
from hub_visitors import Person, logged_in
from running_hub import Hub, home_of, prepare

pytestmark = pytest.mark.slow


def of_user(name: str) -> list[psutil.Process]:
    """The processes of a user that are there now."""
    return [each for each in psutil.process_iter(["username"]) if each.info["username"] == name]


def test_nobody_replaces_what_lies_in_the_exchange(hub: Hub) -> None:
    ada, bob = hub.students
    prepare(hub.state, hub.group, [hub.teacher, ada, bob])  # a second time, as when somebody joins
    exchange = hub.state / "exchange"
    taken = hub.tried(bob, "mv", str(exchange / "ia3"), str(exchange / "ia3_real"))
    assert taken.returncode != 0 and "not permitted" in taken.stderr
    hub.in_terminal(ada, "mkdir", str(exchange / "ia3" / "inbound" / f"{ada}+ps1"))
    taken = hub.tried(bob, "rmdir", str(exchange / "ia3" / "inbound" / f"{ada}+ps1"))
    assert taken.returncode != 0 and "not permitted" in taken.stderr


def test_what_the_hub_knows_is_roots_alone(hub: Hub) -> None:
    for name in ("jupyterhub.sqlite", "cookie_secret", "servers.log"):
        assert stat.S_IMODE((hub.state / name).stat().st_mode) == 0o600, name


def test_who_has_left_the_group_is_let_in_no_more(hub: Hub) -> None:
    ada = hub.students[0]
    before = Person(hub.address, ada)
    assert before.log_in(f"secret-{ada}") == 302
    subprocess.run(["gpasswd", "--delete", ada, hub.group], check=True, capture_output=True)
    try:
        assert Person(hub.address, ada).log_in(f"secret-{ada}") == 403
        before.web.get(f"{hub.address}/hub/spawn/{ada}")
        assert before.get("api/status").status_code != 200
        assert not of_user(ada)
    finally:
        subprocess.run(["gpasswd", "--add", ada, hub.group], check=True, capture_output=True)


def test_the_teacher_stops_servers_and_enters_none(hub: Hub) -> None:
    bob, teacher = hub.students[1], logged_in(hub, hub.teacher)
    logged_in(hub, bob)
    assert teacher.web.get(f"{hub.address}/hub/admin").status_code == 200
    assert teacher.get("api/status", of=bob).status_code == 403
    assert teacher.stop(bob) in (202, 204)
    assert Person(hub.address, bob).log_in(f"secret-{bob}") == 302


def test_a_class_has_one_teacher(hub: Hub) -> None:
    bob = hub.students[1]
    refused = prepare(hub.state, hub.group, [bob, hub.teacher], check=False)
    assert refused.returncode == 2 and f"{hub.teacher} is the teacher" in refused.stderr
    assert (hub.state / "exchange" / "ia3").owner() == hub.teacher
    assert not (home_of(bob) / "ia3_class").exists()


def test_a_server_holds_nothing_of_the_terminal_that_the_hub_was_started_from(hub: Hub) -> None:
    bob = hub.students[1]
    logged_in(hub, bob)
    (server,) = [each for each in of_user(bob) if "jupyterhub-singleuser" in " ".join(each.cmdline())]
    held = [os.readlink(f"/proc/{server.pid}/fd/{number}") for number in (0, 1, 2)]
    assert held == ["/dev/null", *[str(hub.state / "servers.log")] * 2]


def test_the_hub_as_a_service_has_no_terminal_either(hub: Hub) -> None:
    unit = (Path(__file__).parents[2] / "deploy/jupyterhub/ia3-class.service").read_text(encoding="utf-8")
    assert "StandardInput=null" in unit.splitlines()
    config = hub.state / "jupyterhub_config.py"
    assert f"-f /srv/ia3_class/{config.name}" in unit and config.is_file()


def kernels_of(name: str) -> dict[psutil.Process, list[int]]:
    """A user's kernels with the ports of this machine that each has open."""
    found = {}
    for each in of_user(name):
        with contextlib.suppress(psutil.NoSuchProcess):
            if "ipykernel_launcher" in each.cmdline():
                found[each] = [one.laddr.port for one in each.net_connections("inet")]
    return found


def test_nobody_listens_at_anothers_kernel(hub: Hub) -> None:
    ada = logged_in(hub, hub.students[0])
    assert ada.post("assignments/fetch", course_id="ia3", assignment_id="ps1").json()["success"]
    sheet = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("import time; time.sleep(4); 1 + 1")])
    hub.in_terminal(ada.name, "tee", "slow.ipynb", text=json.dumps(sheet))
    assert ada.post("api/kernels").status_code == 201
    with ThreadPoolExecutor(1) as beside:
        said = beside.submit(ada.post, "assignments/validate", path="slow.ipynb")
        most, ended = 0, time.monotonic() + 120
        while not said.done() and time.monotonic() < ended:
            found = kernels_of(ada.name)
            most = max(most, len(found))
            # one port is a kernel's own: what its children print comes in there, and nothing goes out
            assert all(len(ports) <= 1 for ports in found.values()), found
            time.sleep(0.1)
        told = said.result().json()
    assert most == 2 and told["success"], told  # the one of the notebook, and the one that validates
    speaking = [path for path in (home_of(ada.name) / ".kernels").iterdir() if path.is_socket()]
    longest = "/home/" + "n" * 39  # of the homes that are said to be short enough
    assert speaking and all(len(f"{longest}/.kernels/{path.name}") <= 107 for path in speaking)


def test_a_terminal_finds_the_programs_of_the_class(hub: Hub) -> None:
    ada = logged_in(hub, hub.students[0])
    assert "nbgrader version" in ada.in_terminal("nbgrader --version")


def test_a_course_that_a_learner_lays_down_is_nobodys(hub: Hub) -> None:
    ada, bob = logged_in(hub, hub.students[0]), hub.students[1]
    false = hub.state / "exchange" / "ia3_exam"
    hub.in_terminal(bob, "mkdir", "-p", str(false / "outbound" / "ps9"))
    hub.in_terminal(bob, "chmod", "-R", "a+rX", str(false))
    assert ada.get("courses").json()["value"] == ["ia3"]
    assert {one["assignment_id"] for one in ada.get("assignments?course_id=ia3").json()["value"]} == {"ps1"}
