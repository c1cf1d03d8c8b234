"""What came out on real models: medians by method, IA3 by its rate, paired differences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import mean

from ia3_teach.course.lesson.paired import Difference, difference, pairs
from ia3_teach.course.making.methods import REAL_IA3
from ia3_teach.course.pages.outcome_tables import shown, title
from ia3_teach.course.pages.tables import table
from ia3_teach.course.shipped.results import Run, read_runs, summary, used

MODELS = ("smollm2-135m", "minilm-l6", "tiny-bloom", "tiny-bert")
REAL = MODELS[:2]
RATES = REAL_IA3.learning_rates
Side = tuple[str, int]  # method, examples
PAIRS: tuple[tuple[str, Side, Side], ...] = (
    *((model, ("ia3", n), ("lora", n)) for n in (32, 256) for model in MODELS),
    *((model, ("ia3", 32), ("full", 32)) for model in MODELS),
    *((model, ("ia3", 256), ("full", 256)) for model in MODELS[1:]),
    ("minilm-l6", ("ia3", 32), ("bitfit", 32)),
    ("minilm-l6", ("ia3", 32), ("prompt_tuning", 32)),
    *(
        (model, ("ia3", 32), (f"in_context{way}", 16))
        for model in ("smollm2-135m", "tiny-bloom")
        for way in ("", "_content_free", "_unlabelled")
    ),
    *(
        ("smollm2-135m", (f"in_context{way}", 16), ("in_context", 16))
        for way in ("_content_free", "_unlabelled")
    ),
)


def counted(results: Path) -> list[Run]:
    """The runs that count of both tables, each cell at the best rate of its grid."""
    return used([run for name in ("runs.csv", "real_runs.csv") for run in read_runs(results / name)])


def outcomes(results: Path) -> str:
    """A table for each model, then IA3 by its rate, then the differences."""
    runs = counted(results)
    parts = [of_model(model, runs) for model in MODELS]
    return "\n\n".join([*parts, by_rate(read_runs(results / "real_runs.csv")), differences(runs)])


def of_model(model: str, runs: Sequence[Run]) -> str:
    """Median and quartiles in per cent, a row per method and number of examples, a column per task."""
    rows = {(row["task"], row["method"], row["shots"]): row for row in summary(runs) if row["model"] == model}
    tasks = sorted({task for task, *_ in rows})
    entries = sorted({key[1:] for key in rows}, key=place)
    lines = [
        [
            name(entry),
            *(shown(as_text(rows[task, *entry])) if (task, *entry) in rows else "" for task in tasks),
        ]
        for entry in entries
    ]
    return table([f"`{model}`", *tasks], lines)


def as_text(row: Mapping[str, object]) -> dict[str, str]:
    """A row of a summary as its file holds it."""
    return {key: str(value) for key, value in row.items()}


def place(entry: Side) -> tuple[bool, int, str]:
    """Without training first, then by the number of examples."""
    method, shots = entry
    return (shots > 16, shots, method)


def name(entry: Side) -> str:
    """How a row is called.

    >>> name(("in_context_unlabelled", 4)), name(("ia3", 32)), name(("zero_shot", 0))
    ('4 in context, bias by unlabelled texts', 'IA3, 32', 'zero-shot')
    """
    method, shots = entry
    ways = {"_content_free": ", bias by empty texts", "_unlabelled": ", bias by unlabelled texts"}
    ending = next((end for end in ways if method.endswith(end)), "")
    plain = method.removesuffix(ending)
    text = f"{shots} in context" if plain == "in_context" else title((plain, shots))
    return text + ways.get(ending, "")


def by_rate(runs: Sequence[Run]) -> str:
    """IA3's mean test accuracy over the tasks at each rate, with the first draw of the examples."""
    lines = []
    for model in REAL:
        for shots in (32, 256):
            cells = [run for run in runs if run.cell[1:] == (model, "ia3", shots) and run.seed == 0]
            tests = [[run.test for run in cells if run.learning_rate == rate] for rate in RATES]
            lines.append([f"`{model}`, {shots}", *(f"{100 * mean(each):.1f}" for each in tests)])
    return table(["IA3 at the rate", *(f"{rate:g}" for rate in RATES)], lines)


def differences(runs: Sequence[Run]) -> str:
    """Which of two methods is better, in points, said only where the interval leaves 0 out."""
    lines = []
    for model, first, second in PAIRS:
        tasks, found = paired(runs, model, first, second)
        low, high = (f"{100 * end:+.1f}" for end in (found.low, found.high))
        better = name(first if found.mean > 0 else second) if found.sure else "not told apart"
        what = f"{name(first)} – {name(second)}"
        lines.append([f"`{model}`", what, str(tasks), f"{100 * found.mean:+.1f}", f"{low} to {high}", better])
    return table(["model", "difference", "tasks", "points", "95 % of resamples", "better"], lines)


def paired(runs: Sequence[Run], model: str, first: Side, second: Side) -> tuple[int, Difference]:
    """The number of tasks that both were measured on, and how much the first is ahead of the second."""
    mine = [run for run in runs if run.model == model]
    found = pairs(mine, first, second, name=lambda run: (run.method, run.shots))
    return len(found), difference(list(found.values()))
