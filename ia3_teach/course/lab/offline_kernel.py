"""A notebook kernel that cannot reach the network.

Started as a program of its own, so that a guard that could not be set ends the kernel: a lesson
never runs without it. Where the system allows it the kernel has a network of its own besides.
"""

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from jupyter_client.manager import AsyncKernelManager

from ia3_teach.course.lab.guard import is_proxy, refuse_network
from ia3_teach.course.lab.own_network import enter_own_network
from ia3_teach.course.lab.own_settings import TASTES
from ia3_teach.course.shipped.paths import PACKAGE, is_installed

OFFLINE = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}
UNATTENDED = {"IA3_TEACH_PROGRESS": "off"}  # nobody learns here: what passes is not kept


class OfflineKernelManager(AsyncKernelManager):
    """Starts this file's kernel with this Python, whatever kernels are registered here.

    On Linux it is spoken to by files instead of ports, which also a kernel in another network can reach;
    they lie in a folder of their own, whose short name fits into the name of a socket.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.folder = tempfile.TemporaryDirectory(prefix="kernel-", ignore_cleanup_errors=True)
        self.connection_file = str(Path(self.folder.name) / "kernel.json")
        if sys.platform.startswith("linux"):
            self.transport = "ipc"

    def format_kernel_cmd(self, extra_arguments: list[str] | None = None) -> list[str]:
        """The command line of the kernel."""
        own = Path(self.folder.name) / "ipython"  # not the user's profile, nor what it runs
        own.mkdir(exist_ok=True)
        start = [sys.executable, "-m", __name__, "-f", self.connection_file, f"--ipython-dir={own}"]
        return [*start, *(extra_arguments or [])]


def environment() -> dict[str, str]:
    """This process's variables, offline, without proxies, with this copy of the package first on the path.

    An installed copy is found as it is; its folder, put first, would go before Python's own modules.
    The user's own tastes are left out: a kernel chooses the way that draws into the notebook.
    """
    inherited = {key: value for key, value in os.environ.items() if key not in TASTES and not is_proxy(key)}
    own = "" if is_installed() else str(PACKAGE.parent)
    path = os.pathsep.join(filter(None, [own, os.environ.get("PYTHONPATH")]))
    return {**inherited, **OFFLINE, **UNATTENDED, **({"PYTHONPATH": path} if path else {})}


def main() -> Any:
    """Leave the network, set the guard, then be an ordinary kernel."""
    enter_own_network()  # first: importing the kernel starts threads, and then it is too late
    from ipykernel.kernelapp import launch_new_instance

    refuse_network()
    return launch_new_instance()


if __name__ == "__main__":
    main()
