"""A class on one server: local users, nbgrader's exchange, limits that fit the lessons, idle servers stopped.

Start it as root: `jupyterhub -f deploy/jupyterhub/jupyterhub_config.py`. The guide is README.md beside this
file. What differs from place to place comes from the environment: CLASS_TEACHERS, CLASS_GROUP, CLASS_PORT,
CLASS_STATE, CLASS_ADDRESS.
"""

import os
import pwd
import resource
import subprocess
import sys
from pathlib import Path

from jupyterhub.auth import PAMAuthenticator
from jupyterhub.spawner import LocalProcessSpawner

c = get_config()  # noqa: F821  JupyterHub defines it
STATE = Path(os.environ.get("CLASS_STATE", "/srv/ia3_class"))
TEACHERS = set(filter(None, os.environ.get("CLASS_TEACHERS", "teacher").split(",")))
MEMORY = 3 * 2**30  # of private memory for one process: a lesson peaks below 1 GB
PROCESSES = 400  # of one user, threads counted: two kernels, a terminal, and nothing that forks without end
DATABASE, SERVERS_LOG = STATE / "jupyterhub.sqlite", STATE / "servers.log"
os.umask(0o077)  # what the hub writes down is root's alone
if DATABASE.exists():
    DATABASE.chmod(0o600)


def servers_log() -> int:
    """Where servers write: never the terminal that the hub was started from, which they could listen at."""
    return os.open(SERVERS_LOG, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)


class ClassAuthenticator(PAMAuthenticator):
    """The machine's users; who has left the group is out, also with a session of before."""

    async def refresh_user(self, user, handler=None) -> bool:
        """Whether a session still holds, asked before a server starts and every minute."""
        try:
            return self.check_allowed(user.name)
        except KeyError:  # no user of this machine any more
            return False


class OfTheClass:
    """What every spawner of this class tells a server, whatever starts it."""

    def get_env(self):
        """Point to the settings of the class; students' come first, and have no formgrader."""
        folders = [STATE / "etc" / "all"]
        if self.user.name not in TEACHERS:
            folders.insert(0, STATE / "etc" / "students")
        told = {"JUPYTER_CONFIG_PATH": os.pathsep.join(map(str, folders))}
        # a short path: the files through which kernels speak may have 107 letters in theirs
        told["JUPYTER_RUNTIME_DIR"] = f"{pwd.getpwnam(self.user.name).pw_dir}/.kernels"
        return {**super().get_env(), **told}


class LimitedSpawner(OfTheClass, LocalProcessSpawner):
    """A local process with limits that every kernel inherits."""

    def make_preexec_fn(self, name):
        """Become the user, then set what no process below may exceed."""
        become = super().make_preexec_fn(name)

        def limited() -> None:
            resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
            resource.setrlimit(resource.RLIMIT_NPROC, (PROCESSES, PROCESSES))
            become()
            os.umask(0o077)  # no student reads another's files

        return limited


PORT = int(os.environ.get("CLASS_PORT", "8000"))
c.JupyterHub.bind_url = f"http://127.0.0.1:{PORT}"
# Those behind it follow, so that two classes on a machine do not take each other's.
c.JupyterHub.hub_port, c.ConfigurableHTTPProxy.api_url = PORT + 81, f"http://127.0.0.1:{PORT + 1}"
if address := os.environ.get("CLASS_ADDRESS"):  # an origin for each: no page of one acts as another
    c.JupyterHub.subdomain_host = address
c.JupyterHub.db_url = f"sqlite:///{DATABASE}"
c.JupyterHub.cookie_secret_file = str(STATE / "cookie_secret")
c.JupyterHub.authenticator_class = ClassAuthenticator
c.PAMAuthenticator.open_sessions = False
c.Authenticator.allowed_users = TEACHERS
c.Authenticator.allow_existing_users = False  # who has left the group has left the class
c.Authenticator.refresh_pre_spawn = True
c.Authenticator.auth_refresh_age = 60
c.Authenticator.auth_refresh_strict = True
c.LocalAuthenticator.allowed_groups = {os.environ.get("CLASS_GROUP", "ia3class")}

c.JupyterHub.spawner_class = LimitedSpawner
c.LocalProcessSpawner.popen_kwargs = {
    "stdin": subprocess.DEVNULL,
    "stdout": (log := servers_log()),
    "stderr": log,
}
c.Spawner.default_url = "/lab"
c.Spawner.http_timeout = c.Spawner.start_timeout = 120
c.Spawner.environment = {
    "HF_HUB_OFFLINE": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "OMP_NUM_THREADS": "1",  # 25 learners share the cores
    "CLASS_STATE": str(STATE),
    "PATH": os.pathsep.join([str(Path(sys.executable).parent), "/usr/local/bin", "/usr/bin", "/bin"]),
}
c.JupyterHub.concurrent_spawn_limit = 10  # a class arrives all at once
c.Spawner.args = [
    "--MappingKernelManager.cull_idle_timeout=1800",  # an idle kernel gives its memory back
    "--MappingKernelManager.cull_interval=120",
    "--MappingKernelManager.cull_connected=True",
    "--LanguageServerManager.autodetect=False",  # it would run npm in every learner's home
]

c.JupyterHub.load_roles = [
    {
        "name": "idle-culler",
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
        "services": ["idle-culler"],
    },
    {  # sees at /hub/admin who is there, and stops servers; enters nobody's
        "name": "teacher",
        "scopes": ["admin-ui", "list:users", "read:users:activity", "read:servers", "delete:servers"],
        "users": sorted(TEACHERS),
    },
]
c.JupyterHub.services = [
    {
        "name": "idle-culler",
        "command": [sys.executable, "-m", "jupyterhub_idle_culler", "--timeout=5400", "--cull-every=300"],
    }
]
