"""A process that may not reach the network: how `run` and the tests prove that nothing is fetched."""

import sys
from ipaddress import ip_address
from typing import Any

_WATCHED = {"socket.connect": 1, "socket.sendto": 1, "socket.getaddrinfo": 0}


class NetworkRefused(OSError):
    """Something tried to leave this machine while the network was refused."""


def refuse_network() -> None:
    """Refuse every connection and name look-up of this process, except to itself.

    There is no way back: an audit hook stays until the process ends, so that no library can
    undo it. Sockets of other kinds (the kernel's own messages on loopback, Unix sockets) pass.

    Raises (later, from whatever connects): NetworkRefused.
    """
    sys.addaudithook(_hook)


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if event in _WATCHED and not is_local(arguments[_WATCHED[event]]):
        raise NetworkRefused(
            f"the network is refused here, but something wanted {arguments[_WATCHED[event]]!r}; "
            "the course must work from the files it ships"
        )


def is_local(address: Any) -> bool:
    """Whether an address stays on this machine.

    >>> is_local(("127.0.0.1", 80)), is_local("localhost"), is_local(("93.184.215.14", 443))
    (True, True, False)
    """
    host = address[0] if isinstance(address, tuple) else address
    if isinstance(host, bytes):
        host = host.decode(errors="replace")
    if not isinstance(host, str) or host in ("", "localhost") or host.startswith(("/", "\0")):
        return True
    try:
        return ip_address(host.split("%")[0]).is_loopback
    except ValueError:
        return False
