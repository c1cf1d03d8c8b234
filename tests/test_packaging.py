"""pyproject.toml, constraints.txt, environment.yml, Makefile and CI say the same thing."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import ia3_teach

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]
PINS = [
    Requirement(line)
    for line in (ROOT / "constraints.txt").read_text().splitlines()
    if not line.startswith("#")
]
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text())


def requirements() -> list[str]:
    """Every requirement of the project, its extras included."""
    return [*PROJECT["dependencies"], *(r for group in EXTRAS.values() for r in group)]


@pytest.mark.parametrize("text", requirements())
def test_every_requirement_is_pinned_within_its_bounds(text):
    wanted = Requirement(text)
    pins = [p for p in PINS if canonicalize_name(p.name) == canonicalize_name(wanted.name)]
    assert pins, f"{wanted.name} has no pin in constraints.txt"
    for pin in pins:
        (exact,) = pin.specifier
        assert exact.operator == "==" and wanted.specifier.contains(exact.version), (text, pin)


def test_pins_are_exact_and_name_no_place():
    text = (ROOT / "constraints.txt").read_text()
    assert all([s.operator for s in pin.specifier] == ["=="] for pin in PINS)
    assert not [pin for pin in PINS if pin.url or "+" in str(pin.specifier)]
    assert "://" not in text and "@" not in text and "--" not in text


def test_pins_are_what_runs_here():
    """In an environment made from the pins, every installed package has its pinned version."""
    from importlib.metadata import PackageNotFoundError, version

    differing = {}
    for pin in PINS:
        if pin.marker and not pin.marker.evaluate():
            continue
        try:
            found = version(pin.name).split("+")[0]
        except PackageNotFoundError:
            continue
        if not pin.specifier.contains(found):
            differing[pin.name] = found
    assert not differing, "run make test, or python setup_env.py test"


def test_environment_has_the_shape_conda_reads():
    assert set(ENVIRONMENT) == {"name", "channels", "dependencies"}
    specs = [d for d in ENVIRONMENT["dependencies"] if isinstance(d, str)]
    assert "pip" in specs, "a pip block needs pip itself"
    assert all(re.fullmatch(r"[a-z0-9_-]+((>=|<|=)[0-9.]+)?", spec) for spec in specs)


def test_environment_installs_this_project_with_its_pins():
    specs = [d for d in ENVIRONMENT["dependencies"] if isinstance(d, str)]
    (pip,) = (d["pip"] for d in ENVIRONMENT["dependencies"] if isinstance(d, dict))
    assert "python" + PROJECT["requires-python"] in specs
    assert pip[0] == "-c constraints.txt"
    (project,) = re.findall(r"^-e \.(?:\[([\w,]+)\])?$", pip[1], re.M)
    assert set(filter(None, project.split(","))) <= set(EXTRAS)


def test_make_and_ci_use_the_same_set_up():
    makefile, setup = (ROOT / "Makefile").read_text(), (ROOT / "setup_env.py").read_text()
    assert "setup_env.py" in makefile and '"constraints.txt"' in setup
    assert "pip install" not in makefile
    ci = [line for line in (ROOT / ".ci" / "run").read_text().splitlines() if line]
    assert ci[-2:] == ["make test", "make test-real"]
    assert re.search(r"^test: setup-test", makefile, re.M)
    assert re.search(r"^test-real: setup-test", makefile, re.M)
    assert "make test" in (ROOT / "README.md").read_text()


def test_the_version_is_said_once_more_only():
    assert PROJECT["version"] == ia3_teach.__version__


@pytest.mark.parametrize("verb", ia3_teach.__all__)
def test_every_verb_is_the_thing_and_not_its_module(verb):
    assert callable(getattr(ia3_teach, verb))


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'attatch'"):
        _ = ia3_teach.attatch


def test_importing_the_package_loads_nothing_heavy():
    code = (
        "import sys, ia3_teach\n"
        "heavy = {'torch', 'transformers', 'datasets', 'matplotlib', 'ipywidgets', 'numpy'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_importing_the_core_leaves_transformers_and_pictures_alone():
    code = (
        "import sys\n"
        "from ia3_teach import IA3, LoRA, attach, merge, count, save_adapter, fit, vectors\n"
        "heavy = {'transformers', 'datasets', 'matplotlib', 'ipywidgets'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_reading_a_notebook_builds_no_grammar_first():
    """It would cost each server, each command of nbgrader and each lesson that runs a second."""
    code = "import sys, nbformat; assert 'lark' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_code_and_notebooks_pass_ruff():
    done = subprocess.run([sys.executable, "-m", "ruff", "check", "."], cwd=ROOT,
                          capture_output=True, text=True)  # fmt: skip
    assert done.returncode == 0, done.stdout
