"""Where lessons and data lie: beside the package in a clone, inside it once it is installed from a wheel."""

import os
from pathlib import Path

from ia3_teach.wording import short

PACKAGE = Path(__file__).resolve().parents[2]
OVERRIDE = "IA3_TEACH_DATA"  # the variable that names another data directory
INSIDE = "_shipped"  # made by setup.py when a wheel is built; never there in a clone


class DataError(ValueError):
    """The shipped data directory is missing, or not one to write into."""


def is_installed() -> bool:
    """Whether this copy of the package brings lessons and data inside itself, as a wheel does."""
    return (PACKAGE / INSIDE).is_dir()


def course_root() -> Path:
    """The folder that holds `data/` and `notebooks/`."""
    return PACKAGE / INSIDE if is_installed() else PACKAGE.parent


def data_dir() -> Path:
    """The directory with models, tasks and vectors: `data/` of the clone, or of the installed package.

    The environment variable `IA3_TEACH_DATA` names another one. Raises DataError if there is none.
    """
    override = os.environ.get(OVERRIDE)
    directory = Path(override) if override else course_root() / "data"
    if not (directory / "world").is_dir():
        raise DataError(
            f"no course data in {short(directory)}: install the package from a wheel or from a clone of the "
            "repository (pip install -e .), or set IA3_TEACH_DATA to its data directory."
        )
    return directory


def own_data_dir() -> Path:
    """The data directory, for what writes there.

    Raises DataError where it belongs to an installed package, or cannot be written.
    """
    directory = data_dir()
    if is_installed() and directory.resolve().is_relative_to(PACKAGE):
        cause = "belongs to the installed package, which is left as it is"
    elif not os.access(directory, os.W_OK):
        cause = "is read-only"
    else:
        return directory
    raise DataError(
        f"the data directory {short(directory)} {short(cause)}. Copy it to a folder of your own, and name "
        "that folder in the environment variable IA3_TEACH_DATA."
    )


def clone() -> Path:
    """The root of the repository, for what writes its pages and lessons.

    Raises DataError where the package is installed without one.
    """
    if is_installed():
        raise DataError(
            f"this needs a clone of the repository; the package in {PACKAGE} was installed without one, and "
            "its lessons are left as they are."
        )
    return PACKAGE.parent
