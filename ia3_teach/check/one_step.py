"""Check of one step of training (exercise 6.2)."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from ia3_teach.check.comparing import NOTHING, different, same
from ia3_teach.check.core import expect
from ia3_teach.check.drawing import Draw
from ia3_teach.check.failure import describe
from ia3_teach.check.judging import EITHER
from ia3_teach.check.layer_properties import reached
from ia3_teach.check.probing.calls import case
from ia3_teach.check.probing.steps import training_steps
from ia3_teach.check.seen import Seen
from ia3_teach.check.shape import Cases, Exercise, Property

Values = dict[str, Tensor]
OLD = 3.0  # the gradient that the probe leaves on every parameter


def _batch(draw: Draw, texts: int, tokens: int) -> dict[str, Tensor]:
    """Texts of different lengths, padded with a token that would count if the mask were forgotten."""
    ids = torch.tensor([[draw.number(1, 5) for _ in range(tokens)] for _ in range(texts)])
    lengths = torch.tensor([tokens if text == 0 else draw.number(1, tokens - 1) for text in range(texts)])
    mask = (torch.arange(tokens) < lengths[:, None]).long()
    labels = torch.tensor([draw.number(0, 2) for _ in range(texts)])
    return {"input_ids": ids, "attention_mask": mask, "labels": labels}


def _cases(seed: int) -> Cases:
    draw = Draw(seed)

    def one(
        texts: int, trained: list[str], dtype: torch.dtype = torch.float64, training: bool = True
    ) -> dict:
        values = {"table": draw.tensor(6, 4, dtype=dtype), "l": draw.factors(4, dtype)}
        values["head"] = draw.tensor(3, 4, dtype=dtype)
        batches = [_batch(draw, texts, 4) for _ in range(2)]
        return case(values, batches, trained, draw.real(0.2, 0.7), tolerance=1e-4, training=training)

    return {
        "l and the head are trained": one(2, ["l", "head"]), "l alone is trained": one(3, ["l"]),
        "one text": one(1, ["head", "l"], training=False), "float32": one(4, ["l", "head"], torch.float32),
    }  # fmt: skip


ALL = tuple(_cases(0))


def _terms(values: Values, batch: dict[str, Tensor]) -> Tensor:
    """-log p(label), text by text, token by token."""
    rows = []
    for ids, mask, label in zip(batch["input_ids"], batch["attention_mask"], batch["labels"], strict=True):
        shown = [values["l"] * values["table"][token] for token, seen in zip(ids, mask, strict=True) if seen]
        logits = values["head"] @ (sum(shown) / len(shown))
        rows.append(logits.exp().sum().log() - logits[label])
    return torch.stack(rows)


def _loss(values: Values, batch: dict[str, Tensor]) -> Tensor:
    return _terms(values, batch).mean()


def _slopes(values: Values, batch: dict[str, Tensor], loss: Callable = _loss) -> Values:
    inputs = {name: value.double().clone().requires_grad_() for name, value in values.items()}
    found = torch.autograd.grad(loss(inputs, batch), list(inputs.values()))
    return dict(zip(inputs, found, strict=True))


def _before(seen: Seen, name: str, number: int) -> Values:
    values = seen.arguments(name)[0] if number == 0 else reached(seen, name, f"values {number - 1}")
    return {key: value.detach().double() for key, value in values.items()}


def _reports_the_loss(seen: Seen) -> None:
    for name in ALL:
        for number, batch in enumerate(seen.arguments(name)[1]):
            found, before = _as_number(reached(seen, name, f"loss {number}")), _before(seen, name, number)
            what = f"the returned loss of step {number + 1} ({name})"
            kept = "return loss.item(): a tensor would keep the whole graph in memory"
            mistake = NOTHING if found is None else kept
            expect(type(found) is float, f"{what} is a Python number", describe(found), mistake)
            _same_loss(found, before, batch, what, seen, name, number)


def _as_number(found: Any) -> Any:
    """A tensor without axes is a number, unless a graph hangs on it."""
    detached = isinstance(found, Tensor) and found.ndim == 0 and not found.requires_grad
    return found.item() if detached else found


def _same_loss(
    found: float, before: Values, batch: dict, what: str, seen: Seen, name: str, number: int
) -> None:
    wanted = _loss(before, batch).item()
    unmasked = batch | {"attention_mask": torch.ones_like(batch["attention_mask"])}
    after = {key: value.double() for key, value in reached(seen, name, f"values {number}").items()}
    known = {
        "the loss was computed again after the update": _loss(after, batch).item(),
        "the rows were summed; take their mean, as cross_entropy does": _terms(before, batch).sum().item(),
        "without the attention mask the padding counts": _loss(before, unmasked).item(),
        "the sign: a loss is MINUS the log-probability": -wanted,
    }
    mistake = EITHER.join(text for text, value in known.items() if abs(value - found) < 1e-5)
    expect(
        abs(found - wanted) < 1e-4,
        f"{what} = {wanted:.5g}",
        f"{found:.5g}",
        mistake or "is it cross entropy?",
    )


def _moves_downhill(seen: Seen) -> None:
    for name in ALL:
        _, batches, trained, rate = seen.arguments(name)
        for number, batch in enumerate(batches):
            before, after = _before(seen, name, number), reached(seen, name, f"values {number}")
            slopes = _slopes(before, batch)
            unmasked = _slopes(before, batch | {"attention_mask": torch.ones_like(batch["attention_mask"])})
            summed = _slopes(before, batch, lambda values, batch: _terms(values, batch).sum())
            for key in trained:
                start, slope = before[key], slopes[key]
                if same(after[key], start - rate * slope, 1e-4):
                    continue
                known = {
                    "the gradient of the step before was added: clear the old gradients":
                        start - rate * (slope + OLD),
                    "the update used the OLD gradient: it comes before backward()": start - rate * OLD,
                    "that is uphill: the sign is wrong": start + rate * slope,
                    "the learning rate was ignored": start - slope,
                    "the rows were summed; take their mean, as cross_entropy does":
                        start - rate * summed[key],
                    "without the attention mask the padding counts": start - rate * unmasked[key],
                    "nothing moved": start,
                }  # fmt: skip
                mistake = EITHER.join(text for text, value in known.items() if same(after[key], value, 1e-4))
                what, hint = f"{key} after step {number + 1} ({name})", f"{key} - learning_rate * gradient"
                if mistake == "nothing moved" and key != trained[0]:
                    mistake = f"{key} did not move: every tensor in `parameters` is to be moved"
                raise different(after[key], start - rate * slope, what, mistake or hint, known=bool(mistake))


def _leaves_the_rest(seen: Seen) -> None:
    for name in ALL:
        values, batches, trained, _ = seen.arguments(name)
        for number, batch in enumerate(batches):
            after, given = reached(seen, name, f"values {number}"), reached(seen, name, f"batch {number}")
            for key in set(values) - set(trained):
                mistake = "the base was updated too: use `parameters` alone"
                kept = torch.equal(after[key], values[key])
                expect(kept, f"{key} as it was ({name})", describe(after[key]), mistake)
            _keeps_the_mode(seen, name, number)
            flags = reached(seen, name, f"other flags {number}")
            mistake = "requires_grad is the caller's choice: move the values alone, under torch.no_grad()"
            expect(not flags, f"requires_grad as it was ({name})", f"another one for {flags}", mistake)
            kept = set(given) == set(batch) and all(torch.equal(given[key], batch[key]) for key in batch)
            expect(
                kept,
                f"the batch as it was ({name})",
                "another",
                "the batch was changed: copy it before you pop",
            )


def _keeps_the_mode(seen: Seen, name: str, number: int) -> None:
    came, other, call = "evaluation", "training", "train()"
    if seen.cases[name]["named"]["training"]:
        came, other, call = "training", "evaluation", "eval()"
    kept, mistake = reached(seen, name, f"mode kept {number}"), "a step of training leaves the mode as it is"
    mistake = f"{call} is the caller's choice: {mistake}"
    expect(bool(kept), f"the model in {came} mode all the time ({name})", f"{other} mode", mistake)


training_step = Exercise(
    "lesson_06.training_step", "training_step", _cases, training_steps,
    (
        Property("each parameter moves by -learning_rate times the gradient of this batch", _moves_downhill),
        Property("the loss before the update is returned, as a number", _reports_the_loss),
        Property("what is not in `parameters` keeps its values", _leaves_the_rest),
    ),
)  # fmt: skip
