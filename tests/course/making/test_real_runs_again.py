"""Runs that were made on an accelerator, made again on a processor."""

import pytest

from ia3_teach.course.making.measuring import measured
from ia3_teach.course.making.parts import REAL_RUNS
from ia3_teach.course.making.quick_look import unmeasured
from ia3_teach.course.shipped.paths import data_dir
from ia3_teach.course.shipped.real_models import fetched
from ia3_teach.course.shipped.results import read_runs

pytestmark = [pytest.mark.real, pytest.mark.slow]
# Two devices sum in other orders, which turns a handful of 500 answers that are equally likely. MiniLM trains
# with dropout, whose draws are each device's own: that is another seed, and one more scatter of a few points.
CASES = {
    ("sentiment", "smollm2-135m", "zero_shot", 0, 0, 0.0): 0.01,
    ("formality", "minilm-l6", "head", 32, 0, 0.01): 0.05,
    ("formality", "minilm-l6", "ia3", 32, 0, 0.03): 0.05,
}


@pytest.mark.parametrize("key", CASES, ids=lambda key: "-".join(key[1:3]))
def test_a_run_comes_out_again_on_a_processor(key: tuple) -> None:
    try:
        fetched(key[1])
    except ValueError as missing:
        pytest.skip(str(missing))
    (shipped,) = (run for run in read_runs(data_dir() / "results" / REAL_RUNS) if run.key == key)
    assert measured(unmeasured(shipped)).test == pytest.approx(shipped.test, abs=CASES[key])
