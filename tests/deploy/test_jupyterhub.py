"""A real hub on loopback: a class logs in, hands in, is graded, and nobody reads what is not theirs."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import assignments
import nbformat
import pytest
import yaml
from hub_visitors import Person, logged_in
from running_hub import DEPLOY, Hub, home_of, missing, running_hub

SETS = "ia3_class"  # the course in the teacher's home
CROWD = 25  # that come at once, beside the two of a small class
POINTS = """
import json
from nbgrader.api import Gradebook
with Gradebook("sqlite:///gradebook.db") as book:
    print(json.dumps({one.student.id: one.score for one in book.assignment_submissions("ps1")}))"""
MINUTES = 8  # for all of a crowd to log in, fetch and hand in, on two cores


def test_the_values_for_kubernetes_say_what_a_lesson_needs() -> None:
    values = yaml.safe_load((DEPLOY / "values.yaml").read_text(encoding="utf-8"))
    memory = values["singleuser"]["memory"]
    assert (memory["guarantee"], memory["limit"]) == ("1G", "2500M")
    assert values["cull"] == {"enabled": True, "timeout": 5400, "every": 300}


# What the chart of Zero to JupyterHub knows (its version 4.1.0), as far as the values here reach.
SWITCH, NUMBER, TEXT = {bool}, {int, float}, {str}
CHART = {
    "hub": {
        "config": {"JupyterHub": dict, "Authenticator": dict, "GitHubOAuthenticator": dict},
        "concurrentSpawnLimit": NUMBER,
    },
    "singleuser": {
        "image": {"name": TEXT, "tag": TEXT, "pullPolicy": TEXT},
        "defaultUrl": TEXT,
        "memory": {"limit": TEXT | NUMBER, "guarantee": TEXT | NUMBER},
        "cpu": {"limit": NUMBER, "guarantee": NUMBER},
        "storage": {"capacity": TEXT, "homeMountPath": TEXT, "type": TEXT},
        "extraEnv": dict,
        "networkPolicy": {
            "enabled": SWITCH,
            "egressAllowRules": dict.fromkeys(
                [
                    *("cloudMetadataServer", "dnsPortsCloudMetadataServer", "dnsPortsKubeSystemNamespace"),
                    *("dnsPortsPrivateIPs", "nonPrivateIPs", "privateIPs"),
                ],
                SWITCH,
            ),
        },
    },
    "cull": {"enabled": SWITCH, "timeout": NUMBER, "every": NUMBER, "maxAge": NUMBER},
    "scheduling": {"userScheduler": {"enabled": SWITCH}},
}


def unknown(values: object, known: object, path: str = "") -> list[str]:
    """Where values have a key or a kind that the chart does not have."""
    if isinstance(known, set):
        return [] if type(values) in known else [f"{path} is {values!r}"]
    if known is dict:
        return [] if isinstance(values, dict) else [f"{path} is {values!r}"]
    within = [
        unknown(value, known[key], f"{path}.{key}") if key in known else [f"{path}.{key} is unknown"]
        for key, value in values.items()
    ]
    return sum(within, [])


def test_the_values_for_kubernetes_are_such_as_the_chart_knows() -> None:
    values = yaml.safe_load((DEPLOY / "values.yaml").read_text(encoding="utf-8"))
    assert unknown(values, CHART) == []
    values["singleuser"]["memory"] = {"guaranty": "1G", "limit": False}
    assert unknown(values, CHART) == [
        ".singleuser.memory.guaranty is unknown",
        ".singleuser.memory.limit is False",
    ]


def test_on_kubernetes_nobody_becomes_the_teacher_by_a_name() -> None:
    text = (DEPLOY / "values.yaml").read_text(encoding="utf-8")
    config = yaml.safe_load(text)["hub"]["config"]
    assert config["JupyterHub"]["authenticator_class"] not in ("native", "dummy", "shared-password")
    assert set(config["Authenticator"]["admin_users"]) <= set(config["Authenticator"]["allowed_users"])
    assert config["Authenticator"]["allow_existing_users"] is False
    assert '".[teach,hub]"' in text  # nbgrader does not bring the program that a hub starts


def test_the_settings_name_the_exchange_and_switch_the_frame_off() -> None:
    assert "c.Exchange.root" in (DEPLOY / "etc/all/nbgrader_config.py").read_text(encoding="utf-8")
    page = yaml.safe_load((DEPLOY / "etc/all/labconfig/page_config.json").read_text(encoding="utf-8"))
    assert page["disabledExtensions"]["@jupyter/nbgrader:formgrader"] is True


@pytest.fixture(scope="module")
def hub() -> Iterator[Hub]:
    """A hub with a crowd, the first set released."""
    if lacks := missing():
        pytest.skip(f"a real hub needs: {lacks}")
    with running_hub(2 + CROWD) as found:
        for step in ("generate_assignment", "release_assignment"):
            found.in_terminal(found.teacher, "nbgrader", step, "ps1", folder=SETS)
        yield found


def exchanged(person: Person, step: str) -> None:
    """A step of nbgrader's exchange, by the buttons of the list of assignments."""
    said = person.post(f"assignments/{step}", course_id="ia3", assignment_id="ps1").json()
    assert said["success"], said


def solve(hub: Hub, name: str) -> None:
    """Fill in this learner's sheet, in their own home."""
    work = nbformat.reads(hub.in_terminal(name, "cat", "ps1/ps1.ipynb"), as_version=4)
    answers = assignments.solutions("ps1", name)
    for cell in work.cells:
        cell.source = answers.get(cell.metadata.get("nbgrader", {}).get("grade_id"), cell.source)
    hub.in_terminal(name, "tee", "ps1/ps1.ipynb", text=json.dumps(work))


@pytest.mark.slow
def test_a_class_from_login_to_feedback_read(hub: Hub, box) -> None:
    ada, bob = hub.students[:2]
    assert Person(hub.address, ada).log_in("wrong") == 403
    people = [logged_in(hub, name) for name in (hub.teacher, ada, bob)]
    for person in people[1:]:
        exchanged(person, "fetch")
        work = hub.in_terminal(person.name, "cat", "ps1/ps1.ipynb")
        assert "YOUR CODE HERE" in work and "SOLUTION" not in work
    solve(hub, ada)
    for person in people[1:]:
        exchanged(person, "submit")
    hub.in_terminal(hub.teacher, "nbgrader", "collect", "ps1", folder=SETS)
    hub.in_terminal(hub.teacher, "python", "-m", "ia3_teach", "grade", "ps1", folder=SETS)
    points = json.loads(hub.in_terminal(hub.teacher, "python", "-c", POINTS, folder=SETS))
    assert points == {ada: 20, bob: 0}
    for step in ("generate_feedback", "release_feedback"):
        hub.in_terminal(hub.teacher, "nbgrader", step, "ps1", folder=SETS)
    exchanged(people[1], "fetch_feedback")
    read = hub.in_terminal(ada, "sh", "-c", "cat ps1/feedback/*/ps1.html")
    assert "20.0 / 20" in read or "20.0/20" in read, read[:2000]
    nobody_reads_what_is_not_theirs(hub, *people)


def nobody_reads_what_is_not_theirs(hub: Hub, teacher: Person, ada: Person, bob: Person) -> None:
    """Neither by the hub nor in a terminal."""
    assert teacher.get("formgrader").status_code == 200
    assert ada.get("formgrader").status_code == 404
    assert ada.get("api/status", of=bob.name).status_code in (403, 404)
    course, exchange = home_of(hub.teacher) / SETS, hub.state / "exchange" / "ia3"
    hidden = [home_of(bob.name), course / "gradebook.db", course / "feedback"]
    for path in [*hidden, exchange / "inbound", exchange / "feedback"]:
        looked = hub.tried(ada.name, "ls", str(path))
        assert looked.returncode != 0 and "ermission denied" in looked.stderr, path


@pytest.mark.slow
def test_a_crowd_arrives_at_once_and_nobody_is_lost(hub: Hub) -> None:
    def hand_in(name: str) -> str:
        person = logged_in(hub, name)
        exchanged(person, "fetch")
        exchanged(person, "submit")
        return name

    rest = hub.students[2:]
    with ThreadPoolExecutor(len(rest)) as crowd:
        done = list(crowd.map(hand_in, rest, timeout=60 * MINUTES))
    hub.in_terminal(hub.teacher, "nbgrader", "collect", "ps1", folder=SETS)
    collected = {path.name for path in (home_of(hub.teacher) / SETS / "submitted").iterdir()}
    assert set(done) == set(rest) <= collected
    assert not [name for name in rest if (home_of(name) / ".npm").exists()], "a server runs nobody's npm"
