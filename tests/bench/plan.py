"""What is measured, in parts that can be run alone: small shapes thoroughly, full sizes in a few steps."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from bench.clock import Row
from bench.shapes import FULL_SIZE, GROWTH, SMALL, TINY, Shape
from bench.training import attach_time, kept, peak_memory, step_time
from bench.using import files, merged_inference, mixed_batch
from bench.ways import LIMIT, OUR_LORA, OURS, OURS_PEFT_SITES, PEFT_IA3, PEFT_LORA

FEW = (OURS, LIMIT, OURS_PEFT_SITES, PEFT_IA3, OUR_LORA, PEFT_LORA)
Measurement = tuple[str, Callable[[], list[Row]]]


def measurement(function: Callable[..., list[Row]], shape: Shape, *settings: object) -> Measurement:
    """A name, by which a run that goes on knows what is done, and what to call."""
    return f"{function.__name__} {shape.text} {settings}", partial(function, shape, *settings)


def small(quick: bool) -> Iterator[Measurement]:
    n = 1 if quick else 5
    for shape in TINY if quick else SMALL:
        yield measurement(kept, shape)
        for function in (step_time, attach_time, files):
            yield measurement(function, shape, n)
        yield measurement(merged_inference, shape, 3 * n)
        for length in (2,) if quick else (1, 16, 64):
            yield measurement(mixed_batch, shape, length, n)


def memory(quick: bool) -> Iterator[Measurement]:
    for shape in TINY[:1] if quick else SMALL:
        yield measurement(peak_memory, shape, 1, (OURS, PEFT_IA3) if quick else (OURS, PEFT_IA3, PEFT_LORA))


def full(quick: bool) -> Iterator[Measurement]:
    n, rounds = (1, 1) if quick else (2, 15)
    for shape in TINY[:1] if quick else FULL_SIZE:
        yield measurement(kept, shape, FEW)
        yield measurement(step_time, shape, n, FEW)
        yield measurement(attach_time, shape, n)
        yield measurement(files, shape, n)
        yield measurement(merged_inference, shape, rounds)
        yield measurement(mixed_batch, shape, 1, n)


def growth(quick: bool) -> Iterator[Measurement]:
    n = 1 if quick else 5
    for shape in TINY[1:] if quick else GROWTH:
        yield measurement(kept, shape, (OURS, PEFT_IA3))
        yield measurement(step_time, shape, n, (OURS, PEFT_IA3))
        yield measurement(mixed_batch, shape, 16, n)


PARTS = {"small": small, "memory": memory, "full": full, "growth": growth}


def measurements(parts: Sequence[str], quick: bool) -> Iterator[Measurement]:
    """Everything in these parts, each under a name of its own."""
    for part in parts:
        for name, call in PARTS[part](quick):
            yield f"{part}: {name}", call
