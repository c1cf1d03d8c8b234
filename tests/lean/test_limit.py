"""What stands between the bytes that IA3 keeps and the limit, and the table of it in the results."""

import pytest
from bench.limit import CASES, END, MODELS, PAGE, START, measured, table


@pytest.mark.parametrize(
    ("name", "cache", "alone"),
    [
        ("BERT", False, {}),
        ("Llama, 4 of 12 heads with keys", False, {"l_k": 4}),
        ("OPT", True, {"l_k": 4, "l_v": 4}),
    ],
    ids=["no more", "rotary positions", "a cache"],
)
def test_no_more_is_kept_than_the_products_that_nobody_else_keeps(
    name: str, cache: bool, alone: dict
) -> None:
    kept = measured(name, cache)
    assert kept.alone == alone
    assert kept.ours <= kept.limit + kept.alone_bytes
    line = table({(name, cache): kept}).splitlines()[-1]
    assert line in PAGE.read_text(encoding="utf-8"), "run python tests/bench/limit.py --write"


def test_the_page_has_a_line_for_every_model() -> None:
    shown = PAGE.read_text(encoding="utf-8").partition(START)[2].partition(END)[0].strip().splitlines()[2:]
    firsts = [tuple(cell.strip() for cell in line.split("|")[1:3]) for line in shown]
    assert firsts == [(name, "on" if cache else "off") for name, cache in CASES]
    assert {name for name, _ in CASES} == set(MODELS)
