"""The check of one training step, on a classifier so small that differences replace gradients."""

from collections.abc import Callable
from types import SimpleNamespace

import torch
from torch import Tensor, nn

from ia3_teach.check.core import expect, expect_close, run_properties

__all__ = ["training_step"]


class _Scorer(nn.Module):
    """A classifier in miniature: mean over the tokens of l ⊙ embedding, then a head."""

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Parameter(torch.tensor([[0.0, 0.0], [1.0, 2.0], [-1.0, 1.0], [2.0, 0.5]]).double())
        self.l = nn.Parameter(torch.ones(2).double())
        self.head = nn.Parameter(torch.tensor([[1.0, -1.0], [0.5, 1.0], [0.0, 0.3]]).double())

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> SimpleNamespace:
        shown = attention_mask[..., None].double()
        mean = (self.l * self.table[input_ids] * shown).sum(1) / shown.sum(1)
        return SimpleNamespace(logits=mean @ self.head.T)


def _batch() -> dict[str, Tensor]:
    """Two rows, the second padded with a token that would count if the mask were forgotten."""
    ids, mask = torch.tensor([[1, 2, 3], [2, 1, 1]]), torch.tensor([[1, 1, 1], [1, 0, 0]])
    return {"input_ids": ids, "attention_mask": mask, "labels": torch.tensor([2, 0])}


def _loss(model: nn.Module, batch: dict[str, Tensor]) -> float:
    """-log p(label) row by row."""
    with torch.no_grad():
        logits = model(batch["input_ids"], batch["attention_mask"]).logits
    pairs = zip(logits, batch["labels"], strict=True)
    rows = [-(row.exp()[label] / row.exp().sum()).log().item() for row, label in pairs]
    return sum(rows) / len(rows)


def _slope(model: nn.Module, parameter: nn.Parameter, batch: dict[str, Tensor]) -> Tensor:
    """The gradient by moving one entry at a time a little up and a little down."""
    found, entries = torch.zeros_like(parameter.data), parameter.data.view(-1)
    for place in range(len(entries)):
        here, values = entries[place].item(), []
        for step in (1e-5, -1e-5):
            entries[place] = here + step
            values.append(_loss(model, batch))
        entries[place] = here
        found.view(-1)[place] = (values[0] - values[1]) / 2e-5
    return found


def _reports_the_loss(step: Callable) -> None:
    """the loss before the update is returned, as a number"""
    model, batch = _Scorer(), _batch()
    before = _loss(model, batch)
    found = step(model, batch, [model.l, model.head], 0.5)
    expect(
        isinstance(found, float), "a Python number", type(found).__name__,
        "return loss.item(): a tensor would keep the whole graph in memory",
    )  # fmt: skip
    known = {
        "the loss was computed again after the update": _loss(model, batch),
        "the rows were summed; take their mean, as cross_entropy does": 2 * before,
        "without the attention mask the padding counts": _loss(_Scorer(), _unmasked(batch)),
    }
    expect_close(torch.tensor(found), torch.tensor(before), "the returned loss", "is it cross entropy?",
                 known={text: torch.tensor(value) for text, value in known.items()})  # fmt: skip


def _unmasked(batch: dict[str, Tensor]) -> dict[str, Tensor]:
    return batch | {"attention_mask": torch.ones_like(batch["attention_mask"])}


def _moves_downhill(step: Callable) -> None:
    """each parameter moves by -learning_rate times the gradient of this batch"""
    model, batch, rate, old = _Scorer(), _batch(), 0.5, 3.0
    start, slope = model.l.detach().clone(), _slope(model, model.l, batch)
    for parameter in model.parameters():
        parameter.grad = torch.full_like(parameter, old)  # as a step before would leave it
    step(model, batch, [model.l, model.head], rate)
    known = {
        "the gradient of the step before was added: clear the old gradients": start - rate * (slope + old),
        "the update used the OLD gradient: it comes before backward()": start - rate * old,
        "that is uphill: the sign is wrong": start + rate * slope,
        "the learning rate was ignored": start - slope,
        "nothing moved": start,
    }
    expect_close(
        model.l, start - rate * slope, "l after the step", "l - learning_rate * gradient", known=known
    )


def _leaves_the_rest(step: Callable) -> None:
    """what is not in `parameters` keeps its values"""
    model, batch = _Scorer(), _batch()
    before = model.table.detach().clone()
    step(model, batch, [model.l, model.head], 0.5)
    expect_close(model.table, before, "the base's table", "the base was updated too: use `parameters` alone")


def training_step(step: Callable) -> None:
    """Check `training_step(model, batch, parameters, learning_rate)`."""
    run_properties(step, [_reports_the_loss, _moves_downhill, _leaves_the_rest])
