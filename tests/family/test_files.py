"""The family's files: one short file a method, found without being named, imported only when it is used."""

import ast
import doctest
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from ia3_teach import family
from ia3_teach.family.method import Method

FOLDER = Path(family.__file__).parent
MODULES = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__")
MOST = 80  # lines of a method's file without its docstrings


def documented(tree: ast.AST) -> list[ast.AST]:
    kinds = ast.Module | ast.ClassDef | ast.FunctionDef
    return [node for node in ast.walk(tree) if isinstance(node, kinds) and ast.get_docstring(node)]


def lines_of(path: Path) -> int:
    """The lines that are left without docstrings."""
    text = path.read_text(encoding="utf-8")
    said = [node.body[0] for node in documented(ast.parse(text))]
    return len(text.splitlines()) - sum(each.end_lineno - each.lineno + 1 for each in said)


@pytest.mark.parametrize("name", family.names())
def test_a_method_is_a_recipe_in_a_short_file_with_a_doctest_for_its_settings(name: str) -> None:
    method = getattr(family, name)
    assert issubclass(method, Method) and method.__doc__
    path = FOLDER / f"{family.files()[name]}.py"
    assert lines_of(path) <= MOST
    text = sys.modules[method.__module__].__doc__
    assert all(word in text for word in ("Source: ", "Shapes: ", "Count: ", "Start: "))


@pytest.mark.parametrize("name", MODULES)
def test_the_doctests_hold(name: str) -> None:
    found = doctest.testmod(importlib.import_module(f"ia3_teach.family.{name}"))
    assert found.failed == 0 and (found.attempted or name in SHARED)


# What several methods stand on, and is tried with them.
SHARED = {"lengthening", "fusing", "method", "pairs", "prepend", "roles"}


def test_the_facts_of_all_methods_begin_with_ia3_and_lora() -> None:
    found = family.facts()
    assert list(found)[:2] == ["IA3", "LoRA"] and set(found) == {"IA3", "LoRA", *family.names()}
    assert found["PrefixTuning"]["form"] == "prepend" and not found["PrefixTuning"]["merges"]
    assert {"IA3", "SSF"} <= {name for name, fact in found.items() if fact["form"] == "scale"}
    assert doctest.testmod(family).failed == 0


def test_another_name_is_no_method() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'method_of_tomorrow'"):
        _ = family.method_of_tomorrow
    assert not {"Method", "Adapter", "LowRank", "Sparse"} & set(family.names())


def test_the_core_does_not_import_the_family() -> None:
    code = """
import sys
import ia3_teach.files, ia3_teach.merging, ia3_teach.counting, ia3_teach.contexts, ia3_teach.training.loop
assert not [name for name in sys.modules if name.startswith("ia3_teach.family")]
"""
    subprocess.run([sys.executable, "-c", code], check=True)
