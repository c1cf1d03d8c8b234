"""What a learner reads when an answer is missing, wrong, or breaks."""

import ast
import contextlib
import signal
import sys
import time
from pathlib import Path
from typing import Any

import nbformat
import pytest
import torch
from notebook_files import lesson

import ia3_teach.check
from ia3_teach.check import EXERCISES
from ia3_teach.check.comparing import different
from ia3_teach.check.core import expect_shape
from ia3_teach.check.failure import CheckFailed, describe
from ia3_teach.check.judging import untouched, values
from ia3_teach.check.mutants import assert_rejects
from ia3_teach.check.probing import limits
from ia3_teach.check.probing.calls import call_each, case
from ia3_teach.check.shape import Exercise, Property
from ia3_teach.course.lab.kernel import client
from ia3_teach.course.lab.offline_kernel import environment

CHECK = Path(ia3_teach.check.__file__).parent
PROBES = sorted((CHECK / "probing").rglob("*.py"))
# What a probe may import: no check but its own room, how errors are worded, and what a set hands out.
BESIDE_ANSWERS = ("ia3_teach.check.probing", "ia3_teach.wording", "ia3_teach.course.sets")


DOUBLES = values(
    "f(x) is twice x", ("x",), lambda x: 2 * x, "f(x)", "look at the factor",
    {"x was squared, not doubled": lambda x: x**2, "another shape": lambda x: torch.ones(3),
     "a root was taken": lambda x: (1.5 - x).sqrt()},
)  # fmt: skip


def exercise(*properties: Property) -> Exercise:
    """An exercise of one case."""
    return Exercise("test.f", "f", lambda seed: {"x": case(torch.tensor([1.0, 2.0]))}, call_each, properties)


def message(answer: Any) -> str:
    with pytest.raises(AssertionError) as caught:
        exercise(DOUBLES).run(answer)
    assert isinstance(caught.value, CheckFailed)
    return str(caught.value)


def test_success_is_one_honest_line(capsys: pytest.CaptureFixture) -> None:
    assert exercise(DOUBLES, DOUBLES).run(lambda x: 2 * x) is None
    assert capsys.readouterr().out == "check passed: 2 of 2 properties\n"


def test_failure_has_three_parts() -> None:
    expected, found, likely = message(lambda x: 3 * x).split("\n")
    assert expected == "expected: f(x) (x) = tensor of shape (2,): 2, 4"
    assert found == "found:    tensor of shape (2,): 3, 6 (largest difference 2 at [1])"
    assert likely == "likely:   look at the factor"


def test_known_wrong_value_names_its_own_mistake() -> None:
    assert "x was squared, not doubled" in message(lambda x: x**2)


def test_a_known_mistake_that_gives_nan_is_named_and_only_where_it_gives_one() -> None:
    text = message(lambda x: (1.5 - x).sqrt())
    assert "likely:   a root was taken" in text and "(NaN at [1])" in text
    assert "a root was taken" not in message(lambda x: x * torch.nan)


def not_written(x: Any) -> Any:
    raise NotImplementedError()


def test_stub_is_not_written_yet() -> None:
    assert "not written yet" in message(not_written)


def broken(x: Any) -> Any:
    return x @ torch.ones(3, 3)


def test_own_error_comes_with_its_line() -> None:
    text = message(broken)
    assert "expected: your code to run to its end (x)" in text
    assert "your code stopped with RuntimeError: " in text
    assert "`return x @ torch.ones(3, 3)`" in text


def test_a_line_that_cannot_be_looked_up_is_named_by_its_number_alone() -> None:
    names: dict[str, Any] = {}
    exec("def f(x):\n    return x @ x @ x", names)
    assert " (line 2)\n" in message(names["f"])


def test_what_a_check_cannot_use_is_not_said_to_have_stopped() -> None:
    text = message(lambda: 1)
    assert "expected: something that this check can use (x)" in text and "keep the arguments" in text


def changes(x: list[float], y: Any) -> None:
    x[-1] = 0.0
    y[-1] = 0.0


def test_only_a_tensor_is_to_be_made_a_new_tensor_and_the_change_is_shown() -> None:
    hint = "{} was changed in place: make a new tensor"
    both = untouched(("x",), {0: "x"}, hint), untouched(("x",), {1: "y"}, hint)
    cases = {"x": case([1.5] * 30, torch.ones(9))}
    one = Exercise("test.f", "f", lambda seed: cases, call_each, both)
    of_list, of_tensor = one.judge(call_each(changes, cases), 0)
    assert of_list.message.endswith("make a new one") and of_tensor.message.endswith("make a new tensor")
    assert "1.5, 0.0]" in of_list.detail and "largest difference 1 at [8]" in of_tensor.detail


def adds_up(seen: Any) -> None:
    seen["x"].sum() + 1


@pytest.mark.parametrize("wrong", [[2.0, 4.0], None, "a text", (1, 2), {"a": 1}])
def test_a_check_that_cannot_use_what_came_back_blames_itself_not_the_code(wrong: Any) -> None:
    with pytest.raises(CheckFailed) as caught:
        exercise(Property("f(x) can be added up", adds_up)).run(lambda x: wrong)
    text = str(caught.value)
    assert "your code ran, but this check could not use what came back (AttributeError" in text
    assert "your code stopped" not in text and "look at what your code returns" in text


def stops_in_a_library(x: Any) -> Any:
    import json

    return json.loads("{")


def test_an_error_inside_a_library_that_the_code_called_is_the_codes(tmp_path: Path) -> None:
    text = message(stops_in_a_library)
    assert "your code stopped with JSONDecodeError" in text and '`return json.loads("{")`' in text


def test_a_stub_behind_a_cell_with_a_syntax_error_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "last_value", SyntaxError("invalid syntax"), raising=False)
    assert "ended in SyntaxError and changed nothing" in message(not_written)
    monkeypatch.setattr(sys, "last_value", ValueError("another"), raising=False)
    assert "write the exercise's cell" in message(not_written)


def test_an_unwritten_exercise_is_grey_in_a_notebook_and_still_an_error_to_graders(tmp_path: Path) -> None:
    source = (
        "from ia3_teach.check import lesson_00\n"
        "def stub(l, strength):\n    raise NotImplementedError()\n"
        "lesson_00.turned(stub)"
    )
    path = lesson(tmp_path, "00_stub", source, "print('the next cell')")
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[1].metadata["tags"] = ["raises-exception"]
    replies: list[str] = []

    def keep(cell: Any, cell_index: int, execute_reply: Any) -> None:
        replies.append(execute_reply["content"]["status"])

    client(notebook, tmp_path, 60, on_cell_executed=keep).execute(env=environment())
    (grey,) = notebook.cells[1].outputs
    assert grey.output_type == "display_data" and "not written yet" in grey.data["text/plain"]
    assert replies == ["error", "ok"]


@pytest.mark.parametrize(
    ("answer", "fragment"),
    [
        (lambda x: None, "is `return` missing"),
        (lambda x: [2.0, 4.0], "not a list"),
        (lambda x: torch.ones(2, 2), "tensor of shape (2, 2)"),
        (lambda x: x * torch.nan, "without NaN"),
        (lambda x: x / 0, "inf"),
        (3, "uncalled"),
    ],
)
def test_wrong_kinds_of_answer(answer: Any, fragment: str) -> None:
    assert fragment in message(answer)


@pytest.mark.parametrize("kind", [torch.int64, torch.float64, torch.bfloat16])
def test_any_dtype_is_compared(kind: torch.dtype) -> None:
    """A learner may return indices or doubles; the check itself must not break on them."""
    exercise(DOUBLES).run(lambda x: (2 * x).to(kind))
    assert "largest difference" in message(lambda x: x.to(kind))


def test_empty_and_scalar_tensors() -> None:
    assert "at []" in str(different(torch.tensor(1.0), torch.tensor(2.0), "x", ""))
    with pytest.raises(CheckFailed, match="of shape"):
        expect_shape(torch.ones(0), (1,), "x", "")


def test_random_state_and_gradient_mode_are_left_alone() -> None:
    torch.manual_seed(3)
    wanted = torch.rand(1)
    torch.manual_seed(3)
    with torch.no_grad():
        exercise(DOUBLES).run(lambda x: 2 * x + 0 * torch.rand(1))
        assert not torch.is_grad_enabled()
    assert torch.rand(1) == wanted


def test_notebook_shows_the_message_not_the_checker() -> None:
    lines = CheckFailed("6", "3", "a head is missing")._render_traceback_()
    assert lines[0] == "Check failed" and lines[-1].endswith("a head is missing")


def test_describe_is_short() -> None:
    assert len(describe(list(range(100)))) == 80
    assert describe(torch.zeros(9)).endswith("0, 0, ...")


def test_mutant_that_passes_is_reported() -> None:
    def check(answer: Any) -> None:
        exercise(DOUBLES).run(answer)

    right = {"a": (lambda x: 2 * x, "")}
    wrong = {name: (lambda x: x, "factor") for name in "bc"}
    with pytest.raises(AssertionError, match="'a' passed"):
        assert_rejects(check, lambda x: 2 * x, right | wrong)
    with pytest.raises(AssertionError, match="is said to"):
        assert_rejects(check, lambda x: 2 * x, wrong | {"d": (lambda x: x**2, "squared")})
    with pytest.raises(AssertionError, match="three is the least"):
        assert_rejects(check, lambda x: 2 * x, wrong)


def imports(path: Path) -> set[str]:
    """Every module that a file names in an import, also inside functions."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: write the full name, so that it can be audited"
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return {name for name in names if name.split(".")[0] == "ia3_teach"}


@pytest.mark.parametrize("path", sorted(CHECK.glob("*.py")), ids=lambda path: path.stem)
def test_checkers_never_import_what_they_judge(path: Path) -> None:
    pictures = ("ia3_teach.views.style", "ia3_teach.views.triptych")
    allowed = ("ia3_teach.check", "ia3_teach.wording", "ia3_teach.course.progress.keeping", *pictures)
    assert {name for name in imports(path) if not name.startswith(allowed)} == set()


def test_that_audit_sees_forbidden_imports(tmp_path: Path) -> None:
    file = tmp_path / "lesson.py"
    file.write_text("def f():\n    from ia3_teach import attach\n    import ia3_teach.lora\n")
    assert imports(file) == {"ia3_teach", "ia3_teach.attach", "ia3_teach.lora"}


def test_a_single_number_is_told_and_not_drawn() -> None:
    assert different(torch.tensor(1.0), torch.tensor(2.0), "loss", "m").picture is None
    assert different(torch.ones(2), torch.zeros(2), "l", "m").picture is not None


class Equal:
    """Equal to everything, and callable."""

    def __eq__(self, other: object) -> bool:
        return True

    def __getattr__(self, name: str) -> "Equal":
        return self

    def __call__(self, *arguments: Any, **named: Any) -> "Equal":
        return self

    __hash__ = object.__hash__


class Tricky(torch.Tensor):
    """A tensor that answers every question with the numbers that it was told."""

    @classmethod
    def __torch_function__(cls, function: Any, types: Any, arguments: Any = (), named: Any = None) -> Any:
        return torch.tensor(True)


class Int(int):
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = int.__hash__


@pytest.mark.parametrize("hostile", [Equal(), Int(3), [Equal()], torch.ones(2).as_subclass(Tricky)])
@pytest.mark.parametrize("name", sorted(EXERCISES))
def test_an_object_that_is_equal_to_everything_earns_no_value(name: str, hostile: Any) -> None:
    one = EXERCISES[name]
    outcomes = one.judge(one.probe(lambda *arguments, **named: hostile, one.cases(7)), 7)
    assert outcomes[0].points == 0 or sum(outcome.points for outcome in outcomes) < len(outcomes)


@pytest.mark.parametrize(
    ("leave", "fragment"),
    [
        (lambda: sys.exit(), "left Python"),
        (lambda: (_ for _ in ()).throw(KeyboardInterrupt()), "was interrupted"),
        (lambda: recursive(), "called itself again and again"),
        (lambda: endless(), "does not come to its end"),
        (lambda: shouting(), "far more output"),
    ],
)
def test_an_answer_that_does_not_come_to_its_end_is_told_how(
    leave: Any, fragment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "SECONDS", 0.5)
    assert fragment in message(lambda x: leave())


def test_a_limit_around_another_goes_on_when_that_one_is_over() -> None:
    with pytest.raises(limits.TookTooLong), limits.limited(seconds=0.1):
        with limits.limited(seconds=5):
            pass
        endless()


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="counts seconds as POSIX does")
def test_no_alarm_is_left_whenever_it_rings() -> None:
    """Both alarms at any moment, also on the way out, where an error would leave them on."""
    for step in range(60):
        with contextlib.suppress(limits.TookTooLong), limits.limited(seconds=1e-4 * (1 + step)):
            time.sleep(0)
            sum(range(40_000))
        assert signal.getitimer(signal.ITIMER_PROF)[0] == signal.getitimer(signal.ITIMER_REAL)[0] == 0


def recursive() -> int:
    return recursive() + 1


def endless() -> None:
    while True:
        try:
            while True:
                pass
        except Exception:  # an answer that goes on whatever comes
            continue


def shouting() -> None:
    while True:
        print("x" * 1000)


@pytest.mark.parametrize("name", sorted(EXERCISES))
def test_cases_depend_on_the_seed_and_on_nothing_else(name: str) -> None:
    one = EXERCISES[name]
    torch.manual_seed(1)
    first = repr(one.cases(5))
    torch.manual_seed(2)
    assert repr(one.cases(5)) == first != repr(one.cases(6))


@pytest.mark.parametrize("path", PROBES, ids=lambda path: str(path.relative_to(CHECK / "probing")))
def test_a_probe_imports_no_verdict(path: Path) -> None:
    for name in imports(path):
        assert any(f"{name}.".startswith(f"{room}.") for room in BESIDE_ANSWERS), name


def test_every_probe_stands_where_no_verdict_is() -> None:
    for name, one in EXERCISES.items():
        assert one.probe.__module__.startswith("ia3_teach.check.probing."), name
