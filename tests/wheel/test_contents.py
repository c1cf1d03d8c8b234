"""A wheel holds the package, the lessons and the data: the same bytes whoever builds it."""

import email
import zipfile
from pathlib import Path

import pytest
from repository_copy import ROOT, built, copied, tracked

JUNK = ["data/checkpoints/tiny-bloom.pt", "data/tasks/.DS_Store", "data/models/model.partial"]
JUNK += ["notebooks/.ipynb_checkpoints/00-checkpoint.ipynb", "notebooks/.jupyter/data/deep/secret"]
JUNK += ["notebooks/my_adapters/mine/adapter_config.json", "build/lib/ia3_teach/gone.py"]
JUNK += ["ia3_teach/__pycache__/layer.cpython-311.pyc", "notebooks/draft.py"]
pytestmark = pytest.mark.slow


def metadata(wheel: Path, name: str) -> email.message.Message:
    """One of the files about the wheel in it."""
    with zipfile.ZipFile(wheel) as archive:
        (path,) = (path for path in archive.namelist() if path.endswith(f".dist-info/{name}"))
        return email.message_from_bytes(archive.read(path))


def test_what_lies_about_in_a_clone_changes_no_byte_of_a_wheel(wheel, tmp_path) -> None:
    source = copied(tmp_path)
    for name in JUNK:
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text("junk")
    again = built(source, "--wheel")
    with zipfile.ZipFile(wheel) as first, zipfile.ZipFile(again) as second:
        assert sorted(second.namelist()) == sorted(first.namelist())
    assert again.read_bytes() == wheel.read_bytes()


def test_it_holds_the_package_lessons_and_data_and_nothing_else(wheel) -> None:
    shipped = [name for name in tracked() if name.startswith(("data/", "notebooks/")) and "/." not in name]
    wanted = {f"ia3_teach/_shipped/{name}": ROOT / name for name in shipped}
    wanted |= {name: ROOT / name for name in tracked() if name.startswith("ia3_teach/")}
    with zipfile.ZipFile(wheel) as archive:
        found = {name for name in archive.namelist() if ".dist-info/" not in name}
        assert found == set(wanted)
        assert not [name for name in found if archive.read(name) != wanted[name].read_bytes()]


def test_no_file_of_it_names_a_place_on_this_machine(wheel) -> None:
    places = [str(path).encode() + b"/" for path in (ROOT, wheel.parents[1], Path.home())]
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            content = archive.read(name)
            assert not [place for place in places if place in content], name


def test_it_is_small_and_for_every_machine(wheel) -> None:
    assert wheel.stat().st_size <= 30e6
    facts = metadata(wheel, "WHEEL")
    assert (facts["Root-Is-Purelib"], facts["Tag"]) == ("true", "py3-none-any")


def test_the_version_is_that_of_the_metadata(wheel, said) -> None:
    assert said("ia3-teach", "--version") == f"ia3_teach {metadata(wheel, 'METADATA')['Version']}\n"
