"""A real pretrained BERT: lesson 06 runs on it unchanged, and so does the way from training to PEFT.

The model is the directory in IA3_TEACH_BERT, else minilm-l6 as `python -m ia3_teach get` brings it; without
either the tests are skipped. Outputs are compared in float32. Loading changes nothing, so both sides
multiply the same numbers in the same order: the difference is 0 where the kernels agree, and 1e-6 allows for
one that sums in another order. Merging does change the order, hence 1e-4.
"""

import os
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
import torch

from ia3_teach import IA3, accuracy, attach, encode, few_shot, fit, load_model, load_task, save_adapter
from ia3_teach.course.lab.run import run_lesson
from ia3_teach.course.shipped.models import resolve
from ia3_teach.training.batches import collate

ROOT = Path(__file__).resolve().parents[1]
pytestmark = [pytest.mark.real, pytest.mark.slow]
TASK, SHOTS, STEPS, RATE = "formality", 64, 80, 1e-2

FRESH_PROCESS = """
import sys, torch
from ia3_teach import load_adapter, load_model, merged
directory, inputs, outputs = sys.argv[1:]
model, _ = load_model("bert", num_labels=2, seed=7)
load_adapter(model, directory, name="again")
with torch.no_grad():
    batch = torch.load(inputs)
    logits = model(**batch).logits
    with merged(model):
        folded = model(**batch).logits
        plain = all(type(module).__name__ not in ("Adapted", "Head") for module in model.modules())
torch.save({"logits": logits, "folded": folded, "plain": plain}, outputs)
"""


@pytest.fixture(scope="module")
def real_bert() -> Path:
    """The directory of the real model, which `load_model("bert")` means while this module runs."""
    try:
        path = Path(resolve("bert" if os.environ.get("IA3_TEACH_BERT") else "minilm-l6"))
    except ValueError as missing:
        pytest.skip(f"needs a real pretrained BERT: {missing}; or set IA3_TEACH_BERT to the directory of one")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IA3_TEACH_BERT", str(path))
        yield path


def test_lesson_06_runs_unchanged(real_bert: Path) -> None:
    print(run_lesson(ROOT / "notebooks" / "06_training_the_vectors.ipynb", timeout=300, progress=False))


def test_from_training_to_peft(real_bert: Path, tmp_path: Path) -> None:
    splits, (model, tokenizer) = load_task(TASK), load_model("bert", num_labels=2)
    test = splits["test"].select(range(300))
    attach(model, IA3(), name="real")
    before = accuracy(model, tokenizer, test)
    examples = encode(model, tokenizer, few_shot(splits["pool"], SHOTS))
    losses = fit(model, examples, steps=STEPS, learning_rate=RATE).losses
    after = accuracy(model, tokenizer, test)
    print(f"{real_bert.name}, {TASK}, {SHOTS} examples, {STEPS} steps: {before:.3f} -> {after:.3f}")
    assert sum(losses[-10:]) < sum(losses[:10])
    assert after > before + 0.15

    batch = collate(examples[:8], model)
    inputs = {key: batch[key] for key in ("input_ids", "attention_mask")}
    with torch.no_grad():
        logits = model(**inputs).logits
    directory = save_adapter(model, tmp_path / "adapter")
    again = in_a_fresh_process(directory, inputs, tmp_path)
    torch.testing.assert_close(again["logits"], logits, rtol=0, atol=1e-6)
    torch.testing.assert_close(again["folded"], logits, rtol=0, atol=1e-4)
    assert again["plain"]

    difference = (read_by_peft(directory)(**inputs).logits - logits).abs().max().item()
    print(f"largest difference from PEFT's logits: {difference:g}")
    assert difference <= 1e-6


def in_a_fresh_process(directory: Path, inputs: dict[str, torch.Tensor], scratch: Path) -> dict:
    """What another Python computes from the saved adapter: its logits, and those after merging."""
    torch.save(inputs, scratch / "inputs.pt")
    command = [sys.executable, "-c", FRESH_PROCESS, directory, scratch / "inputs.pt", scratch / "outputs.pt"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    subprocess.run([str(part) for part in command], check=True, env=environment, timeout=300)
    return torch.load(scratch / "outputs.pt")


@torch.no_grad()
def read_by_peft(directory: Path) -> torch.nn.Module:
    """The saved adapter on a fresh model, loaded by PEFT."""
    peft = pytest.importorskip("peft", reason="needs peft (the extra `test`)")
    model, _ = load_model("bert", num_labels=2, seed=8)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        return peft.PeftModel.from_pretrained(model, directory).eval().requires_grad_(False)
