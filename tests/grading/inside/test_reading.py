"""Reading whatever was handed in as a notebook."""

import json

import pytest

from ia3_teach.grading.inside.reading import NotANotebook, plain_notebook

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
def test_what_is_no_notebook_is_said_to_be_none(kind) -> None:
    content, said = HOSTILE[kind]
    with pytest.raises(NotANotebook, match=said):
        plain_notebook(content)


@pytest.mark.parametrize("odd", [None, 3, "text", [], {}, [1, None], {"a": 1}])
@pytest.mark.parametrize("key", ["cell_type", "source", "metadata", "outputs", "input"])
def test_a_cell_with_anything_in_a_field_is_still_a_cell(key, odd) -> None:
    cell = {"cell_type": "code", "source": "x = 1", "metadata": {}, "outputs": []} | {key: odd}
    (read,) = plain_notebook(json.dumps({"nbformat": 4, "cells": [3, cell]}).encode())["cells"]
    assert type(read["source"]) is str and type(read["outputs"]) is list
    json.dumps(read)


@pytest.mark.parametrize("odd", [None, 3, "text", [], {"kernelspec": 3}, {"kernelspec": {"language": 7}}])
def test_metadata_of_any_kind_are_python(odd) -> None:
    assert plain_notebook(json.dumps({"cells": [], "metadata": odd}).encode())["language"] == "python"


def test_a_notebook_of_format_3_keeps_its_sources() -> None:
    cell = {"cell_type": "code", "input": ["a = 1\n", "b = 2"], "outputs": []}
    read = plain_notebook(json.dumps({"nbformat": 3, "worksheets": [{"cells": [cell]}]}).encode())
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
    (cell,) = plain_notebook(json.dumps({"cells": [{"cell_type": "code", "outputs": outputs}]}).encode())[
        "cells"
    ]
    assert cell["outputs"][:3] == [
        {"image/png": "iVBO", "text/plain": "ab"},
        {"text/plain": "printed"},
        {"text/plain": "E: v"},
    ]


def test_a_hundred_megabytes_of_pictures_are_left_out_and_the_code_is_kept() -> None:
    pictures = [{"data": {"image/png": "A" * 1_500_000}} for _ in range(70)]
    cell = {"cell_type": "code", "source": "kept = 1", "outputs": pictures}
    (read,) = plain_notebook(json.dumps({"cells": [cell]}).encode())["cells"]
    assert read["source"] == "kept = 1" and len(json.dumps(read)) < 21_000_000
