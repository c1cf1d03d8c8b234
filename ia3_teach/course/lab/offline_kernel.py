"""A notebook kernel that cannot reach the network.

Started as a program of its own, so that a guard that could not be set ends the kernel: a lesson
never runs without it.
"""

import os
import sys
from pathlib import Path
from typing import Any

from jupyter_client.manager import AsyncKernelManager

from ia3_teach.course.lab.guard import refuse_network

ROOT = Path(__file__).resolve().parents[3]
OFFLINE = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}


class OfflineKernelManager(AsyncKernelManager):
    """Starts this file's kernel with this Python, whatever kernels are registered here."""

    def format_kernel_cmd(self, extra_arguments: list[str] | None = None) -> list[str]:
        """The command line of the kernel."""
        start = [sys.executable, "-m", __name__, "-f", self.connection_file]
        return [*start, *(extra_arguments or [])]


def environment() -> dict[str, str]:
    """This process's variables, offline, with this copy of the package first on the path.

    MPLBACKEND is left out: a kernel chooses the one that draws into the notebook.
    """
    inherited = {key: value for key, value in os.environ.items() if key != "MPLBACKEND"}
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    return {**inherited, **OFFLINE, "PYTHONPATH": path}


def main() -> Any:
    """Set the guard, then be an ordinary kernel."""
    from ipykernel.kernelapp import launch_new_instance

    refuse_network()
    return launch_new_instance()


if __name__ == "__main__":
    main()
