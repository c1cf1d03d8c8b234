"""The losses that `fit` uses: plain language modelling and plain classification."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F

from ia3_teach.layer import unwrapped

IGNORED = -100
# Models whose label at position t belongs to position t itself; a causal model predicts the next token.
NOT_CAUSAL = ("ForMaskedLM", "ForTokenClassification")


def loss_of(model: nn.Module, batch: dict[str, Tensor]) -> Tensor:
    """Classification for one label per example, a loss over the labelled tokens for one label per token."""
    labels = batch["labels"]
    inner = unwrapped(model)
    is_encoder_decoder = getattr(getattr(inner, "config", None), "is_encoder_decoder", False)
    inputs = batch if is_encoder_decoder else {key: batch[key] for key in batch if key != "labels"}
    logits = model(**inputs).logits
    if labels.dim() == 1:
        return classification(logits, labels)
    shifted = not (is_encoder_decoder or type(inner).__name__.endswith(NOT_CAUSAL))
    return language_model(logits, labels) if shifted else token_loss(logits, labels)


def language_model(logits: Tensor, labels: Tensor) -> Tensor:
    r"""Mean of -log p(y_t | y_<t, x) over the labelled tokens.

    Position t predicts token t + 1; labels of -100 (prompt, padding) are left out.
    Shapes: logits (B, T, vocabulary), labels (B, T) -> scalar. Raises ValueError if no token is labelled.

    >>> loss = language_model(torch.zeros(1, 3, 4), torch.tensor([[-100, 2, 1]]))
    >>> loss.item() == torch.tensor(4.0).log().item()
    True
    """
    return token_loss(logits[:, :-1], labels[:, 1:])


def token_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """The same without the shift: masked models, and decoders whose inputs are shifted already (T5)."""
    if not (labels != IGNORED).any():
        raise ValueError(
            f"no token of this batch has a label: all are {IGNORED}, so there is nothing to learn"
        )
    return F.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=IGNORED)


def classification(logits: Tensor, labels: Tensor) -> Tensor:
    r"""Mean of -log softmax(logits)[label].

    Shapes: logits (B, n_classes), labels (B,) -> scalar. Raises ValueError for a label that is no class.

    >>> classification(torch.zeros(2, 4), torch.tensor([0, 3])).item() == torch.tensor(4.0).log().item()
    True
    """
    n_classes = logits.shape[-1]
    if labels.min() < 0 or labels.max() >= n_classes:
        found = sorted(set(labels.tolist()))
        raise ValueError(f"labels must be classes 0 to {n_classes - 1}; found {found}; is num_labels right?")
    return F.cross_entropy(logits, labels)
