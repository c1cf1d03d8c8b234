"""Reading whatever was handed in as a notebook."""

import json
import subprocess
import sys

import pytest

from ia3_teach.grading.inside.reading import NotANotebook, plain_notebook, text_of

HOSTILE = {
    "nothing": (b"", "empty"),
    "blank": (b" \n\t", "empty"),
    "no json": (b"print(1)", "not JSON"),
    "cut off": (b'{"cells": [{"cell_type": "co', "not JSON"),
    "other bytes": (bytes(range(256)), "not JSON"),
    "too deep": (b"[" * 100_000, "not JSON"),
    "a huge number": (b"9" * 100_000, "not JSON"),
    "a list": (b"[1]", "no notebook"),
    "no cells": (b'{"nbformat": 4}', "has no cells"),
    "cells that are none": (b'{"cells": 3}', "has no cells"),
    "an empty old one": (b'{"worksheets": []}', "has no cells"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_is_no_notebook_is_said_to_be_none(kind, tmp_path) -> None:
    content, said = HOSTILE[kind]
    (tmp_path / "odd.ipynb").write_bytes(content)
    with pytest.raises(NotANotebook, match=said):
        plain_notebook(text_of(str(tmp_path / "odd.ipynb")))


@pytest.mark.parametrize("odd", [None, 3, "text", [], {}, [1, None], {"a": 1}])
@pytest.mark.parametrize("key", ["cell_type", "source", "metadata", "outputs", "input", "attachments"])
def test_a_cell_with_anything_in_a_field_is_still_a_cell(key, odd) -> None:
    cell = {"cell_type": "code", "source": "x = 1", "metadata": {}, "outputs": []} | {key: odd}
    (read,) = plain_notebook(json.dumps({"nbformat": 4, "cells": [3, cell]}))["cells"]
    assert type(read["source"]) is str and type(read["outputs"]) is list and type(read["pictures"]) is dict
    json.dumps(read)


@pytest.mark.parametrize("odd", [None, 3, "text", [], {"kernelspec": 3}, {"kernelspec": {"language": 7}}])
def test_metadata_of_any_kind_are_python(odd) -> None:
    assert plain_notebook(json.dumps({"cells": [], "metadata": odd}))["language"] == "python"


def test_a_notebook_of_format_3_keeps_its_sources() -> None:
    cell = {"cell_type": "code", "input": ["a = 1\n", "b = 2"], "outputs": []}
    read = plain_notebook(json.dumps({"nbformat": 3, "worksheets": [{"cells": [cell]}]}))
    assert read["cells"][0]["source"] == "a = 1\nb = 2" and read["format"] == "3"


def test_outputs_keep_texts_and_pictures_and_nothing_that_runs() -> None:
    data = {"text/html": "<script>", "image/svg+xml": "<svg/>", "image/png": "iVBO", "text/plain": ["a", "b"]}
    outputs = [
        {"data": data},
        {"text": "printed"},
        {"ename": "E", "evalue": "v", "traceback": []},
        3,
        {"data": 4},
    ]
    (cell,) = plain_notebook(json.dumps({"cells": [{"cell_type": "code", "outputs": outputs}]}))["cells"]
    assert cell["outputs"][:3] == [
        {"image/png": "iVBO", "text/plain": "ab"},
        {"text/plain": "printed"},
        {"text/plain": "E: v"},
    ]


def test_a_hundred_megabytes_of_pictures_are_left_out_and_the_code_is_kept() -> None:
    pictures = [{"data": {"image/png": "A" * 1_500_000}} for _ in range(70)]
    cell = {"cell_type": "code", "source": "kept = 1", "outputs": pictures}
    (read,) = plain_notebook(json.dumps({"cells": [cell]}))["cells"]
    assert read["source"] == "kept = 1" and len(json.dumps(read)) < 21_000_000


def test_pasted_pictures_are_kept_and_no_drawing_that_runs() -> None:
    kinds = {"image/png": ["iV", "BO"], "image/svg+xml": "<svg/>", "image/jpeg": 3}
    attached = {"a.png": kinds, "b": 4, "large": {"image/png": "A" * 3_000_000}, "x" * 300: {}}
    cell = {"cell_type": "markdown", "attachments": attached}
    (read,) = plain_notebook(json.dumps({"cells": [cell]}))["cells"]
    assert read["pictures"]["a.png"] == {"image/png": "iVBO", "image/jpeg": ""}
    assert read["pictures"]["large"] == {} and set(read["pictures"]) == {"a.png", "large", "x" * 200}
    many = {str(number): {"image/png": "A" * 1_900_000} for number in range(40)}
    cells = plain_notebook(json.dumps({"cells": [{"cell_type": "markdown", "attachments": many}]}))["cells"]
    assert len(json.dumps(cells)) < 21_000_000


def test_what_was_not_read_is_said() -> None:
    cell = {"cell_type": "code", "source": "a"}
    assert plain_notebook(json.dumps({"cells": [cell] * 2_000}))["lines"] == []
    cells = [cell] * 3 + [cell | {"source": "b" * 200_001}] + [cell] * 2_000
    read = plain_notebook(json.dumps({"cells": cells}))
    assert len(read["cells"]) == 2_000 and len(read["cells"][3]["source"]) == 200_000
    assert read["lines"] == [
        "it has 2,004 cells; the first 2,000 were read",
        "of cell 4 the first 200,000 characters were read",
    ]


PEAK = """
import resource, sys
from ia3_teach.grading.inside.reading import plain_notebook, text_of
peak = lambda: 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
before = peak()
plain_notebook(text_of(sys.argv[1]))
print(peak() - before)
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_reading_needs_little_more_memory_than_twice_the_file(encoding, tmp_path) -> None:
    """A box ends who wants too much: a large notebook must not come near that by being held many times."""
    pictures = [{"data": {"image/png": "A" * 10_000_000}} for _ in range(4)]
    cell = {"cell_type": "code", "source": "kept = 1", "outputs": pictures}
    file = tmp_path / "large.ipynb"
    file.write_text(json.dumps({"cells": [cell]}), encoding=encoding)
    done = subprocess.run([sys.executable, "-c", PEAK, str(file)], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 2.2 * file.stat().st_size
