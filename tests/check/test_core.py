"""What a learner reads when an answer is missing, wrong, or breaks."""

import ast
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
import torch
from notebook_files import lesson

import ia3_teach.check
from ia3_teach.check.core import expect_close, expect_raises, expect_shape, run_properties
from ia3_teach.check.failure import CheckFailed, describe
from ia3_teach.check.mutants import assert_rejects
from ia3_teach.course.lab.kernel import client
from ia3_teach.course.lab.offline_kernel import environment

CHECK = Path(ia3_teach.check.__file__).parent


def doubles(answer: Any) -> None:
    """f(x) is twice x"""
    x = torch.tensor([1.0, 2.0])
    expect_close(
        answer(x), torch.tensor([2.0, 4.0]), "f(x)", "look at the factor",
        known={"x was squared, not doubled": x**2, "another shape": torch.ones(3)},
    )  # fmt: skip


def message(answer: Any) -> str:
    with pytest.raises(AssertionError) as caught:
        run_properties(answer, [doubles])
    assert isinstance(caught.value, CheckFailed)
    return str(caught.value)


def test_success_is_one_honest_line(capsys: pytest.CaptureFixture) -> None:
    assert run_properties(lambda x: 2 * x, [doubles, doubles]) is None
    assert capsys.readouterr().out == "public checks passed: 2 of 2 properties\n"


def test_failure_has_three_parts() -> None:
    expected, found, likely = message(lambda x: 3 * x).split("\n")
    assert expected == "expected: f(x) = tensor of shape (2,): 2, 4"
    assert found == "found:    tensor of shape (2,): 3, 6 (largest difference 2 at [1])"
    assert likely == "likely:   look at the factor"


def test_known_wrong_value_names_its_own_mistake() -> None:
    assert "x was squared, not doubled" in message(lambda x: x**2)


def not_written(x: Any) -> Any:
    raise NotImplementedError()


def test_stub_is_not_written_yet() -> None:
    assert "not written yet" in message(not_written)


def broken(x: Any) -> Any:
    return x @ torch.ones(3, 3)


def test_own_error_comes_with_its_line() -> None:
    text = message(broken)
    assert "expected: f(x) is twice x" in text
    assert "your code stopped with RuntimeError: " in text
    assert "`return x @ torch.ones(3, 3)`" in text


def property_of_a_check() -> Any:
    """A property that stands in a file of the checks, as all but those of these tests do."""
    source = "def adds_up(answer):\n    'f(x) can be added up'\n    answer(2).sum() + 1"
    names: dict[str, Any] = {}
    exec(compile(source, str(CHECK / "made_up.py"), "exec"), names)
    return names["adds_up"]


@pytest.mark.parametrize("wrong", [[2.0, 4.0], None, "a text", (1, 2), {"a": 1}])
def test_a_check_that_cannot_use_what_came_back_blames_itself_not_the_code(wrong: Any) -> None:
    with pytest.raises(CheckFailed) as caught:
        run_properties(lambda x: wrong, [property_of_a_check()])
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
        "from ia3_teach.check.core import run_properties\n"
        "def stub(x):\n    raise NotImplementedError()\n"
        "run_properties(stub, [lambda answer: answer(1)])"
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
        (lambda x: [2.0, 4.0], "[2.0, 4.0]"),
        (lambda x: torch.ones(2, 2), "tensor of shape (2, 2)"),
        (lambda x: x * torch.nan, "without NaN"),
        (lambda x: x / 0, "inf"),
        (3, "uncalled"),
    ],
)
def test_wrong_kinds_of_answer(answer: Any, fragment: str) -> None:
    assert fragment in message(answer)


@pytest.mark.parametrize("kind", [torch.int64, torch.float64, torch.bool])
def test_any_dtype_is_compared(kind: torch.dtype) -> None:
    """A learner may return indices or doubles; the check itself must not break on them."""
    expect_close(torch.ones(2, dtype=kind), torch.ones(2), "x", "")
    with pytest.raises(CheckFailed, match="largest difference"):
        expect_close(torch.ones(2, dtype=kind), torch.zeros(2), "x", "")


def test_empty_and_scalar_tensors() -> None:
    expect_close(torch.ones(0), torch.ones(0), "x", "")
    with pytest.raises(CheckFailed, match=r"at \[\]"):
        expect_close(torch.tensor(1.0), torch.tensor(2.0), "x", "")
    with pytest.raises(CheckFailed, match="of shape"):
        expect_shape(torch.ones(0), (1,), "x", "")


def test_expect_raises_tells_what_came_instead() -> None:
    expect_raises(ValueError, lambda: int("x"), "int('x')", "")
    with pytest.raises(CheckFailed, match="raises ValueError"):
        expect_raises(ValueError, lambda: 3, "int('x')", "")


def test_random_state_and_gradient_mode_are_left_alone() -> None:
    torch.manual_seed(3)
    wanted = torch.rand(1)
    torch.manual_seed(3)
    with torch.no_grad():
        run_properties(lambda x: 2 * x, [lambda answer: torch.rand(5)])
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
        run_properties(answer, [doubles])

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
    allowed = ("ia3_teach.check", "ia3_teach.views.style")
    assert {name for name in imports(path) if not name.startswith(allowed)} == set()


def test_that_audit_sees_forbidden_imports(tmp_path: Path) -> None:
    file = tmp_path / "lesson.py"
    file.write_text("def f():\n    from ia3_teach import attach\n    import ia3_teach.lora\n")
    assert imports(file) == {"ia3_teach", "ia3_teach.attach", "ia3_teach.lora"}


def test_a_single_number_is_told_and_not_drawn() -> None:
    with pytest.raises(CheckFailed) as caught:
        expect_close(torch.tensor(1.0), torch.tensor(2.0), what="loss", mistake="m")
    assert caught.value.picture is None
    with pytest.raises(CheckFailed) as caught:
        expect_close(torch.ones(2), torch.zeros(2), what="l", mistake="m")
    assert caught.value.picture is not None
