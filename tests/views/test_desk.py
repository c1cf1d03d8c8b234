"""The mixing desk: what is off is 1, every position is asked once, and the vectors are put back."""

import pytest
import torch

from ia3_teach.views import Desk, plot_desk, turn_switches
from ia3_teach.views import desk_grid as asked
from ia3_teach.views.desk_grid import switched

VALUES = {"l_k": torch.full((4, 3), 2.0), "l_ff": torch.full((4, 2), 0.5)}


def test_switches_that_there_are_not_are_refused() -> None:
    with pytest.raises(ValueError, match="l_k, l_ff, lower blocks, upper blocks; found"):
        Desk(VALUES, {}).at((True,))


def test_what_is_off_is_one_and_the_given_vectors_stay() -> None:
    found = switched(VALUES, (True, False, False, True))
    assert found["l_k"].tolist() == [[1.0] * 3] * 2 + [[2.0] * 3] * 2
    assert found["l_ff"].eq(1).all() and VALUES["l_ff"].eq(0.5).all()


def test_every_position_is_known_each_model_is_asked_once_and_the_vectors_are_back(monkeypatch) -> None:
    now, asks = {"model": VALUES}, []

    def answer(*_: object) -> float:
        asks.append(now["model"])
        if len(asks) == stop:
            raise RuntimeError("no more")
        return sum((l != 1).float().mean().item() for l in now["model"].values()) / 2

    monkeypatch.setattr(asked, "vectors", lambda model, name: VALUES)
    monkeypatch.setattr(asked, "set_vectors", lambda model, values, name: now.update(model=values))
    monkeypatch.setattr(asked, "accuracy", answer)
    stop = 3
    with pytest.raises(RuntimeError):
        turn_switches(None, None, None)
    assert now["model"] is VALUES
    asks.clear()
    stop = 0
    desk = turn_switches(None, None, None)
    assert len(desk.accuracies) == 16 and len(asks) == 10, "one frozen model, and 3 kinds by 3 halves"
    assert (desk.at((False,) * 4), desk.at((True,) * 4)) == (0.0, 1.0)
    assert desk.at((True, True, True, False)) == 0.5 and now["model"] is VALUES


def test_the_picture_writes_what_is_off_and_the_three_shares() -> None:
    accuracies = {(False,) * 4: 0.5, (True,) * 4: 1.0, (True, False, False, True): 0.75}
    left, right = plot_desk(Desk(VALUES, accuracies), (True, False, False, True)).axes
    assert [text.get_text() for text in left.texts] == ["off"] * 4 + ["1.00", "off"] * 2
    assert [bar.get_width() for bar in right.patches] == [0.5, 0.75, 1.0]
