"""`python -m ia3_teach.course.making.few_shot_costs`: what each way to use a few examples costs on a model.

FLOPs and bytes are exact. Seconds are this process's own processor time on one thread, in turns with the
frozen model's, so that what else a machine does touches both alike.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import median, quantiles

from tqdm.auto import tqdm

from ia3_teach.course.lesson.flops import in_turns, product_flops
from ia3_teach.course.lesson.holding import most_held
from ia3_teach.course.making.tracing import provenance
from ia3_teach.course.making.ways import Way, way_of, ways_on
from ia3_teach.course.shipped import manifest
from ia3_teach.course.shipped.paths import own_data_dir
from ia3_teach.course.shipped.results import read_runs, write_rows
from ia3_teach.course.shipped.way_costs import FILE, WayCost
from ia3_teach.training.threads import ONE, one_thread

MODELS = ("tiny-bloom", "tiny-bert", "minilm-l6", "smollm2-135m")
ROUNDS = dict.fromkeys(MODELS[:3], 11) | {MODELS[3]: 3}  # one of its predictions takes seconds
DIGITS, PRECISION = 6, "float32"  # digits of a second behind the point
Key = tuple[str, str, int]  # model, method, examples


def run(
    directory: Path | None = None,
    models: Sequence[str] = MODELS,
    methods: Sequence[str] | None = None,
    rounds: int | None = None,
    again: bool = False,
) -> None:
    """Measure what is missing of these models and methods (all), and write it into
    `directory/results/few_shot_costs.csv`; with `again` also what stands there.

    Each way is kept as soon as it is measured, so that a killed process can go on. Raises ValueError, naming
    the verb that fetches it, for a model that is not on this machine.
    """
    directory = directory or own_data_dir()
    path = directory / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    known = {cost.key: cost for cost in read_runs(path, WayCost)}
    provenance(PRECISION)  # it is kept: the code that runs is that of now
    for key in tqdm(missing(models, methods, set() if again else set(known)), unit="way"):
        known[key] = measured(*key, rounds or ROUNDS[key[0]])
        write_rows(path, [asdict(known[each]) for each in wanted(MODELS) if each in known])
    manifest.write(directory, {})


def wanted(models: Sequence[str]) -> list[Key]:
    """Every way on these models, in the order of the table."""
    return [(model, *way) for model in models for way in ways_on(model)]


def missing(models: Sequence[str], methods: Sequence[str] | None, done: set[Key]) -> list[Key]:
    """What is asked for and not there yet."""
    return [key for key in wanted(models) if key not in done and key[1] in (methods or [key[1]])]


def measured(model: str, method: str, shots: int, rounds: int) -> WayCost:
    """The cost of one way on one model, on one thread."""
    with ONE.changed(one_thread):
        way, frozen = way_of(model, method, shots), way_of(model, "bare", 0)
        facts = {"values": way.values, "tokens": way.tokens, "stored": way.stored, "steps": way.steps}
        counts = {"flops": product_flops(way.ask), "held": most_held(way.ask), **counted(way)}
        times = timed(way, frozen, rounds)
    origin = provenance(PRECISION)
    return WayCost(model, method, shots, **facts, **counts, **times, rounds=rounds, **origin)


def counted(way: Way) -> dict[str, int]:
    """What a step of the beginning costs; 0 where there is none."""
    if way.step is None:
        return {"step_flops": 0, "step_held": 0}
    held = most_held(way.step) if way.step_held is None else way.step_held
    return {"step_flops": product_flops(way.step), "step_held": held}


def timed(way: Way, frozen: Way, rounds: int) -> dict[str, float]:
    """Seconds of a prediction, of the frozen model's, and of a step, taken in turns."""
    actions = {"ask": way.ask, "bare": frozen.ask} | ({"step": way.step} if way.step else {})
    found = in_turns(actions, rounds)
    low, middle, high = quantiles(found["ask"], n=4, method="inclusive")
    times = {"seconds": middle, "low": low, "high": high, "bare": median(found["bare"])}
    times["step_seconds"] = median(found.get("step", [0.0]))
    return {name: round(seconds, DIGITS) for name, seconds in times.items()}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Measure what the ways to use a few examples cost.")
    parser.add_argument("--models", nargs="+", default=MODELS, choices=MODELS)
    parser.add_argument("--methods", nargs="+")
    parser.add_argument("--again", action="store_true", help="also what was measured before")
    run(**vars(parser.parse_args()))
