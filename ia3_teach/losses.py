"""The losses that `fit` uses: plain language modelling and plain classification."""

from __future__ import annotations

import torch
from torch.nn import functional as F

IGNORED = -100


def language_model(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    r"""Mean of -log p(y_t | y_<t, x) over the labelled tokens.

    Position t predicts token t + 1; labels of -100 (prompt, padding) are left out.
    Shapes: logits (B, T, vocabulary), labels (B, T) -> scalar. Raises ValueError if no token is labelled.

    >>> language_model(torch.zeros(1, 3, 4), torch.tensor([[-100, 2, 1]])).item() == torch.tensor(4.).log().item()
    True
    """
    return token_loss(logits[:, :-1], labels[:, 1:])


def token_loss(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """The same without the shift, for decoders whose inputs are shifted already (T5)."""
    if not (labels != IGNORED).any():
        raise ValueError(
            "no token of this batch has a label: every label is -100, so there is nothing to learn from"
        )
    return F.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=IGNORED)


def classification(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    r"""Mean of -log softmax(logits)[label]. Shapes: logits (B, n_classes), labels (B,) -> scalar.

    >>> classification(torch.zeros(2, 4), torch.tensor([0, 3])).item() == torch.tensor(4.).log().item()
    True
    """
    return F.cross_entropy(logits, labels)
