"""Where the shipped files lie."""

import os
from pathlib import Path


class DataError(ValueError):
    """The shipped data directory is missing."""


def data_dir() -> Path:
    """The directory with models, tasks and vectors: `data/` beside the package.

    The environment variable `IA3_TEACH_DATA` names another one. Raises DataError if there is none.
    """
    override = os.environ.get("IA3_TEACH_DATA")
    directory = Path(override) if override else Path(__file__).resolve().parents[3] / "data"
    if not (directory / "world").is_dir():
        raise DataError(
            f"no course data in {directory}: install the package from a clone of the repository "
            "(pip install -e .), or set IA3_TEACH_DATA to its data directory."
        )
    return directory
