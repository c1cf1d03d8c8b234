"""A real hub whose learners try what they must not: nobody takes the exchange, the hub or a neighbour over."""

import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from hub_visitors import Person
from running_hub import Hub, home_of, missing, prepare, running_hub

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def hub() -> Iterator[Hub]:
    """A hub with two learners, ada and bob by their places."""
    if lacks := missing():
        pytest.skip(f"a real hub needs: {lacks}")
    with running_hub(2) as found:
        yield found


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
    assert Person(hub.address, ada).log_in(f"secret-{ada}") == 302
    subprocess.run(["gpasswd", "--delete", ada, hub.group], check=True, capture_output=True)
    try:
        assert Person(hub.address, ada).log_in(f"secret-{ada}") == 403
    finally:
        subprocess.run(["gpasswd", "--add", ada, hub.group], check=True, capture_output=True)


def test_a_class_has_one_teacher(hub: Hub) -> None:
    bob = hub.students[1]
    refused = prepare(hub.state, hub.group, [bob, hub.teacher], check=False)
    assert refused.returncode == 2 and f"{hub.teacher} is the teacher" in refused.stderr
    assert (hub.state / "exchange" / "ia3").owner() == hub.teacher
    assert not (home_of(bob) / "ia3_class").exists()


def test_a_server_holds_nothing_of_the_terminal_that_the_hub_was_started_from(hub: Hub) -> None:
    bob = hub.students[1]
    person = Person(hub.address, bob)
    person.log_in(f"secret-{bob}")
    person.start()
    (server,) = [each for each in of_user(bob) if "jupyterhub-singleuser" in " ".join(each.cmdline())]
    held = [os.readlink(f"/proc/{server.pid}/fd/{number}") for number in (0, 1, 2)]
    assert held == ["/dev/null", *[str(hub.state / "servers.log")] * 2]


def test_the_hub_as_a_service_has_no_terminal_either(hub: Hub) -> None:
    unit = (Path(__file__).parents[2] / "deploy/jupyterhub/ia3-class.service").read_text(encoding="utf-8")
    assert "StandardInput=null" in unit.splitlines()
    config = hub.state / "jupyterhub_config.py"
    assert f"-f /srv/ia3_class/{config.name}" in unit and config.is_file()
