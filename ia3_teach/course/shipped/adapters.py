"""What was trained for the course beforehand: IA3 adapters of the held-out tasks, and tables of runs."""

import os
from pathlib import Path

from ia3_teach.course.shipped.manifest import check, check_folder
from ia3_teach.course.shipped.paths import data_dir
from ia3_teach.course.shipped.results import Run, read_runs
from ia3_teach.wording import brief, short


def vectors_directory(name: str) -> Path:
    """The directory of a shipped adapter, for `load_adapter`.

    `name` is a held-out task (an adapter of `tiny-bloom`), 'bert-sentiment' (of `tiny-bert`) or
    'smollm2-sentiment' (of `smollm2-135m`, which is fetched).
    Raises ValueError for an unknown name, ManifestError for a file that was changed.
    """
    root = data_dir() / "vectors"
    directory = root / name
    if not os.path.isfile(directory / "adapter_config.json"):
        known = sorted(path.parent.name for path in root.glob("*/adapter_config.json"))
        raise ValueError(
            f"no vectors are called {brief(name)}; there are {short(', '.join(known) or 'none')}"
        )
    check_folder(f"vectors/{name}")
    return directory


def shipped_runs(name: str = "runs") -> list[Run]:
    """The runs of a shipped table: "runs" of the tiny models, "real_bert" of a real one.

    Raises ManifestError where the table is missing or was changed.
    """
    check([f"results/{name}.csv"])
    return read_runs(data_dir() / "results" / f"{name}.csv")
