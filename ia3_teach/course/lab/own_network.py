"""A network of one's own, with nobody else in it: where Linux allows it, even programs that a lesson starts
cannot get out."""

import ctypes
import os
import socket
import struct
import sys
from pathlib import Path

NEW_USER, NEW_NETWORK = 0x10000000, 0x40000000  # CLONE_NEWUSER, CLONE_NEWNET
UP, SET_FLAGS = 0x1, 0x8914  # IFF_UP, SIOCSIFFLAGS


def enter_own_network() -> bool:
    """Leave this machine's network for a new one that has only a loopback; whether that worked.

    Only before the process has threads. What cannot be done here changes nothing: on other systems than
    Linux, and where the administrator has switched it off, the answer is False.
    """
    if not sys.platform.startswith("linux"):
        return False
    user, group = os.geteuid(), os.getegid()
    library = ctypes.CDLL(None, use_errno=True)
    if library.unshare(NEW_NETWORK) != 0:  # needs rights that an ordinary user has in a name space only
        if library.unshare(NEW_USER | NEW_NETWORK) != 0:
            return False
        keep_identity(user, group)
    start_loopback()
    return True


def keep_identity(user: int, group: int) -> None:
    """In a new space of users, be the one that one was: files are read and written as before."""
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")


def start_loopback() -> None:
    """127.0.0.1 is down in a new network; a lesson may talk to itself."""
    import fcntl

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SET_FLAGS, struct.pack("16sh", b"lo", UP) + b"\0" * 14)
