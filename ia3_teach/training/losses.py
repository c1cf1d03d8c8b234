"""The losses that `fit` uses: language modelling, classes, several labels at once, and numbers."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F

from ia3_teach.layer import unwrapped
from ia3_teach.wording import listed, short

IGNORED = -100
# Models whose label at position t belongs to position t itself; a causal model predicts the next token.
NOT_CAUSAL = ("ForMaskedLM", "ForTokenClassification")


def loss_of(model: nn.Module, batch: dict[str, Tensor]) -> Tensor:
    """The loss that fits what the model gives and what the labels are.

    (B, T, vocabulary): a loss over the labelled tokens. (B, 1): the squared error of a number. (B, n): the
    cross-entropy of a class for each example, or, for n fractions each, of every label by itself.
    Raises ValueError for labels of another form.
    """
    labels = batch["labels"]
    inner = unwrapped(model)
    is_encoder_decoder = getattr(getattr(inner, "config", None), "is_encoder_decoder", False)
    inputs = batch if is_encoder_decoder else {key: batch[key] for key in batch if key != "labels"}
    logits = wide(model(**inputs).logits)
    if logits.dim() == 2:
        return of_whole_examples(logits, labels)
    if labels.dim() == 1:
        return classification(logits, labels)
    if labels.is_floating_point():
        raise ValueError("the labels of tokens are whole numbers; found fractions, which a classifier takes")
    shifted = not (is_encoder_decoder or type(inner).__name__.endswith(NOT_CAUSAL))
    return language_model(logits, labels) if shifted else token_loss(logits, labels)


def wide(logits: Tensor) -> Tensor:
    """The logits in at least float32: a loss in bfloat16 would have three digits.

    >>> import torch
    >>> wide(torch.zeros(2, dtype=torch.bfloat16)).dtype, wide(torch.zeros(2, dtype=torch.float64)).dtype
    (torch.float32, torch.float64)
    """
    return logits if logits.itemsize >= 4 else logits.float()


def of_whole_examples(logits: Tensor, labels: Tensor) -> Tensor:
    """A classifier's loss, by the form of the labels: (B,) classes or numbers, (B, n) fractions."""
    n = logits.shape[-1]
    if n == 1 and labels.dim() == 1:
        return F.mse_loss(logits.squeeze(-1), labels.to(logits.dtype))
    if labels.is_floating_point() and labels.shape == logits.shape:
        return several_labels(logits, labels)
    if labels.is_floating_point() or labels.dim() != 1:
        raise ValueError(
            f"the classifier has {n:,} outputs; found labels of shape {short(tuple(labels.shape[1:]))} and "
            f"kind {labels.dtype} for each example. Give one class (a whole number), for several labels at "
            f"once {n:,} fractions such as 0.0 or 1.0, and a number to predict to a model with num_labels=1"
        )
    return classification(logits, labels)


def several_labels(logits: Tensor, labels: Tensor) -> Tensor:
    r"""Mean of -y log σ(z) - (1 - y) log σ(-z) over examples and labels.

    Shapes: logits (B, n), labels (B, n) between 0 and 1 -> scalar. Raises ValueError for others.

    >>> import torch
    >>> several_labels(torch.zeros(1, 2), torch.tensor([[1.0, 0.0]])).item() == torch.tensor(2.0).log().item()
    True
    """
    if not ((labels >= 0) & (labels <= 1)).all():
        raise ValueError(
            f"labels of several classes at once lie between 0 and 1; found {labels.min().item():g} to "
            f"{labels.max().item():g}"
        )
    return F.binary_cross_entropy_with_logits(logits, labels.to(logits.dtype))


def language_model(logits: Tensor, labels: Tensor) -> Tensor:
    r"""Mean of -log p(y_t | y_<t, x) over the labelled tokens.

    Position t predicts token t + 1; labels of -100 (prompt, padding) are left out.
    Shapes: logits (B, T, vocabulary), labels (B, T) -> scalar. Raises ValueError if no token is labelled.

    >>> import torch
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
    if logits.shape[:-1] != labels.shape:
        raise ValueError(
            f"the labels have the shape {short(tuple(labels.shape))}, the tokens "
            f"{short(tuple(logits.shape[:-1]))}; give one label for each token, {IGNORED} where there is none"
        )
    wrong = labels[(labels != IGNORED) & ((labels < 0) | (labels >= logits.shape[-1]))]
    if len(wrong):
        raise ValueError(
            f"labels are tokens, 0 to {logits.shape[-1] - 1}, or {IGNORED} for none; found "
            f"{listed(wrong.unique().tolist())}"
        )
    return F.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=IGNORED)


def classification(logits: Tensor, labels: Tensor) -> Tensor:
    r"""Mean of -log softmax(logits)[label].

    Shapes: logits (B, n_classes), labels (B,) -> scalar. Raises ValueError for a label that is no class.

    >>> import torch
    >>> classification(torch.zeros(2, 4), torch.tensor([0, 3])).item() == torch.tensor(4.0).log().item()
    True
    """
    n_classes = logits.shape[-1]
    if labels.min() < 0 or labels.max() >= n_classes:
        found = listed(sorted(set(labels.tolist())), 9)
        raise ValueError(
            f"labels must be classes 0 to {n_classes - 1}; found {short(found)}; is num_labels right?"
        )
    return F.cross_entropy(logits, labels)
