"""Of every problem set: stubs get nothing, solutions everything, on any cases and under any name."""

import functools
import importlib
import re
import time
from collections import defaultdict, namedtuple
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import assignments
import numpy
import pytest
import torch

import ia3_teach
from ia3_teach.check.probing import limits, plain_data
from ia3_teach.check.probing.recorded import Record
from ia3_teach.check.probing.sets import calls
from ia3_teach.check.probing.sets.calls import called
from ia3_teach.check.sets import EXERCISES
from ia3_teach.course.builds.classroom import release
from ia3_teach.course.sets import seed_of

CHECKS = Path(ia3_teach.__file__).parent / "check" / "probing" / "sets"
PERSONAL = [each for each in EXERCISES.values() if each.personal]
COMMON = [each for each in EXERCISES.values() if not each.personal]


def set_of(exercise: Any) -> str:
    """set_1.fold -> ps1."""
    return f"ps{exercise.name.split('.')[0].removeprefix('set_')}"


def possible(name: str) -> dict[str, float]:
    """The points that a set's metadata give for each check that runs."""
    roles = [cell.metadata.get("nbgrader", {}) for cell in assignments.read(name).cells]
    return {role["grade_id"]: role["points"] for role in roles if role.get("grade") and not role["solution"]}


@pytest.mark.parametrize("name", assignments.SETS)
def test_stubs_get_nothing(name: str) -> None:
    earned, _ = assignments.run_all(name, stubs=True)
    assert earned == dict.fromkeys(possible(name), 0.0)


@pytest.mark.parametrize("student", ["ada", "José Núñez"])
@pytest.mark.parametrize("name", assignments.SETS)
def test_solutions_get_full_marks_under_any_name(name: str, student: str) -> None:
    earned, _ = assignments.run_all(name, student=student)
    assert earned == possible(name)


@pytest.fixture(scope="module")
def solved() -> dict[str, dict[str, Any]]:
    """{set: what its solutions define}."""
    return {name: assignments.run_all(name)[1] for name in assignments.SETS}


@pytest.mark.parametrize("seed", [1, 2**31, 2**47 + 5])
@pytest.mark.parametrize("exercise", COMMON, ids=lambda each: each.name)
def test_solutions_get_full_marks_on_cases_of_any_seed(exercise: Any, seed: int, solved) -> None:
    answer = solved[set_of(exercise)][exercise.answer]
    outcomes = exercise.judge(exercise.probe(answer, exercise.cases(seed)), seed)
    assert [each.message for each in outcomes] == [""] * len(outcomes)


@pytest.mark.parametrize("exercise", PERSONAL, ids=lambda each: each.name)
def test_the_numbers_of_somebody_else_get_nothing(exercise: Any, solved) -> None:
    name = set_of(exercise)
    record = exercise.probe(solved[name][exercise.answer], None)
    for other in ("bob", "Ada L.", "zoë"):
        outcomes = exercise.judge(record, seed_of(other, name))
        assert sum(each.points for each in outcomes) < sum(each.of for each in outcomes)


class Row(list):
    """A list of one's own kind."""


def kindred(value: Any) -> Any:
    """The same value in kinds that are as good: from numpy, from collections, a tensor without axes."""
    if type(value) is float:
        return numpy.float64(value)
    if type(value) is int:
        return torch.tensor(value) if value % 2 else numpy.int64(value)
    if type(value) is dict:
        return defaultdict(None, {key: kindred(each) for key, each in value.items()})
    if type(value) is tuple:
        return namedtuple("Found", [f"part_{n}" for n in range(len(value))])(*map(kindred, value))
    return Row(map(kindred, value)) if type(value) is list else value


def in_kind(answer: Any) -> Any:
    """The answer with kindred values, and with errors whose kind is made from that of its own."""

    @functools.wraps(answer, updated=())
    def answering(*given: Any, **named: Any) -> Any:
        try:
            return kindred(answer(*given, **named))
        except Exception as error:
            raise type("Own", (type(error),), {})(*error.args) from None

    return answering


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=lambda each: each.name)
def test_kinds_that_are_as_good_get_as_much(exercise: Any, solved) -> None:
    answer, seed = solved[set_of(exercise)][exercise.answer], 5
    if exercise.personal:
        answer, seed = kindred(answer), exercise.own_seed("ada")
    elif exercise.answer == "Switch":
        answer = type("Switch", (answer,), {"use": in_kind(answer.use)})
    elif not isinstance(answer, type):
        answer = in_kind(answer)
    outcomes = exercise.judge(exercise.probe(answer, exercise.cases(seed)), seed)
    assert [each.message for each in outcomes] == [""] * len(outcomes)


def spoil(value: Any) -> None:
    """Change a value in place, whatever it is."""
    if isinstance(value, torch.Tensor):
        value.add_(1)
    elif isinstance(value, torch.nn.Module):
        next(value.parameters()).requires_grad_(False)
        next(value.buffers(), next(value.parameters())).data.add_(1)
    elif isinstance(value, dict):
        value["more"] = value.popitem()[1]
    elif isinstance(value, list):
        value.reverse()
    elif hasattr(value, "to_dict"):
        value.vocab_size += 1


def spoiling(answer: Any) -> Any:
    """A right answer that spoils what it was handed: a function all of it, a layer its x."""
    if isinstance(answer, type):

        def forward(self: Any, x: torch.Tensor) -> torch.Tensor:
            output = answer.forward(self, x.clone())
            with torch.no_grad():
                spoil(x)
            return output

        return type(answer.__name__, (answer,), {"forward": forward})

    @functools.wraps(answer, updated=())
    def answering(*given: Any) -> Any:
        value = answer(*given)
        for each in given:
            spoil(each)
        return value

    return answering


# Numbers and functions cannot be spoiled, and a switch changes its layer in place by its title.
UNSPOILED = ("find_channels", "core_rank", "largest_rank", "Switch")
HANDED = [each for each in COMMON if each.answer not in UNSPOILED]


@pytest.mark.parametrize("exercise", HANDED, ids=lambda each: each.name)
def test_a_right_answer_that_spoils_what_it_was_handed_loses_points(exercise: Any, solved) -> None:
    answer = spoiling(solved[set_of(exercise)][exercise.answer])
    outcomes = exercise.judge(exercise.probe(answer, exercise.cases(3)), 3)
    lost = [outcome.detail for outcome in outcomes if outcome.points < outcome.of]
    assert lost and all("changed" in text or "as it was" in text or "as they were" in text for text in lost)


def failing_at(answer: type, number: int) -> type:
    """A layer that stops at this call of its forward, counted over all layers."""
    calls = iter(range(10**6))

    def forward(self: Any, x: torch.Tensor) -> torch.Tensor:
        if next(calls) == number:
            raise RuntimeError("too late")
        return answer.forward(self, x)

    return type(answer.__name__, (answer,), {"forward": forward})


@pytest.mark.parametrize("number", range(14))
@pytest.mark.parametrize("name", ["set_1.scaled_conv", "set_5.small_core"])
def test_a_layer_that_fails_late_is_told_its_own_error(name: str, number: int, solved) -> None:
    exercise = EXERCISES[name]
    answer = failing_at(solved[set_of(exercise)][exercise.answer], number)
    outcomes = exercise.judge(exercise.probe(answer, exercise.cases(0)), 0)
    details = [outcome.detail for outcome in outcomes if outcome.detail]
    assert details and all("too late" in detail for detail in details)


SPARING = [each for each in COMMON if any("stay as they were" in p.text or "handed over" in p.text
                                          for p in each.properties)]  # fmt: skip


@pytest.mark.parametrize("exercise", SPARING, ids=lambda each: each.name)
def test_what_was_handed_over_is_compared_where_no_answer_runs(exercise: Any, solved, monkeypatch) -> None:
    answer = spoiling(solved[set_of(exercise)][exercise.answer])
    with monkeypatch.context() as patched:
        patched.setattr(torch, "equal", lambda *given: True)
        patched.setattr(torch.Tensor, "equal", lambda *given: True)
        record = exercise.probe(answer, exercise.cases(0))
    lost = [each.property for each in exercise.judge(record, 0) if not each.points]
    assert lost == [p.text for p in exercise.properties if "stay" in p.text or "handed over" in p.text]


def in_format(value: Any, dtype: torch.dtype, times: float) -> Any:
    """The same value, its tensors multiplied and in this format."""
    if isinstance(value, torch.Tensor) and value.is_floating_point():
        return (times * value.detach()).to(dtype)
    if isinstance(value, list | tuple):
        return type(value)(in_format(each, dtype, times) for each in value)
    if isinstance(value, dict):
        return {key: in_format(each, dtype, times) for key, each in value.items()}
    return value


def formatted(answer: Any, dtype: torch.dtype, times: float) -> Any:
    """An answer, or a layer's forward, whose tensors come in this format."""
    if not isinstance(answer, type):
        return functools.wraps(answer, updated=())(lambda *given: in_format(answer(*given), dtype, times))
    forward = getattr(answer, "forward", None)
    changed = {"forward": lambda self, x: in_format(forward(self, x), dtype, times)} if forward else {}
    return type(answer.__name__, (answer,), changed)


@pytest.mark.parametrize("dtype", [torch.float8_e5m2, torch.float8_e4m3fn, torch.bfloat16, torch.float16])
@pytest.mark.parametrize("times", [0, 1.1])
@pytest.mark.parametrize("exercise", COMMON, ids=lambda each: each.name)
def test_no_format_makes_a_wrong_number_right(exercise: Any, times: float, dtype: Any, solved) -> None:
    answer, earned = solved[set_of(exercise)][exercise.answer], []
    for format in (torch.float64, dtype):
        record = exercise.probe(formatted(answer, format, times), exercise.cases(0))
        earned.append([outcome.points for outcome in exercise.judge(record, 0)])
    assert all(coarse <= fine for fine, coarse in zip(*earned, strict=True))


class Anything(str):
    """A text that says it equals everything."""

    __hash__ = str.__hash__

    def __eq__(self, other: Any) -> bool:
        return True


@pytest.mark.parametrize("strange", [Anything(), type("Own", (float,), {})(1.0), numpy.str_("out"), 1j])
def test_what_may_pretend_is_known_by_its_kind_alone(strange: Any) -> None:
    assert calls.plain([strange]) == [{"kind": type(strange).__name__}]


@pytest.mark.parametrize("write", [calls.plain, plain_data.plain], ids=["sets", "lessons"])
def test_fractions_are_numbers_where_a_float_holds_them(write: Callable[[Any], Any]) -> None:
    assert [write(Fraction(1, 8)), write(Decimal("0.5"))] == [0.125, 0.5]
    assert "Fraction" in str(write(Fraction(10**400)))


def test_a_list_that_holds_itself_is_cut() -> None:
    endless_list: list = []
    endless_list.append(endless_list)
    assert "kind" in str(calls.plain(endless_list))


class Wordless(Exception):
    """An error that cannot be told."""

    def __str__(self) -> str:
        raise RuntimeError("no words")


def wordless(*_: Any, **__: Any) -> None:
    raise Wordless


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=lambda each: each.name)
@pytest.mark.parametrize("strange", [None, 7, "text", [], {}, lambda *given: given, type, print, wordless])
def test_strange_answers_get_nothing_and_stop_nothing(exercise: Any, strange: Any) -> None:
    outcomes = exercise.judge(exercise.probe(strange, exercise.cases(0)), 0)
    assert sum(each.points for each in outcomes) == 0 and all(each.message for each in outcomes)


def endless(*_: Any, **__: Any) -> None:
    while True:
        pass


def waiting(*_: Any, **__: Any) -> None:
    time.sleep(1000)


def printing(*_: Any, **__: Any) -> None:
    while True:
        print("on and on")


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=lambda each: each.name)
@pytest.mark.parametrize(
    ("answer", "advice"), [(endless, "loop stop"), (waiting, "loop stop"), (printing, "out of the loop")]
)
def test_an_answer_without_end_is_stopped_and_told(
    exercise: Any, answer: Any, advice: str, monkeypatch
) -> None:
    monkeypatch.setattr(limits, "SECONDS", 0.1)
    monkeypatch.setattr(calls, "HURRIED", 0.01)
    outcomes = exercise.judge(exercise.probe(answer, exercise.cases(0)), 0)
    assert sum(each.points for each in outcomes) == 0
    if not exercise.personal:
        assert any(advice in each.message for each in outcomes)


def test_an_answer_gets_copies_all_the_way_down() -> None:
    given = {"rows": [torch.ones(2)]}
    called(lambda one: one["rows"][0].zero_(), given)
    called(lambda one: one["rows"].clear(), given)
    assert torch.equal(given["rows"][0], torch.ones(2))


@pytest.mark.parametrize("name", assignments.SETS)
def test_points_of_metadata_cards_and_properties_agree(name: str) -> None:
    number = name.removeprefix("ps")
    module = importlib.import_module(f"ia3_teach.check.set_{number}")
    of = {each.answer: sum(part.points for part in each.properties) for each in module.EXERCISES}
    assert sorted(of.values()) == sorted(possible(name).values())


@pytest.mark.parametrize("name", [*assignments.SETS, *assignments.BY_HAND])
def test_the_title_says_the_sum_of_the_points(name: str) -> None:
    cells = assignments.read(name).cells
    total = sum(cell.metadata.get("nbgrader", {}).get("points", 0) for cell in cells)
    assert f"**Points.** {total:g};" in cells[0].source
    cards = [int(number) for cell in cells for number in re.findall(r"\*\*Points\*\* (\d+)", cell.source)]
    assert sum(cards) == total


@pytest.mark.parametrize("name", [*assignments.SETS, *assignments.BY_HAND])
def test_a_release_holds_no_solution_and_every_check(name: str) -> None:
    released = release(f"{name}.ipynb", assignments.read(name))
    text = "\n".join(cell.source for cell in released.cells)
    assert "SOLUTION" not in text and "HIDDEN" not in text and "For the reader" not in text
    locked = [cell for cell in released.cells if cell.metadata.get("nbgrader", {}).get("locked")]
    assert [cell.metadata["nbgrader"]["grade_id"] for cell in locked] == list(possible(name))


@pytest.mark.parametrize("name", [*assignments.SETS, *assignments.BY_HAND])
def test_the_minutes_of_the_exercises_are_those_of_the_title(name: str) -> None:
    cells = assignments.read(name).cells
    minutes = [int(number) for cell in cells for number in re.findall(r"\*\*Minutes\*\* (\d+)", cell.source)]
    assert f"About {sum(minutes)} minutes" in cells[0].source


@pytest.mark.slow
def test_the_sample_answers_of_the_set_read_by_a_person_run() -> None:
    _, names = assignments.run_all("ps4")
    assert "stopped" not in names and len(names["found"]) == 7


@pytest.mark.parametrize("path", sorted(CHECKS.glob("*_probe.py")), ids=lambda path: path.stem)
def test_a_probe_knows_no_verdict(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "verdict" not in text and "judging" not in text and "graded" not in text


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=lambda each: each.name)
@pytest.mark.parametrize("forged", [None, [], {}, [{}] * 9, {"right": 1, "mixed": [7], "easy": [[]]}, "text"])
def test_a_forged_record_earns_nothing_and_stops_nobody(exercise: Any, forged: Any) -> None:
    outcomes = exercise.judge(Record({"tree": forged}), 0)
    assert sum(each.points for each in outcomes) == 0 and all(each.message for each in outcomes)
