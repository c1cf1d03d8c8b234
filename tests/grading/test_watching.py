"""Ending a box: nothing of it runs on, and nobody is waited for who will never be asked for."""

import subprocess
import sys

import pytest

ENDS = """
import ctypes, subprocess, psutil
from ia3_teach.grading.watching import below, end_all
ctypes.CDLL(None).prctl(36, 1)  # orphans come to this process, which never asks for them
root = subprocess.Popen(["sh", "-c", "sleep 900 & sleep 900 & wait"], start_new_session=True)
while len(started := below(psutil.Process(root.pid))) < 2: pass
end_all(psutil.Process(root.pid), seconds=float("inf"))
root.wait()
print(sorted({process.status() for process in started}))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems hand orphans to the first process")
def test_who_has_ended_is_not_waited_for_where_nobody_asks_for_them() -> None:
    said = subprocess.run([sys.executable, "-c", ENDS], capture_output=True, text=True, timeout=120)
    assert said.stdout == "['zombie']\n", said.stderr
