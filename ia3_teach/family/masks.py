"""What the masks share: chosen entries of each weight are trained, and only these exist as parameters.

So nothing has to hold the others still: a mask on gradients alone lets AdamW's decay move what it masks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from ia3_teach.amounts import part
from ia3_teach.family.method import Change, Method, Parts, Settings, new
from ia3_teach.family.roles import widths
from ia3_teach.wording import brief, short

Chosen = Mapping[str, Tensor]


@dataclass(frozen=True)
class Sparse(Method):
    """The `share` of the weights' entries that is trained; `chosen` are they, where they are known already.

    `chosen` is {path: places in the weight (d_out, d_in), row after row}.
    """

    form = "select"
    merges = shares_batch = starts_as_identity = True
    adds_latency = False
    share: float = 0.005
    chosen: Chosen | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Refuse a share outside (0, 1]."""
        super().__post_init__()
        part("share", self.share)

    def plan(self, model: nn.Module) -> dict[str, nn.Module]:
        """The chosen entries of each layer. Raises ValueError where the share is less than one entry."""
        layers = self.places(model)
        chosen = self.choose(layers) if self.chosen is None else self.chosen
        found = {path: chosen[path] for path in layers if path in chosen and len(chosen[path])}
        if not found:
            raise ValueError(
                f"a share of {short(self.share)} of these weights is not one entry; take a larger one"
            )
        return {path: Entries(layers[path], index) for path, index in found.items()}

    def choose(self, layers: Mapping[str, nn.Module]) -> Chosen:
        """Which entries, for these layers."""
        raise NotImplementedError

    def closed_form(self, config: object) -> tuple[str, int] | None:
        """The share of all entries together, rounded down."""
        if self.sites is not None:
            return None
        found = [(n, [d_in * d_out for d_in, d_out in pairs]) for n, pairs in widths(config, self.roles)]
        text = " + ".join(f"{n} x ({' + '.join(f'{size:,}' for size in sizes)})" for n, sizes in found)
        return f"int({self.share} x ({text}))", int(self.share * sum(n * sum(sizes) for n, sizes in found))

    def settings(self) -> dict[str, object]:
        """The share; the entries are in the tensors."""
        return {name: value for name, value in super().settings().items() if name != "chosen"}

    @classmethod
    def from_file(cls, settings: Settings, sites: Mapping[str, Parts], heads: Sequence[str]) -> Sparse:
        """With the places of the file."""
        chosen = {path: places_in(parts) for path, parts in sites.items()}
        return cls(**settings, sites=tuple(sites), modules_to_save=heads, chosen=chosen)

    @classmethod
    def example(cls, model: nn.Module) -> Sparse:
        """A share that leaves something of a small model."""
        return cls(share=0.05)


class Entries(Change):
    """Δ is zero but for `values` (k,) at the places `index` (k,). Raises ValueError for other places.

    >>> Entries(nn.Linear(2, 2), torch.tensor([0, 3])).delta().tolist()
    [[0.0, 0.0], [0.0, 0.0]]
    """

    def __init__(self, layer: nn.Module, index: Tensor) -> None:
        super().__init__(layer)
        if (index.diff() <= 0).any() or index.min() < 0 or index.max() >= layer.weight.numel():
            raise ValueError(
                f"places in a weight of {short(layer.weight.numel())} entries rise from 0 on, each once; "
                f"found {brief(index.tolist())}"
            )
        self.values = new(layer, len(index))
        self.register_buffer("index", index.to(layer.weight.device, torch.int64, copy=True))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """The unchanged model."""
        nn.init.zeros_(self.values)

    def delta(self) -> Tensor:
        """The values at their places."""
        return self.values.new_zeros(self.W.numel()).index_put((self.index,), self.values).view_as(self.W)


def places_in(parts: Parts) -> Tensor:
    """The places in a file; others of the same number where their values are not read yet."""
    index = parts["index"]
    return index if isinstance(index, Tensor) else torch.arange(*index.shape)


def top(scores: Mapping[str, Tensor], share: float) -> Chosen:
    """The places of the highest scores of all layers together, as many as the share of all, rounded down.

    >>> top({"a": torch.tensor([[1.0, 5.0]]), "b": torch.tensor([[4.0, 0.0]])}, 0.5)
    {'a': tensor([1]), 'b': tensor([0])}
    """
    flat = torch.cat([score.flatten() for score in scores.values()])
    best = flat.topk(int(share * len(flat))).indices.sort().values
    chosen, start = {}, 0
    for path, score in scores.items():
        mine = best[(best >= start) & (best < start + score.numel())]
        chosen[path], start = mine - start, start + score.numel()
    return chosen


def magnitudes(layers: Mapping[str, nn.Module]) -> dict[str, Tensor]:
    """{path: |W|}, of shape (d_out, d_in)."""
    return {path: Change(layer).W.abs() for path, layer in layers.items()}
