"""A home whose Jupyter configuration would serve something else to everyone, and proxies to nowhere.

Its programs, which come first, write into the home when they are called.
"""

import os
from pathlib import Path

SETTINGS = """
c.ServerApp.ip = "0.0.0.0"
c.ServerApp.port = 1
c.ServerApp.base_url = "/elsewhere/"
c.ServerApp.root_dir = "/"
c.ServerApp.password = "argon2:x"
c.PasswordIdentityProvider.hashed_password = "argon2:x"
c.IdentityProvider.token = ""
c.ServerApp.token = ""
c.ServerApp.allow_origin = "*"
c.ServerApp.certfile = "/nowhere"
c.ServerApp.sock = "/tmp/nowhere.sock"
"""
# JupyterLab itself asks git and node, which write nothing.
PROGRAMS = ("npm", "npx", "yarn", "jlpm", "pip", "conda", "R", "julia")


def lay(home: Path) -> dict[str, str]:
    """Write the configuration into a home; the variables that go with it."""
    (home / ".jupyter").mkdir(parents=True)
    for name in ("jupyter_server_config.py", "jupyter_config.py", "jupyter_lab_config.py"):
        (home / ".jupyter" / name).write_text(SETTINGS)
    (home / "bin").mkdir()
    for name in PROGRAMS:
        (home / "bin" / name).write_text(f'#!/bin/sh\necho "$@" >> "{home}/called_{name}"\n')
        (home / "bin" / name).chmod(0o755)
    proxies = {name: "http://127.0.0.1:9" for name in ("http_proxy", "https_proxy", "all_proxy")}
    own = {"JUPYTER_TOKEN": "", "JUPYTER_CONFIG_DIR": str(home / ".jupyter"), "no_proxy": ""}
    path = os.pathsep.join([str(home / "bin"), os.environ["PATH"]])
    return {"HOME": str(home), "PATH": path, **proxies, **own}
