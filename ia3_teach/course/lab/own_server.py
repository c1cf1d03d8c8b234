"""JupyterLab as a program that ends with whoever started it: `python -m ia3_teach.course.lab.own_server`.

The first line of its input is its token, which so stands in no list of command lines; when the input
ends, because the one who started it has ended or was killed, the server and its kernels end too.
"""

import os
import sys
import threading
import time

PATIENCE = 20.0  # seconds for the kernels to end


def main() -> None:
    """Read the token, wait for the end of the input beside, and serve."""
    from jupyterlab.labapp import LabApp

    token = sys.stdin.readline().strip()
    if not token:
        sys.exit("own_server: the first line of the input must be a token")
    threading.Thread(target=end_with_the_input, daemon=True).start()
    # What stands here goes before every file of configuration.
    LabApp.launch_instance([*sys.argv[1:], f"--IdentityProvider.token={token}"])


def end_with_the_input() -> None:
    """Stop the server once nobody holds the other end of its input; by force if it takes too long."""
    from jupyter_server.serverapp import ServerApp

    sys.stdin.read()
    if ServerApp.initialized():
        ServerApp.instance().stop()
        time.sleep(PATIENCE)
    os._exit(1)


if __name__ == "__main__":
    main()
