"""A page with the explorer shows a stranger's texts as texts: none of them ends an element or opens one."""

import json
import re
from pathlib import Path

import pytest
import torch

from ia3_teach.views.explorer_page import map_part, write_page

HOSTILE = ["</script><script>stop()</script>", "<!--<script>", "a & b", '" onload="stop()', "{place}"]
HOSTILE += ["\u2028"]


def sets_called(name: str) -> dict[str, dict[str, torch.Tensor]]:
    return {name: {"l_k": torch.ones(2, 4), "l_v": torch.ones(2, 4), "l_ff": torch.ones(2, 8)}}


@pytest.mark.parametrize("text", HOSTILE)
def test_a_name_of_vectors_is_data_wherever_it_stands(text: str) -> None:
    part = map_part(sets_called(text))
    (data,) = re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', part, re.DOTALL)
    assert "<" not in data and text in json.dumps(json.loads(data), ensure_ascii=False).replace('\\"', '"')
    assert part.count("<script") == 2


@pytest.mark.parametrize("text", HOSTILE)
def test_a_title_is_text(text: str, tmp_path: Path) -> None:
    page = write_page(tmp_path / "page.html", "<p>map</p>", title=text).read_text(encoding="utf-8")
    assert page.count("<script") == 0 and "<!--" not in page
    assert page.count("<h1>") == page.count("</h1>") == 1


@pytest.mark.parametrize("place", [*HOSTILE, "", "1", "a b"])
def test_a_place_that_is_no_name_is_refused(place: str) -> None:
    with pytest.raises(ValueError, match="place names an element of the page, such as vector-explorer"):
        map_part(sets_called("one"), place=place)
