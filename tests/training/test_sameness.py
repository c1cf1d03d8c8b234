"""A run that is another one in anything does not go on from a checkpoint, wherever the difference lies."""

from functools import partial
from pathlib import Path

import pytest
import torch
from small_models import bert
from torch import nn

from ia3_teach import IA3, attach, fit
from ia3_teach.training.loop import labels_loss

DATA = [{"input_ids": [5, 6, 7 + i % 9], "labels": i % 2} for i in range(6)]
SETTINGS = {"steps": 2, "learning_rate": 1e-2, "batch_size": 3}


def ready() -> nn.Module:
    torch.manual_seed(0)
    model = bert()
    attach(model, IA3())
    return model


def changed(name: str):
    """One number of one tensor becomes another one."""

    def change(model: nn.Module) -> None:
        with torch.no_grad():
            dict(model.named_parameters())[name].view(-1)[3] += 0.5

    return change


def other_dropout(model: nn.Module) -> None:
    model.bert.encoder.layer[0].output.dropout.p = 0.7


OTHER_BASES = {
    "an embedding": changed("bert.embeddings.word_embeddings.weight"),
    "a norm": changed("bert.embeddings.LayerNorm.weight"),
    "a bias": changed("bert.encoder.layer.1.intermediate.dense.bias"),
    "one weight": changed("bert.encoder.layer.1.intermediate.dense.weight"),
    "a bias beneath a vector": changed("bert.encoder.layer.0.output.dense.base.bias"),
}


@pytest.mark.parametrize("change", OTHER_BASES.values(), ids=OTHER_BASES)
def test_one_number_of_the_frozen_model_is_another_run(change, tmp_path: Path) -> None:
    fit(ready(), DATA, **SETTINGS, checkpoint=tmp_path / "run")
    model = ready()
    change(model)
    with pytest.raises(ValueError, match="another run: base differ; name another file"):
        fit(model, DATA, **SETTINGS, checkpoint=tmp_path / "run")


def test_another_dropout_is_another_run(tmp_path: Path) -> None:
    fit(ready(), DATA, **SETTINGS, checkpoint=tmp_path / "run")
    model = ready()
    other_dropout(model)
    with pytest.raises(ValueError, match="another run: model differ"):
        fit(model, DATA, **SETTINGS, checkpoint=tmp_path / "run")


def times(model: nn.Module, examples: list, share: float = 1.0):
    return share * labels_loss(model, examples)


def closing_over(share: float):
    return lambda model, examples: share * labels_loss(model, examples)


class Weighted:
    def __init__(self, share: float) -> None:
        self.share = share

    def __call__(self, model: nn.Module, examples: list):
        return self.share * labels_loss(model, examples)

    def method(self, model: nn.Module, examples: list):
        return self(model, examples)


LOSSES = {
    "partial": lambda share: partial(times, share=share),
    "closure": closing_over,
    "object": Weighted,
    "method": lambda share: Weighted(share).method,
    "steps": lambda share: (
        (lambda m, e: labels_loss(m, e) * 2) if share > 1 else (lambda m, e: labels_loss(m, e))
    ),
}


@pytest.mark.parametrize("make", LOSSES.values(), ids=LOSSES)
def test_a_loss_made_with_another_setting_is_another_run(make, tmp_path: Path) -> None:
    first = fit(ready(), DATA, **SETTINGS, loss=make(1.0), checkpoint=tmp_path / "run")
    with pytest.raises(ValueError, match="another run: loss differ"):
        fit(ready(), DATA, **SETTINGS, loss=make(100.0), checkpoint=tmp_path / "run")
    again = fit(ready(), DATA, **SETTINGS, loss=make(1.0), checkpoint=tmp_path / "run")
    assert again.losses == first.losses


def test_a_loss_that_holds_itself_is_described() -> None:
    from ia3_teach.training.sameness import described

    loss = Weighted(1.0)
    loss.again = loss
    assert described(loss) == described(loss)
