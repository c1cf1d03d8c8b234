"""Check of a masked step: what the mask hides stays to the last bit, and the rest moves as AdamW moves it."""

import torch
from torch import Tensor

from ia3_teach.check.comparing import different, same
from ia3_teach.check.core import expect
from ia3_teach.check.drawing import Draw
from ia3_teach.check.failure import describe
from ia3_teach.check.judging import EITHER
from ia3_teach.check.layer_properties import reached
from ia3_teach.check.probing.calls import case
from ia3_teach.check.probing.masking import MOVED, masked_steps
from ia3_teach.check.seen import Seen
from ia3_teach.check.shape import Cases, Exercise, Property

MEAN, SQUARE, TINY = 0.9, 0.999, 1e-8  # AdamW's own numbers
HELD_BY_NOTHING = "nothing holds them: keep a copy of what was there before the step, and put it back"


def _cases(seed: int) -> Cases:
    draw = Draw(seed)

    def one(d_out: int, d_in: int, dtype: torch.dtype = torch.float32, rate: float | None = None,
            low: float = 1.0) -> dict:  # fmt: skip
        shapes = {"weight": (d_out, d_in), "head": (3,)}
        values = {name: draw.tensor(*shape, low=low, high=3, dtype=dtype) for name, shape in shapes.items()}
        slopes = [
            {name: draw.tensor(*shape, low=0.5, high=2, dtype=dtype) for name, shape in shapes.items()}
            for _ in range(2)
        ]
        order = torch.tensor([draw.number(0, 10**6) for _ in range(d_out * d_in)]).argsort().view(d_out, d_in)
        mask = order < max(1, d_out * d_in // 3)
        return case(values, mask, slopes, rate or draw.real(0.05, 0.2), draw.real(0.2, 0.6), tolerance=1e-5)

    return {"3 x 3": one(3, 3), "2 x 5": one(2, 5), "4 x 2, float64": one(4, 2, torch.float64),
            # so many that a rounding shows in some
            "20 x 30": one(20, 30, low=-3.0), "a small rate": one(20, 30, rate=2e-6)}  # fmt: skip


ALL = tuple(_cases(0))
STEPS = range(2)


def _adamw(before: Tensor, slopes: list[Tensor], rate: float, decay: float) -> Tensor:
    """Where the last of these steps leads from `before`; the averages run over all of them."""
    mean = square = torch.zeros_like(before)
    for slope in slopes:
        mean, square = MEAN * mean + (1 - MEAN) * slope, SQUARE * square + (1 - SQUARE) * slope**2
    mean, square = mean / (1 - MEAN ** len(slopes)), square / (1 - SQUARE ** len(slopes))
    return before * (1 - rate * decay) - rate * mean / (square.sqrt() + TINY)


def _step(seen: Seen, name: str, number: int, part: str) -> tuple[Tensor, Tensor, list[Tensor], float, float]:
    """Before and after a step, the gradients up to it, the rate and the decay."""
    values, _, gradients, rate, decay = seen.arguments(name)
    after = reached(seen, name, f"values {number}")[part].double()
    before = values[part] if number == 0 else reached(seen, name, f"values {number - 1}")[part] + MOVED
    slopes = [slope[part].double() for slope in gradients[: number + 1]]
    return before.double(), after, slopes, rate, decay


def _hidden_stays(seen: Seen) -> None:
    for name in ALL:
        outside = ~seen.arguments(name)[1]
        for number in STEPS:
            before, after, slopes, rate, decay = _step(seen, name, number, "weight")
            if torch.equal(after[outside], before[outside]):
                continue
            moved = _adamw(before, slopes, rate, decay)
            known = {
                "weight decay moves an entry without any gradient: masking the gradient is not enough":
                    before * (1 - rate * decay),
                "they became 0: they are to stay what they were": torch.zeros_like(before),
                HELD_BY_NOTHING: moved,
            } | _of_an_earlier_step(seen, name, number)  # fmt: skip
            mistake = _told(known, after, outside)
            if mistake == HELD_BY_NOTHING and torch.equal(after[~outside], before[~outside]):
                mistake = "the mask was taken the other way round: True says what is trained"
            what = f"the entries outside the mask after step {number + 1} ({name})"
            hint = "put back what was there before the step"
            raise different(after[outside], before[outside], what, mistake or hint, known=bool(mistake))


def _of_an_earlier_step(seen: Seen, name: str, number: int) -> dict[str, Tensor]:
    first = seen.arguments(name)[0]["weight"].double()
    told = "what stood there before an earlier step came back: make the copy anew at each call"
    return {told: first} if number else {}


def _shown_moves(seen: Seen) -> None:
    for name in ALL:
        mask = seen.arguments(name)[1]
        for number in STEPS:
            before, after, slopes, rate, decay = _step(seen, name, number, "weight")
            wanted = _adamw(before, slopes, rate, decay)
            if same(after[mask], wanted[mask], 1e-4):
                continue
            known = {
                "nothing moved: the optimizer has to take its step": before,
                "weight decay was switched off for all": _adamw(before, slopes, rate, 0.0),
                "the decay alone moved them: their gradient was masked too": before * (1 - rate * decay),
                "they became 0": torch.zeros_like(before),
                "two steps were taken in one call": _adamw(wanted, [*slopes, slopes[-1]], rate, decay),
            }
            mistake = _told(known, after, mask)
            what = f"the entries inside the mask after step {number + 1} ({name})"
            hint = "inside the mask AdamW's step stands as it is"
            raise different(after[mask], wanted[mask], what, mistake or hint, known=bool(mistake))


def _told(known: dict[str, Tensor], after: Tensor, where: Tensor) -> str:
    return EITHER.join(text for text, value in known.items() if same(after[where], value[where], 1e-4))


def _others_move(seen: Seen) -> None:
    for name in ALL:
        for number in STEPS:
            before, after, slopes, rate, decay = _step(seen, name, number, "head")
            wanted = _adamw(before, slopes, rate, decay)
            if not same(after, wanted, 1e-4):
                what = f"the head, which has no mask, after step {number + 1} ({name})"
                raise different(after, wanted, what, "let the optimizer take its step for all that it holds")
            kept, given = reached(seen, name, f"mask {number}"), seen.arguments(name)[1]
            same_mask = isinstance(kept, Tensor) and torch.equal(kept, given)
            expect(same_mask, f"the mask as it was ({name})", describe(kept), "the mask was changed in place")


masked_step = Exercise(
    "lesson_12.masked_step", "masked_step", _cases, masked_steps,
    (
        Property("entries outside the mask stay what they were, to the last bit", _hidden_stays),
        Property("entries inside the mask move as AdamW moves them", _shown_moves),
        Property("what else the optimizer holds moves too, and the mask stays as it is", _others_move),
    ),
)  # fmt: skip
