"""The ten lines about real models say what the rows say, to the digit."""

import re
from statistics import mean

import pytest

from ia3_teach.course.pages import real_tables
from ia3_teach.course.pages.real_tables import counted, differences, paired
from ia3_teach.course.shipped.paths import data_dir
from ia3_teach.course.shipped.results import read_runs, summary

RESULTS = data_dir() / "results"
RUNS = counted(RESULTS)
ROWS = {(row["task"], row["model"], row["method"], row["shots"]): row for row in summary(RUNS)}
SMOL, MINI, BLOOM = "smollm2-135m", "minilm-l6", "tiny-bloom"
FREE, UNLABELLED = "in_context_content_free", "in_context_unlabelled"
PAGE = (RESULTS / "README.md").read_text(encoding="utf-8")
LINES = re.sub(r"\s+", " ", PAGE.split("In ten lines:")[1].split("<!--")[0])


def ahead(model: str, first: tuple[str, int], second: tuple[str, int]) -> str:
    return f"{abs(100 * paired(RUNS, model, first, second)[1].mean):.1f}"


def median(model: str, task: str, method: str, shots: int) -> int:
    return round(100 * ROWS[task, model, method, shots]["median"])


def width(model: str, task: str, method: str, shots: int) -> int:
    row = ROWS[task, model, method, shots]
    return round(100 * row["quartile_3"]) - round(100 * row["quartile_1"])


def at_rate(model: str, shots: int, rate: float) -> str:
    found = [run for run in read_runs(RESULTS / "real_runs.csv") if run.cell[1:] == (model, "ia3", shots)]
    return f"{100 * mean(r.test for r in found if r.seed == 0 and r.learning_rate == rate):.1f}"


IA3, PLAIN = ("ia3", 32), ("in_context", 16)
SAID = {
    "IA3 against examples": f"On smollm2-135m by {ahead(SMOL, IA3, PLAIN)} points, and by "
    f"{min(ahead(SMOL, IA3, (FREE, 16)), ahead(SMOL, IA3, (UNLABELLED, 16)))} after",
    "on the tiny one": f"on tiny-bloom by {ahead(BLOOM, IA3, PLAIN)}, and by "
    f"{min(ahead(BLOOM, IA3, (FREE, 16)), ahead(BLOOM, IA3, (UNLABELLED, 16)))} or more",
    "bias": f"16 examples give {ahead(SMOL, (UNLABELLED, 16), PLAIN)} points more, by empty texts "
    f"{ahead(SMOL, (FREE, 16), PLAIN)};",
    "sentiment": f"sentiment comes to {median(SMOL, 'sentiment', UNLABELLED, 16)},",
    "scatter": f"quartiles of sentiment lie {width(SMOL, 'sentiment', UNLABELLED, 16)} points apart at 16 "
    f"examples, those of IA3 {width(SMOL, 'sentiment', 'ia3', 32)} points",
    "LoRA ahead": f"smollm2-135m LoRA is ahead by {ahead(SMOL, ('ia3', 256), ('lora', 256))} points, most of "
    f"it on price_complaint ({median(SMOL, 'price_complaint', 'lora', 256)} against "
    f"{median(SMOL, 'price_complaint', 'ia3', 256)})",
    "IA3 ahead": f"on minilm-l6 IA3 by {ahead(MINI, ('ia3', 256), ('lora', 256))},",
    "full ahead": f"by {ahead(SMOL, IA3, ('full', 32))} points on smollm2-135m and "
    f"{ahead(MINI, IA3, ('full', 32))} on minilm-l6",
    "the rate": f"leaves smollm2-135m at {at_rate(SMOL, 32, 5e-5)} with 32 examples and at "
    f"{at_rate(SMOL, 256, 5e-5)} with 256, about as untrained; 0.03 gives {at_rate(SMOL, 32, 3e-2)} and "
    f"{at_rate(SMOL, 256, 3e-2)}.",
    "comparisons": f"{len(real_tables.PAIRS)} comparisons",
}


@pytest.mark.parametrize("what", SAID)
def test_a_figure_of_the_ten_lines_is_that_of_the_rows(what: str) -> None:
    assert SAID[what] in LINES


def test_words_about_medians_hold() -> None:
    tasks = sorted({task for task, model, *_ in ROWS if model == SMOL})
    plain = {
        (task, shots): median(SMOL, task, "in_context", shots) for task in tasks for shots in (1, 2, 4, 8, 16)
    }
    assert {plain[task, 16] for task in tasks} == {50}
    assert {key: found for key, found in plain.items() if not 49 <= found <= 52} == {("sentiment", 2): 58}
    assert sum(median(SMOL, task, UNLABELLED, 16) < 55 for task in tasks) == 3
    assert sum(median(MINI, task, "ia3", 256) >= 79 for task in tasks) == 5
    hard = [row["median"] for (task, model, _, shots), row in ROWS.items()
            if task == "who_liked" and model in (SMOL, MINI) and shots == 32]  # fmt: skip
    assert max(hard) < 0.55


def test_words_about_who_is_better_hold() -> None:
    lines = [[cell.strip() for cell in line.split("|")] for line in differences(RUNS).splitlines()[2:]]
    better = {(model.strip("`"), what): verdict for _, model, what, _, _, _, verdict, _ in lines}
    assert len(better) == len(real_tables.PAIRS)
    of = {kind: {m: v for (m, what), v in better.items() if what == kind} for _, kind in better}
    assert set(of["IA3, 32 – LoRA, 32"].values()) == {"not told apart"} and len(of["IA3, 32 – LoRA, 32"]) == 4
    at_256 = of["IA3, 256 – LoRA, 256"]
    assert (at_256[SMOL], at_256[MINI]) == ("LoRA, 256", "IA3, 256")
    for shots in (32, 256):
        assert set(of[f"IA3, {shots} – full, {shots}"].values()) <= {f"full, {shots}", "not told apart"}
    assert of["IA3, 32 – full, 32"][SMOL] == of["IA3, 32 – full, 32"][MINI] == "full, 32"


def test_the_best_rates_of_ia3_lie_where_it_is_said() -> None:
    best = {run.learning_rate for run in RUNS if run.method == "ia3" and run.model in (SMOL, MINI)}
    assert (min(best), max(best)) == (0.003, 0.3) and "between 0.003 and 0.3, never at 5e-5" in LINES
