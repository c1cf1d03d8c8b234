"""setup_env.py: refuses what cannot work, takes up what was interrupted, is instant when done."""

import ast
import builtins
import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parents[1]
DONE = SimpleNamespace(returncode=0)
subprocess_run = subprocess.run


@pytest.fixture
def setup(monkeypatch, tmp_path):
    """The set-up as a module whose commands are noted and not run; .venv goes to tmp_path."""
    spec = importlib.util.spec_from_file_location("setup_env", ROOT / "setup_env.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.calls, module.failing = [], ""

    def note(command, **_):
        if not Path(command[0]).exists():
            raise FileNotFoundError(command[0])
        module.calls.append(command)
        if "venv" in command:
            (tmp_path / "venv" / "bin").mkdir(parents=True, exist_ok=True)
            (tmp_path / "venv" / "bin" / "python").touch()
            (tmp_path / "venv" / "pyvenv.cfg").write_text("prompt = 'ia3_teach'\n")
        return SimpleNamespace(returncode=int(bool(module.failing) and module.failing in " ".join(command)))

    monkeypatch.setattr(module.subprocess, "run", note)
    monkeypatch.setattr(module.os, "name", "posix")
    module.call = lambda *words: call(module, monkeypatch, tmp_path / "venv", words)
    return module


def call(module, monkeypatch, venv, words):
    """Run its main() and return the commands of this call."""
    module.calls.clear()
    monkeypatch.setattr(sys, "argv", ["setup_env.py", "--venv", str(venv), *words])
    module.main()
    return [" ".join(command) for command in module.calls if "compileall" not in command]


def test_an_old_python_is_refused_with_what_to_do(setup, monkeypatch):
    monkeypatch.setattr(setup, "OLDEST", (4, 0))
    with pytest.raises(SystemExit, match="needs Python 3.11 or newer; this is 3.*PYTHON="):
        setup.call()
    assert setup.calls == []


@pytest.mark.parametrize("version", [(3, 6, 15), (3, 8, 18), (3, 10, 13)])
def test_a_python_too_old_for_what_is_in_the_file_can_still_read_that(version, monkeypatch):
    tree = ast.parse((ROOT / "setup_env.py").read_text(), feature_version=(3, 6))
    monkeypatch.setattr(sys, "version_info", version)
    monkeypatch.setattr(sys, "version", "3.x here")
    with pytest.raises(SystemExit, match="needs Python 3.11 or newer; this is 3.x"):
        exec(compile(tree, "setup_env.py", "exec"), {"__name__": "setup_env", "__file__": "setup_env.py"})
    defined = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert not defined[0].args.args and defined[0].returns is None  # the one before the question


def test_a_python_without_venv_names_the_package(setup, monkeypatch):
    real = builtins.__import__

    def without(name, *rest):
        if name == "ensurepip":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(SystemExit, match="apt install python3-venv"):
        setup.call()
    assert setup.calls == []


@pytest.mark.parametrize("words", [["nonsense"], ["test", "nonsense"], ["--nonsense"]])
def test_an_unknown_word_is_refused_before_anything_is_done(setup, words, capsys):
    setup.call("test")
    with pytest.raises(SystemExit) as refused:
        setup.call(*words)
    said = capsys.readouterr().err
    assert refused.value.code == 2 and setup.calls == [] and "nonsense" in said
    assert words[-1] != "nonsense" or "there are: test, teach" in said


def test_it_says_where_it_is_how_long_it_takes_and_nothing_of_pips(setup, capsys):
    assert all("--quiet" in command for command in setup.call()[1:])
    first, *parts, last = capsys.readouterr().out.splitlines()
    assert "minutes" in first and "GB of disk" in first and last.startswith("Ready after ")
    assert [part[:7] for part in parts] == ["1 of 3:", "2 of 3:", "3 of 3:"]


def test_what_is_installed_is_compiled_on_every_core_and_once(setup, tmp_path):
    assert all("--no-compile" in command for command in setup.call()[1:])
    (compiled,) = [command for command in setup.calls if "compileall" in command]
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    assert compiled[-1] == str(tmp_path / "venv" / "lib" / version / "site-packages")
    assert compiled[compiled.index("-j") + 1] == "0" and setup.calls[-1] == compiled


def test_what_cannot_be_compiled_stops_nothing(setup):
    setup.failing = "compileall"
    assert setup.call() and setup.call() == []


def test_ctrl_c_is_no_error(setup, monkeypatch):
    def stop(command, **_):
        raise KeyboardInterrupt

    monkeypatch.setattr(setup.subprocess, "run", stop)
    with pytest.raises(SystemExit, match="Stopped. The same command takes the set-up up again"):
        setup.run(["anything"], "")


def test_an_interrupted_installation_is_taken_up_again(setup):
    setup.failing = "torch"
    with pytest.raises(SystemExit, match="Is there a network.*The same command takes it up again"):
        setup.call()
    setup.failing = ""
    again = setup.call()
    assert not any("-m venv" in command for command in again)
    assert again[-1].endswith("-e .")


@pytest.mark.parametrize(
    "stamp", ['{"inp', "", "[]", "null", '{"inputs": 1}', '{"inputs": "", "extras": 3}', "\xff"]
)
def test_a_torn_stamp_counts_as_none(setup, tmp_path, stamp):
    setup.call()
    (tmp_path / "venv" / "ia3_teach.json").write_text(stamp, encoding="latin-1")
    assert len(setup.call()) == 3


def test_a_broken_environment_is_made_anew(setup):
    setup.call()
    setup.failing = "import pip"
    setup.call("test")
    assert any("-m venv --clear" in " ".join(command) for command in setup.calls)


def a_file(venv):
    venv.write_text("mine")


def somebody_elses_folder(venv):
    (venv / "deep").mkdir(parents=True)
    (venv / "deep" / "work.ipynb").write_text("mine")


def a_link_to_nowhere(venv):
    venv.symlink_to(venv.parent / "nowhere")


def somebody_elses_environment(venv):
    somebody_elses_folder(venv)
    (venv / "pyvenv.cfg").write_text("prompt = 'mine'\nversion = 3.9.1\n")


TAKEN = [a_file, somebody_elses_folder, a_link_to_nowhere, somebody_elses_environment]


@pytest.mark.parametrize("lay", TAKEN, ids=lambda lay: lay.__name__)
def test_what_was_not_made_here_is_never_cleared(setup, lay, tmp_path):
    lay(tmp_path / "venv")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(SystemExit, match="was not made by this set-up.*choose another with --venv"):
        setup.call()
    assert sorted(tmp_path.rglob("*")) == before and not setup.calls


def test_an_environment_of_another_python_is_not_used(setup, monkeypatch, tmp_path):
    monkeypatch.setattr(setup.subprocess, "run", subprocess_run)
    assert setup.works(Path(sys.executable))
    monkeypatch.setattr(sys, "version_info", (3, 99, 0))
    assert not setup.works(Path(sys.executable)) and not setup.works(tmp_path / "none")


def test_a_folder_of_empty_folders_is_what_an_interrupted_start_left(setup, tmp_path):
    (tmp_path / "venv" / "lib" / "python").mkdir(parents=True)
    assert "-m venv --clear" in setup.call()[0]


def test_a_stamp_without_its_python_is_none(setup, tmp_path):
    setup.call("test")
    (tmp_path / "venv" / "bin" / "python").unlink()
    again = setup.call()
    assert "-m venv --clear" in again[0] and again[-1].endswith("[test]")


def test_a_clone_that_was_moved_or_copied_is_installed_anew(setup, monkeypatch, tmp_path):
    setup.call()
    for name in setup.INPUTS:
        shutil.copy(ROOT / name, tmp_path / name)
    monkeypatch.setattr(setup, "ROOT", tmp_path)
    assert setup.call()[-1].endswith("-e .")


def test_folders_that_cannot_be_written_are_named_before_anything_is_done(setup, monkeypatch, tmp_path):
    for folder, advice in ((tmp_path, "with --venv"), (ROOT, "copy it to a folder of your own")):
        monkeypatch.setattr(setup.os, "access", lambda asked, _, folder=folder: asked != folder)
        with pytest.raises(SystemExit, match=f"The folder {folder} cannot be written: .*{advice}"):
            setup.call()
        assert setup.calls == []


def test_a_full_disk_is_told_with_what_is_free(setup, monkeypatch):
    monkeypatch.setattr(setup.shutil, "disk_usage", lambda _: SimpleNamespace(free=3e8))
    with pytest.raises(SystemExit, match=r"2 GB of disk are needed in .*0\.3 GB are free"):
        setup.call()
    assert setup.calls == []


def test_pips_own_settings_cannot_lead_out_of_the_environment(setup, monkeypatch, tmp_path):
    given = []
    monkeypatch.setattr(setup.subprocess, "run", lambda *_, **named: given.append(named) or DONE)
    monkeypatch.setenv("PIP_TARGET", str(tmp_path))
    monkeypatch.setenv("PIP_USER", "1")
    setup.install(Path("python"), [], "")
    assert len(given) == 3 and all(named["cwd"] == ROOT for named in given)
    assert all("PIP_TARGET" not in named["env"] and named["env"]["PIP_USER"] == "0" for named in given)


def test_torch_comes_first_from_the_index_asked_for_and_only_torch(setup):
    made, torch, project = setup.call("--torch-index", "file:///an/index")
    assert "-m venv" in made
    assert torch.endswith("--extra-index-url file:///an/index torch")
    assert "file:///" not in project and project.endswith("-e .")
    assert all("-c constraints.txt" in command for command in (torch, project))


def test_a_second_call_does_nothing_and_extras_add_up(setup):
    setup.call()
    assert setup.call() == []
    assert setup.call("test")[-1].endswith("[test]")
    assert setup.call() == [] and setup.call("test") == []
    assert setup.call("teach")[-1].endswith("[teach,test]")


def test_changed_pins_install_again(setup, monkeypatch, tmp_path):
    setup.call("test")
    stamp = tmp_path / "venv" / "ia3_teach.json"
    stamp.write_text(json.dumps({**json.loads(stamp.read_text()), "inputs": "older"}))
    assert setup.call()[-1].endswith("[test]")


@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
def test_make_course_sets_up_and_then_serves():
    done = subprocess.run(
        ["make", "--no-print-directory", "-n", "course"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    setup_line, lab_line = done.stdout.splitlines()
    assert "setup_env.py" in setup_line and lab_line.endswith("-m ia3_teach lab my_course")
