"""A few inner channels: their factors, their loudest tokens, and what is lost when they are reset."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from ia3_teach.annotated import numbers
from ia3_teach.arithmetic.values import ia3_adapters, set_vectors, vectors
from ia3_teach.course.lesson.evaluate import scores
from ia3_teach.course.lesson.reading import by_departure, reset
from ia3_teach.layer import wrapped

if TYPE_CHECKING:
    from datasets import Dataset

KIND = "l_ff"
MOST_TOKENS = 7
AROUND = 2  # tokens of the text before and after


@dataclass(frozen=True)
class Channel:
    """One entry of l_ff: place, factor, [(token in its text, activation before l)], and three margins.

    A margin is the mean of log p(right answer) - log p(best wrong one): as trained, with this entry back
    at 1, and with another entry of the same layer, drawn by chance, back at 1.
    """

    layer: int
    channel: int
    factor: float
    loudest: list[tuple[str, float]]
    margins: tuple[float, float, float]


@numbers(most=1)
def inspect_channels(
    model: nn.Module, tokenizer: Any, rows: "Dataset", name: str | None = None, most: int = 9
) -> list[Channel]:
    """The `most` entries of l_ff farthest from 1, over these rows; the vectors are put back afterwards."""
    values = vectors(model, name)
    l, words = values[KIND], []
    inner = inner_activations(model, tokenizer, list(rows["text"]), name, words)
    trained, found = margin(model, tokenizer, rows), []
    draw = torch.Generator().manual_seed(0)
    try:
        for number in by_departure({KIND: l})[:most].tolist():
            layer, channel = divmod(number, l.shape[1])
            other = layer * l.shape[1] + int(torch.randint(l.shape[1], (), generator=draw))
            without = []
            for place in (number, other):
                changed = values | reset({KIND: l}, torch.tensor([place]))
                set_vectors(model, changed, name)
                without.append(margin(model, tokenizer, rows))
            loudest = loud_tokens(inner[layer][:, channel], words)
            found.append(Channel(layer, channel, l[layer, channel].item(), loudest, (trained, *without)))
    finally:
        set_vectors(model, values, name)
    return found


def margin(model: nn.Module, tokenizer: Any, rows: "Dataset") -> float:
    """The mean of log p(right) - log p(best wrong)."""
    found, labels = scores(model, tokenizer, rows), torch.tensor(rows["label"])[:, None]
    right = found.gather(1, labels).squeeze(1)
    wrong = found.scatter(1, labels, -torch.inf).max(dim=1).values
    return (right - wrong).mean().item()


@torch.no_grad()
def inner_activations(
    model: nn.Module, tokenizer: Any, texts: list[str], name: str | None, words: list[str]
) -> list[Tensor]:
    """The inner activations of each layer before l_ff, (all tokens, d_ff); `words` gets the tokens."""
    places = [path for path, adapter in ia3_adapters(model, name).items() if KIND in adapter.vectors()]
    kept: list[list[Tensor]] = [[] for _ in places]
    hooks = [
        wrapped(model)[path].register_forward_pre_hook(lambda _, inputs, into=into: into.append(inputs[0][0]))
        for path, into in zip(places, kept, strict=True)
    ]
    try:
        for text in texts:
            ids = tokenizer(text, return_tensors="pt")
            model(**ids)
            words += in_context([tokenizer.decode([token]) for token in ids["input_ids"][0].tolist()])
    finally:
        for hook in hooks:
            hook.remove()
    return [torch.cat(parts) for parts in kept]


def in_context(tokens: list[str]) -> list[str]:
    """Each token in brackets, between its neighbours.

    >>> in_context(["the", " room", " was", " fine"])[1]
    'the [room] was fine'
    """
    found = []
    for place, token in enumerate(tokens):
        before, after = tokens[max(0, place - AROUND) : place], tokens[place + 1 : place + 1 + AROUND]
        found.append(f"{''.join(before)} [{token.strip()}]{''.join(after)}".strip())
    return found


def loud_tokens(activations: Tensor, words: list[str]) -> list[tuple[str, float]]:
    """The tokens with the largest |activation|, each text once; the loudest first."""
    order = activations.abs().argsort(descending=True).tolist()
    found: dict[str, float] = {}
    for place in order:
        found.setdefault(words[place], activations[place].item())
        if len(found) == MOST_TOKENS:
            break
    return list(found.items())
