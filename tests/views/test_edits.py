"""Moves as text: what is refused, and what is done to the vectors."""

import pytest
import torch

from ia3_teach.views.edits import check_entry, check_move, moved

VALUES = {"l_k": torch.arange(1.0, 7.0).view(2, 3), "l_ff": torch.ones(2, 4)}
BAD = [
    ("", "is no move"),
    ("l_k.1.2", "is no move"),
    ("l_k.1.2x", "is no move"),
    ("l_k.1.2xNaN", "is no move"),
    ("l_k.1.2x1e999999 ", "is no move"),
    ("l_k.1x2", "is no move"),
    ("l_k.-1.0x2", "is no move"),
    ("l_q.0.0x2", "there is no kind l_q; there are l_k, l_ff"),
    ("l_k.2.0x2", "layer 2: they run from 0 to 1"),
    ("l_k.0.3x2", "channel 3: they run from 0 to 2"),
    ("l_k.0.2-1x2", "channel 2-1: they run from 0 to 2"),
    ("l_k.0.0|l_k.0.9=1", "channel 9"),
    ("*.0.3=1", "channel 3"),
]


@pytest.mark.parametrize(("line", "said"), BAD, ids=[line or "empty" for line, _ in BAD])
def test_a_bad_move_is_refused_and_changes_nothing(line, said) -> None:
    before = {kind: matrix.clone() for kind, matrix in VALUES.items()}
    for refuse in (lambda: check_move(line, VALUES), lambda: moved(VALUES, ["l_k.0.0x2", line])):
        with pytest.raises(ValueError, match=said):
            refuse()
    assert all(torch.equal(VALUES[kind], before[kind]) for kind in before)


@pytest.mark.parametrize("name", ["", "l_k", "l_k.*.1", "l_k.0.0-1", "l_k.0.0x2", "l_k.5.0", "l_q.0.0"])
def test_what_is_not_one_entry_cannot_be_pinned(name) -> None:
    with pytest.raises(ValueError):
        check_entry(name, VALUES)


def test_moves_are_done_in_their_order() -> None:
    found = moved(VALUES, ["l_k.1.*x2", "l_k.0-1.0,2=0.5", "*.0.*x-1", "l_ff.1.1-2|l_k.1.1x10"])
    assert found["l_k"].tolist() == [[-0.5, -2.0, -0.5], [0.5, 100.0, 0.5]]
    assert found["l_ff"].tolist() == [[-1.0] * 4, [1.0, 10.0, 10.0, 1.0]]
