"""Two CPU processes under `accelerate launch` have the gradients of one process."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
import torch
from lively_models import RECIPES, lively
from small_models import randomise, tokens

SCRIPT = Path(__file__).with_name("two_processes.py")
# The flag says "several processes, by torchrun"; the script asks for the CPU, and gloo carries the gradients.
LAUNCH = ["accelerate.commands.launch", "--multi_gpu", "--num_processes", "2", "--num_machines", "1"]
LAUNCH += ["--mixed_precision", "no", "--dynamo_backend", "no", "--rdzv_backend", "static"]
LAUNCH += ["--main_process_ip", "127.0.0.1", "--main_process_port", "0"]
# Launcher and store ask for the name of this host, which takes minutes where a network drops the questions.
# Numbers are enough here, so the resolver (of glibc) is told to ask nobody.
NO_LOOK_UPS = {"RES_OPTIONS": "attempts:0 timeout:1", "PET_LOCAL_ADDR": "127.0.0.1"}
SECONDS = 300


def launch(arguments: list[str], folders: list[Path], log: Path) -> None:
    """Run a script under `accelerate launch`; a failure shows the output, a hang where each process is."""
    own = {"PYTHONPATH": os.pathsep.join(map(str, folders)), "PYTHONFAULTHANDLER": "1"}
    own |= {"GLOO_SOCKET_IFNAME": "lo", "OMP_NUM_THREADS": "1", **NO_LOOK_UPS}
    command = [sys.executable, "-m", *LAUNCH, *arguments]
    with log.open("w") as output:
        started = psutil.Popen(command, env={**os.environ, **own}, stdout=output, stderr=subprocess.STDOUT)
        try:
            code = started.wait(timeout=SECONDS)
        except psutil.TimeoutExpired:
            code = f"nothing after {SECONDS} seconds"
            abort([*started.children(recursive=True), started])
    assert code == 0, f"{code}:\n{log.read_text()[-8000:]}"


def abort(processes: list[psutil.Process]) -> None:
    """End processes, workers before their launcher; Python's fault handler writes the stack of each."""
    for process in processes:
        process.send_signal(signal.SIGABRT)
    _, alive = psutil.wait_procs(processes, timeout=20)
    for process in alive:
        process.kill()


@pytest.mark.slow
def test_two_processes_have_the_gradients_of_one(tmp_path: Path) -> None:
    launch([str(SCRIPT), str(tmp_path)], [SCRIPT.parents[1], SCRIPT.parents[2]], tmp_path / "log")
    for recipe in RECIPES:
        model = lively("bert", recipe)
        randomise(model)
        model(input_ids=tokens(batch=4), labels=torch.tensor([0, 1, 1, 0])).loss.backward()
        alone = {name: p.grad for name, p in model.named_parameters() if p.requires_grad}
        together = torch.load(tmp_path / f"{recipe}.pt", weights_only=True)
        assert together.pop("processes") == 2
        assert together.keys() == alone.keys()
        for name, gradient in alone.items():
            assert gradient.abs().max() > 1e-6
            torch.testing.assert_close(together[name], gradient, rtol=0, atol=1e-10, msg=name)
