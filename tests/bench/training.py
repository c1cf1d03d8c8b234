"""What training costs: attaching, one step, bytes kept for backward, and the peak memory of a process."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import torch
from bench.clock import Row, medians, medians_of
from bench.shapes import Shape, batch, build, sharing
from bench.ways import OUR_LORA, OURS, PAIRS, PEFT_IA3, PEFT_LORA, WAYS
from torch import nn

from ia3_teach.course.lesson.memory import kept_for_backward

PEAK = Path(__file__).with_name("peak.py")


def rows_of(what: str, shape: Shape, found: dict[str, float], unit: str, repetitions: int = 1) -> list[Row]:
    """One row per pair of ways that were both measured."""
    return [
        Row(f"{what}, {mine}", shape.text, other, found[mine], found[other], unit, repetitions)
        for mine, other in PAIRS
        if mine in found and other in found
    ]


def attach_time(shape: Shape, rounds: int) -> list[Row]:
    """Seconds to put a new adapter on a bare model."""
    base, bare = build(shape), {}
    names = (OURS, PEFT_IA3, OUR_LORA, PEFT_LORA)
    put = {name: lambda name=name: WAYS[name](bare[name]) for name in names}
    copy = {name: lambda name=name: bare.update({name: sharing(base)}) for name in names}
    return rows_of("attach", shape, medians(put, rounds, before=copy), "s", rounds)


def trainer(model: nn.Module, shape: Shape) -> Callable[[], None]:
    """One step: forward, backward, AdamW where anything is trained."""
    trained, data = [p for p in model.parameters() if p.requires_grad], batch(shape)
    optimizer = torch.optim.AdamW(trained or [torch.zeros(())], lr=1e-3)

    def step() -> None:
        optimizer.zero_grad()
        model(**data).loss.backward()
        optimizer.step()

    return step


def step_time(shape: Shape, rounds: int, names: tuple[str, ...] = tuple(WAYS)) -> list[Row]:
    """Seconds of one training step."""
    base = build(shape)
    steps = {name: trainer(WAYS[name](sharing(base)), shape) for name in names}
    return rows_of("train step", shape, medians(steps, rounds), "s", rounds)


def kept(shape: Shape, names: tuple[str, ...] = tuple(WAYS)) -> list[Row]:
    """Megabytes that autograd keeps for backward; exact."""
    base, data = build(shape), batch(shape)
    found = {
        name: kept_for_backward(WAYS[name](sharing(base)), lambda model: model(**data).loss)[1] / 1e6
        for name in names
    }
    return rows_of("kept for backward", shape, found, "MB")


def peak_memory(shape: Shape, processes: int, names: tuple[str, ...]) -> list[Row]:
    """Megabytes that training adds to a process that holds the model: fresh processes."""
    runs: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(processes):
        for name in names:
            done = subprocess.run(
                [sys.executable, PEAK, shape.name, name], check=True, capture_output=True, text=True
            )
            runs[name].append(float(done.stdout) / 1e6)
    return rows_of("peak memory of training", shape, medians_of(runs), "MB", processes)
