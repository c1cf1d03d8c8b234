"""A process that may not reach the network: how `run` and the tests prove that nothing is fetched."""

import os
import socket
import sys
from ipaddress import IPv6Address, ip_address
from typing import Any

# Event of the interpreter -> which of its arguments is the address, None where none counts. All that Python's
# own `socket` can send to, connect to, bind to or look up.
_WATCHED = {
    "socket.connect": 1,
    "socket.sendto": 1,
    "socket.sendmsg": 1,
    "socket.getaddrinfo": 0,
    "socket.gethostbyname": 0,
    "socket.gethostbyaddr": 0,
    "socket.getnameinfo": 0,
    "socket.bind": None,  # of any family of its own: bound to a network card, it sends without an address
}
_WITHOUT_ADDRESSES = {"AF_UNIX", "AF_NETLINK"}  # files, and the kernel: these never leave the machine


class NetworkRefused(RuntimeError):
    """Something tried to leave this machine while the network was refused.

    No OSError: code that expects a bad connection and goes on without it would hide the attempt.
    """


def refuse_network() -> None:
    """Refuse what this process connects to, sends or looks up by Python's sockets, except on this machine.

    Watched are TCP and UDP over IPv4 and IPv6 and every look-up of a name; sockets of other families than
    Unix's and the kernel's own are refused altogether. Addresses of proxies are taken out of the
    environment, since a proxy on this machine would lead out of it. Not watched are programs that this
    process starts and compiled code that opens sockets by itself: only a network of its own holds those
    (`own_network`). There is no way back: an audit hook stays until the process ends.

    Raises (later, from whatever connects): NetworkRefused.
    """
    for name in [name for name in os.environ if is_proxy(name)]:
        del os.environ[name]
    sys.addaudithook(_hook)


def is_proxy(variable: str) -> bool:
    """Whether an environment variable names a proxy.

    >>> is_proxy("http_proxy"), is_proxy("ALL_PROXY"), is_proxy("no_proxy")
    (True, True, False)
    """
    return variable.lower().endswith("_proxy") and variable.lower() != "no_proxy"


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if event not in _WATCHED:
        return
    place = _WATCHED[event]
    address = None if place is None else arguments[place]
    sender = arguments[0] if isinstance(arguments[0], socket.socket) else None
    if not (stays(sender.family, address) if sender is not None else is_local(address)):
        raise NetworkRefused(
            f"the network is refused here, but something wanted {address!r}; "
            "the course must work from the files it ships"
        )


def stays(family: int, address: Any) -> bool:
    """Whether what a socket of this family sends to an address stays on this machine."""
    if family in (socket.AF_INET, socket.AF_INET6):
        return is_local(address)
    return any(family == getattr(socket, name, None) for name in _WITHOUT_ADDRESSES)


def is_local(address: Any) -> bool:
    """Whether an internet address or name means this machine; None is the end of a connection that exists.

    >>> is_local(("127.0.0.1", 80)), is_local("localhost"), is_local(("93.184.215.14", 443))
    (True, True, False)
    >>> is_local("::1"), is_local("::ffff:127.0.0.1"), is_local(("2001:db8::1", 80, 0, 0))
    (True, True, False)
    """
    host = address[0] if isinstance(address, tuple) else address
    if isinstance(host, bytes | bytearray):
        host = bytes(host).decode(errors="replace")
    if host is None or host in ("", "localhost", socket.gethostname()):
        return True
    try:
        number = ip_address(str(host).split("%")[0])
    except ValueError:
        return False
    inner = number.ipv4_mapped if isinstance(number, IPv6Address) else None
    return (inner or number).is_loopback
