"""The rooms of the house: imports run downwards, names say what is where, the way to the product is short."""

import ast
import sys
from collections.abc import Callable
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
import torch

import ia3_teach
import ia3_teach.course.lesson
import ia3_teach.views
from ia3_teach import IA3, attach, load_model

PACKAGE = Path(ia3_teach.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))
# Of the course, from the top down: a room imports only from rooms that come after it.
COURSE = ("classroom", "pages", "making", "builds", "recall", "progress")
COURSE += ("lab", "lesson", "sets", "world", "shipped")
# And of the whole: the site shows all of it, grading stands on the checks, pictures and checks on the course,
# that on the library.
ABOVE = ("__main__", "website", "grading", "check", "views", "course")


def name_of(path: Path) -> str:
    """ia3_teach/course/lesson/costs.py -> course.lesson.costs; a package by its own name."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


NAMES = {name_of(path) for path in FILES}


@cache
def imports(path: Path) -> frozenset[str]:
    """The modules of the package that a file imports, also inside functions."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            deeper = {f"{node.module}.{alias.name}" for alias in node.names}
            inner = {name for name in deeper if name.removeprefix("ia3_teach.") in NAMES}
            found |= inner or {node.module}
    return frozenset(name.removeprefix("ia3_teach.") for name in found if name.startswith("ia3_teach."))


def room_of(name: str) -> str:
    """The first folder below the package, or the file itself where it stands on top."""
    return name.split(".")[0]


def refuse_circles(graph: dict[str, set[str]]) -> None:
    try:
        tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(f"these import each other in a circle: {' -> '.join(error.args[1])}")


def test_no_file_imports_in_a_circle() -> None:
    files = [path for path in FILES if path.name != "__init__.py"]
    refuse_circles({name_of(path): set(imports(path)) - {name_of(path)} for path in files})


def test_no_room_imports_upwards() -> None:
    graph: dict[str, set[str]] = {}
    for path in FILES:
        if path.name != "__init__.py":
            own = room_of(name_of(path))
            used = {room_of(name) for name in imports(path)} - {own, "ia3_teach"}
            graph.setdefault(own, set()).update(used)
    refuse_circles(graph)
    for below, room in enumerate(ABOVE):
        assert not graph[room] & set(ABOVE[:below]), f"{room} imports from a room above it"
    for room in set(graph) - set(ABOVE):
        assert not graph[room] & set(ABOVE), f"the library's {room} imports from {graph[room] & set(ABOVE)}"


@pytest.mark.parametrize("room", COURSE)
def test_no_room_of_the_course_imports_upwards(room) -> None:
    above = {f"course.{name}" for name in COURSE[: COURSE.index(room)]}
    for path in (PACKAGE / "course" / room).rglob("*.py"):
        wrong = {name for name in imports(path) if ".".join(name.split(".")[:2]) in above}
        assert not wrong, f"{name_of(path)} imports {sorted(wrong)} from above"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_no_module_bears_the_name_of_what_it_hands_out(path) -> None:
    defined = {
        node.name
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    }
    assert path.stem not in defined


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_tensor_has_one_name_in_annotations(path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    annotations = [getattr(node, name, None) for node in ast.walk(tree) for name in ("annotation", "returns")]
    assert not [found for found in annotations if found and "torch.Tensor" in ast.unparse(found)]


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("__init__.py")), ids=name_of)
def test_every_folder_says_in_a_line_what_belongs_there(path) -> None:
    said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    assert 20 < len(said.split("\n")[0]) <= 110


@pytest.mark.parametrize("package", [ia3_teach, ia3_teach.views, ia3_teach.course.lesson])
def test_editors_see_the_names_that_a_package_hands_out(package) -> None:
    body = ast.parse(Path(package.__file__).read_text(encoding="utf-8")).body
    (block,) = [node for node in body if isinstance(node, ast.If)]
    seen = {alias.name: node.module for node in block.body for alias in node.names}
    assert sorted(seen) == package.__all__
    for name, module in seen.items():
        assert getattr(package, name) is getattr(sys.modules[module], name)
        submodule = Path(package.__file__).parent / f"{name}.py"
        assert not submodule.exists(), f"{name} is a module and a name that its package hands out"


def entered(action: Callable[[], object]) -> tuple[dict[str, set[str]], int]:
    """{file of the package: functions entered} and how deep the calls lie inside one another."""
    found: dict[str, set[str]] = {}
    deepest = 0

    def note(frame, event, _) -> None:
        nonlocal deepest
        if event == "call" and str(PACKAGE) in frame.f_code.co_filename:
            found.setdefault(frame.f_code.co_filename, set()).add(frame.f_code.co_name)
            depth, outer = 0, frame
            while outer is not None:
                depth += str(PACKAGE) in outer.f_code.co_filename
                outer = outer.f_back
            deepest = max(deepest, depth)

    sys.setprofile(note)
    try:
        action()
    finally:
        sys.setprofile(None)
    return found, deepest


def test_attach_enters_nine_files_at_most() -> None:
    model, _ = load_model("tiny-bert")
    found, _ = entered(lambda: attach(model, IA3()))
    assert len(found) <= 9, sorted(found)


@pytest.mark.parametrize("name", ["tiny-bert", "tiny-bloom"])
def test_a_forward_pass_meets_the_product_in_two_files_and_three_frames(name) -> None:
    model, tokenizer = load_model(name)
    attach(model, IA3())
    ids = tokenizer("The soup was cold.", return_tensors="pt")["input_ids"]
    with torch.no_grad():
        found, depth = entered(lambda: model.eval()(input_ids=ids))
    assert len(found) == 2 and depth <= 3, (found, depth)
