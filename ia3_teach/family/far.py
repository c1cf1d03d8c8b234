r"""FAR: train the hidden channels of each feed-forward layer that a short trial moved most.

W_1' = W_1 + Δ_1 on the rows, W_2' = W_2 + Δ_2 on the columns of the chosen channels j, with Δ = 0 elsewhere.
Shapes: values (k,) per layer, W_1 (d_ff, d_model), W_2 (d_model, d_ff). Count: 2 d_model for each channel,
the share of d_ff rounded down; three times d_model where there is a gate. Merged: W + Δ. Start: Δ = 0, the
unchanged model. Source: Vucetic et al. 2022, "Efficient Fine-Tuning of BERT Models on the Edge", section 3:
after a few steps of full fine-tuning on a copy, the channels whose incoming weights moved furthest (L1) are
the learners. There the learners' rows are moved together so that memory is saved, and biases are trained too.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import torch
from torch import Tensor, nn

from ia3_teach.family.masks import Chosen, Sparse
from ia3_teach.family.method import Change
from ia3_teach.family.roles import block_of, widths
from ia3_teach.family.trial import trial_texts
from ia3_teach.sites.patterns import hits_of
from ia3_teach.training.batches import Example
from ia3_teach.training.loop import fit


@dataclass(frozen=True)
class FAR(Sparse):
    """The recipe: the share of channels, and those that `FAR.of` has chosen in its trial.

    >>> FAR(share=0.5).per_block(d_model=4, d_ff=6, matrices=2)
    24
    """

    share: float = 0.1
    roles: ClassVar[Sequence[str]] = ("up", "gate", "down")

    @classmethod
    def of(cls, model: nn.Module, data: Sequence[Example], steps: int = 10, **settings) -> FAR:
        """Choose by so many steps of full fine-tuning (rate 1e-4) on a copy; the model stays as it is."""
        recipe = cls(**settings, chosen={})
        layers, trial = recipe.places(model), copy.deepcopy(model).requires_grad_(True)
        fit(trial, data, steps=steps, learning_rate=1e-4)
        after = recipe.places(trial)
        moved = {path: (Change(after[path]).W - Change(layer).W).abs() for path, layer in layers.items()}
        return replace(recipe, chosen=recipe.channels(model, moved))

    def channels(self, model: nn.Module, moved: Mapping[str, Tensor]) -> Chosen:
        """{path: places} of each block's channels whose incoming weights moved furthest."""
        roles, chosen = block_of(model.config).roles, {}
        paths = {role: hits_of(roles[role].pattern, list(moved)) for role in self.roles if role in roles}
        for number, up in enumerate(paths["up"]):
            best = moved[up].sum(1).topk(int(self.share * len(moved[up]))).indices.sort().values
            for role, mine in paths.items():
                d_out, d_in = moved[mine[number]].shape
                places = torch.arange(d_out * d_in, device=best.device).view(d_out, d_in)
                chosen[mine[number]] = (places[:, best] if role == "down" else places[best]).flatten()
        return chosen

    def choose(self, layers: Mapping[str, nn.Module]) -> Chosen:
        """Not without data. Raises ValueError."""
        raise ValueError("FAR chooses in a trial on data; make the recipe by FAR.of(model, data)")

    def per_block(self, d_model: int, d_ff: int, matrices: int) -> int:
        """Matrices times d_model for each chosen channel."""
        return matrices * d_model * int(self.share * d_ff)

    def closed_form(self, config: object) -> tuple[str, int] | None:
        """The same for every block."""
        if self.sites is not None:
            return None
        found = [(n, self.per_block(*pairs[0], len(pairs))) for n, pairs in widths(config, self.roles)]
        return " + ".join(f"{n} x {each:,}" for n, each in found), sum(n * each for n, each in found)

    @classmethod
    def example(cls, model: nn.Module) -> FAR:
        """Chosen on two short texts."""
        return cls.of(model, trial_texts(model), steps=1, share=0.2)
