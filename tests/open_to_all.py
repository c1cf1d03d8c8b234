"""Commands for other users of this machine, where what they need lies in a folder that is closed to them."""

import os
import shlex
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).parents[1]
NEEDED = (Path(sys.base_prefix), Path(sys.prefix), ROOT)
# The programs of this Python's environment stand before the machine's.
PATH = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])


def closed_above(path: Path) -> Path | None:
    """The highest folder on the way to `path` that others may not enter; None if there is none."""
    way = [path, *path.parents][::-1]
    return next((folder for folder in way if not folder.stat().st_mode & 0o001), None)


def opened(command: list[str]) -> list[str]:
    """The command, run by root where this Python and this project can be read by everybody.

    A closed folder is covered by an empty one, in the command's own view of the disk alone, and of what was
    in it only what is needed is put back.
    """
    closed = {path.resolve(): closed_above(path.resolve()) for path in NEEDED}
    hidden = {path: folder for path, folder in closed.items() if folder}
    if not hidden:
        return command
    steps = ["set -e", "kept=/mnt", "mount -t tmpfs none $kept"]
    for number, path in enumerate(hidden):
        steps += [f"mkdir $kept/{number}", f"mount --bind {shlex.quote(str(path))} $kept/{number}"]
    for folder in dict.fromkeys(hidden.values()):
        steps.append(f"mount -t tmpfs -o mode=755 none {shlex.quote(str(folder))}")
    for number, path in enumerate(hidden):
        place = shlex.quote(str(path))
        steps += [f"mkdir -p {place}", f"mount --bind $kept/{number} {place}"]
    return ["unshare", "--mount", "sh", "-c", "; ".join([*steps, 'exec "$@"']), "sh", *command]
