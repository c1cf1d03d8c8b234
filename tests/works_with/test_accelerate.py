"""Two CPU processes under `accelerate launch` have the gradients of one process."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from lively_models import RECIPES, lively
from small_models import randomise, tokens

SCRIPT = Path(__file__).with_name("two_processes.py")
# The flag says "several processes, by torchrun"; the script asks for the CPU, and gloo carries the gradients.
LAUNCH = ["accelerate.commands.launch", "--multi_gpu", "--num_processes", "2", "--num_machines", "1"]
LAUNCH += ["--mixed_precision", "no", "--dynamo_backend", "no", "--main_process_port", "0"]


@pytest.mark.slow
def test_two_processes_have_the_gradients_of_one(tmp_path: Path) -> None:
    command = [sys.executable, "-m", *LAUNCH, str(SCRIPT), str(tmp_path)]
    folders = os.pathsep.join([str(SCRIPT.parents[1]), str(SCRIPT.parents[2])])
    environment = {**os.environ, "PYTHONPATH": folders, "GLOO_SOCKET_IFNAME": "lo", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
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
