"""Every module gets its own mode back, after an error too."""

import pytest
from small_models import bert
from torch import nn

from ia3_teach.training.mode import in_mode


def modes(model: nn.Module) -> list[bool]:
    return [module.training for module in model.modules()]


@pytest.mark.parametrize("training", [True, False])
def test_a_part_that_was_set_by_hand_keeps_its_mode(training: bool) -> None:
    model = bert().train()
    model.bert.encoder.layer[1].eval()
    before = modes(model)
    with pytest.raises(KeyError), in_mode(model, training):
        assert set(modes(model)) == {training}
        raise KeyError
    assert modes(model) == before
