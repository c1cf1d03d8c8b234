"""Inside the box: what a cell sets for all that comes later is set back before answers are tried."""

import pytest
import torch

from ia3_teach.grading.inside.running import meeting, restore_torch

SET = {
    "dtype": (lambda: torch.set_default_dtype(torch.float64), lambda: torch.get_default_dtype()),
    "device": (lambda: torch.set_default_device("meta"), lambda: torch.ones(1).device.type),
    "gradients": (lambda: torch.set_grad_enabled(False), torch.is_grad_enabled),
}


@pytest.mark.parametrize("kind", SET)
def test_what_a_cell_has_set_is_set_back(kind: str) -> None:
    change, found = SET[kind]
    before = found()
    change()
    try:
        assert found() != before
        restore_torch()
        assert found() == before
    finally:
        restore_torch()


def test_a_name_stands_for_a_while_for_what_it_stood_for_then() -> None:
    namespace = {"by": 2, "later": 3}
    with pytest.raises(ZeroDivisionError), meeting({"by": 1, "gone": 0}, namespace):
        assert namespace == {"by": 1, "gone": 0, "later": 3}
        namespace["of an answer"] = 1 / 0
    assert namespace == {"by": 2, "later": 3}
