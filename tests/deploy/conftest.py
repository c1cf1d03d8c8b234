"""A small class on a real hub, for the tests of a file."""

from collections.abc import Iterator

import pytest
from running_hub import Hub, missing, running_hub


@pytest.fixture(scope="module")
def hub() -> Iterator[Hub]:
    """A hub with two learners, ada and bob by their places."""
    if lacks := missing():
        pytest.skip(f"a real hub needs: {lacks}")
    with running_hub(2) as found:
        for step in ("generate_assignment", "release_assignment"):
            found.in_terminal(found.teacher, "nbgrader", step, "ps1", folder="ia3_class")
        yield found
