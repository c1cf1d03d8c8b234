"""Patterns match whole segments from the end of a path; each names something, and no path has two."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ia3_teach.sites.patterns import match_all, matches

segment = st.text("abk01_", min_size=1, max_size=3)
paths = st.lists(segment, min_size=1, max_size=5)


@given(paths, st.data())
def test_every_tail_of_a_path_matches_it_and_stars_stand_for_one_segment(parts: list[str], data) -> None:
    start = data.draw(st.integers(0, len(parts) - 1))
    tail = parts[start:]
    assert matches(".".join(parts), ".".join(tail))
    tail[data.draw(st.integers(0, len(tail) - 1))] = "*"
    assert matches(".".join(parts), ".".join(tail))
    assert not matches(".".join(parts), ".".join(["*", *parts]))


@given(paths, segment)
def test_a_part_of_a_segment_is_no_match(parts: list[str], more: str) -> None:
    """PEFT picks the feed-forward side by plain endswith: "proj" there also means "v_proj"."""
    assert not matches(".".join([*parts[:-1], "x" + parts[-1]]), parts[-1])
    assert not matches(".".join(parts), parts[-1] + "x")


@given(st.lists(paths.map(".".join), min_size=1, max_size=8, unique=True))
def test_full_paths_match_themselves_alone_in_order(found: list[str]) -> None:
    assert list(match_all(found, sorted(found))) == found
    assert match_all(found, found) == {path: path for path in found}


@pytest.mark.parametrize(
    ("patterns", "message"),
    [
        (["kye"], "near misses: key"),
        (["zzz"], "Linear layers: "),
        (["key", "*.key"], "matched by 2 patterns: key, .*key; keep one"),
        (["key", "key"], "matched by 2 patterns"),
    ],
)
def test_refusals(patterns: list[str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        match_all(["a.key", "a.value"], patterns)
