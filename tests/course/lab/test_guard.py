"""What the guard watches, tried in processes of their own: a guard cannot be taken off again."""

import os
import socket
import subprocess
import sys

import pytest

from ia3_teach.course.lab.guard import NetworkRefused, is_local, stays

GUARDED = "import socket\nfrom ia3_teach.course.lab.guard import refuse_network\nrefuse_network()\n"
UDP = "socket.socket(type=socket.SOCK_DGRAM)"
OUT = [
    "socket.socket().connect(('192.0.2.1', 80))",
    "socket.socket().connect_ex(('192.0.2.1', 80))",
    f"{UDP}.sendto(b'', ('192.0.2.1', 9))",
    f"{UDP}.sendto(b'', 0, ('192.0.2.1', 9))",
    f"{UDP}.sendmsg([b''], [], 0, ('192.0.2.1', 9))",
    "socket.socket(socket.AF_INET6, socket.SOCK_DGRAM).sendmsg([b''], [], 0, ('2001:db8::1', 9))",
    "socket.socket(socket.AF_INET6).connect(('2001:db8::1', 80, 0, 0))",
    "socket.getaddrinfo('example.invalid', 80)",
    "socket.getaddrinfo(b'example.invalid', 80)",
    "socket.gethostbyname('example.invalid')",
    "socket.gethostbyname_ex('example.invalid')",
    "socket.gethostbyaddr('192.0.2.1')",
    "socket.getnameinfo(('192.0.2.1', 80), 0)",
]
HERE = [
    "server = socket.create_server(('127.0.0.1', 0)); socket.create_connection(server.getsockname()).close()",
    f"{UDP}.sendto(b'', ('127.0.0.1', 9))",
    f"{UDP}.sendmsg([b''], [], 0, ('127.0.0.1', 9))",
    "socket.getaddrinfo('localhost', 80)",
    "socket.gethostbyname('localhost')",
    "socket.getnameinfo(('127.0.0.1', 80), socket.NI_NUMERICHOST)",
    "a, b = socket.socketpair(); a.sendmsg([b'x']); assert b.recv(1) == b'x'",
]


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", GUARDED + code],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )


@pytest.mark.parametrize("code", OUT)
def test_what_leaves_the_machine_is_refused_and_no_bad_connection(code: str) -> None:
    done = run(f"try:\n    {code}\nexcept OSError:\n    pass")
    assert done.returncode == 1 and "NetworkRefused: the network is refused here" in done.stderr, done.stderr


@pytest.mark.parametrize("code", HERE)
def test_what_stays_on_the_machine_passes(code: str) -> None:
    done = run(code)
    assert done.returncode == 0, done.stderr


def test_a_proxy_on_this_machine_is_no_way_out() -> None:
    code = "import urllib.request; print(urllib.request.getproxies())"
    assert run(code, http_proxy="http://127.0.0.1:9", ALL_PROXY="http://127.0.0.1:9").stdout == "{}\n"


def test_unix_sockets_pass_and_families_that_nobody_knows_do_not() -> None:
    assert stays(1, "a relative name") and not stays(999, (2, 80))


@pytest.mark.skipif(not hasattr(socket, "AF_PACKET"), reason="a family that Linux has")
def test_a_family_of_its_own_is_refused_when_it_is_bound_since_it_may_send_without_an_address() -> None:
    done = run("socket.socket(socket.AF_PACKET, socket.SOCK_RAW).bind(('lo', 0))")
    if "in __init__" in done.stderr:
        pytest.skip("only an administrator may open a raw socket")
    assert "NetworkRefused" in done.stderr
    assert run("socket.socket().bind(('0.0.0.0', 0))").returncode == 0


def test_a_refusal_is_no_os_error() -> None:
    assert not issubclass(NetworkRefused, OSError)


@pytest.mark.parametrize("address", [None, "", b"localhost", ("::1", 80, 0, 0), "127.8.9.1"])
def test_names_of_this_machine(address: object) -> None:
    assert is_local(address)
