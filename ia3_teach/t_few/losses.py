r"""The three losses of T-Few over answer choices, and the two that the authors' code computes differently.

Liu et al. 2022, section 3.2. With y the right choice, ŷ^(n) the N wrong ones, T and T^(n) their numbers of
tokens, and β(x, y) = 1/T Σ_t log p(y_t | x, y_<t), the loss of an example is L_LM + L_UL + L_LN:

    L_LM = -β(x, y)
    L_UL = -Σ_n Σ_t log(1 - p(ŷ_t^(n) | x, ŷ_<t^(n))) / Σ_n T^(n)                    (Eq. 1)
    L_LN = -log( exp β(x, y) / (exp β(x, y) + Σ_n exp β(x, ŷ^(n))) )                  (Eq. 2)

A batch has the mean over its examples. Train with `fit(model, encode_choices(...), loss=t_few_loss, ...)`;
for fewer terms give a function of (model, examples) that adds up some of `t_few_terms`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ia3_teach.t_few.answers import Answers, ask
from ia3_teach.training.batches import Example


class Terms(NamedTuple):
    """L_LM, L_LN and L_UL of a batch, each a scalar."""

    language_model: Tensor
    length_normalised: Tensor
    unlikelihood: Tensor


def t_few_loss(model: nn.Module, examples: Sequence[Example]) -> Tensor:
    """L_LM + L_LN + L_UL as in the paper, a scalar. Raises ValueError as `t_few_terms` does."""
    return torch.stack(t_few_terms(model, examples)).sum()


def t_few_terms(model: nn.Module, examples: Sequence[Example]) -> Terms:
    """The three losses as in the paper, from one forward pass over all choices.

    Raises ValueError for examples without choices or labels, and for a model that cannot write.
    """
    right, answers = labels_of(examples), ask(model, examples)
    terms = (language_model_loss, length_normalised_loss, unlikelihood_loss)
    return Terms(*(term(answers, right.to(answers.real.device)) for term in terms))


def authors_terms(model: nn.Module, examples: Sequence[Example]) -> Terms:
    """The three losses as in the authors' code; L_LN is the paper's. Raises ValueError as above."""
    right, answers = labels_of(examples), ask(model, examples)
    terms = (authors_language_model_loss, length_normalised_loss, authors_unlikelihood_loss)
    return Terms(*(term(answers, right.to(answers.real.device)) for term in terms))


def labels_of(examples: Sequence[Example]) -> Tensor:
    """The number of each example's right choice, (B,)."""
    if any("labels" not in example for example in examples):
        raise ValueError("an example has no labels; give the numbers of the right choices to encode_choices")
    return torch.tensor([example["labels"] for example in examples])


def language_model_loss(answers: Answers, right: Tensor) -> Tensor:
    """L_LM = -β(x, y), the mean over the batch. Shapes: right (B,) -> scalar.

    >>> even = Answers(torch.zeros(1, 2, 1), torch.ones(1, 2, 1, dtype=torch.bool))  # every p is 1/2
    >>> language_model_loss(even, torch.tensor([0])).exp()
    tensor(2.)
    """
    return -answers.scores().gather(1, right[:, None]).mean()


def length_normalised_loss(answers: Answers, right: Tensor) -> Tensor:
    """L_LN, Eq. 2: cross-entropy of softmax β over the choices. Shapes: right (B,) -> scalar.

    With one choice there is nothing to choose, and the loss is 0.

    >>> even = Answers(torch.zeros(1, 3, 1), torch.ones(1, 3, 1, dtype=torch.bool))
    >>> length_normalised_loss(even, torch.tensor([0])).exp()
    tensor(3.)
    """
    return F.cross_entropy(answers.scores(), right)


def unlikelihood_loss(answers: Answers, right: Tensor) -> Tensor:
    """L_UL, Eq. 1: the mean of -log(1 - p) over the tokens of the wrong choices.

    It grows without bound as p comes close to 1, but only like the log odds of p, of which it is computed:
    it is finite for finite logits, and its gradient for the token's logit is p, at most 1. Without a wrong
    choice Eq. 1 is 0/0; here it is 0. Shapes: right (B,) -> scalar.

    >>> even = Answers(torch.zeros(1, 2, 1), torch.ones(1, 2, 1, dtype=torch.bool))
    >>> unlikelihood_loss(even, torch.tensor([0])).exp()
    tensor(2.)
    """
    wrong = wrong_tokens(answers, right)
    total = -answers.log_not_p().masked_fill(~wrong, 0).sum((1, 2))
    return (total / wrong.sum((1, 2)).clamp_min(1)).mean()


def authors_language_model_loss(answers: Answers, right: Tensor) -> Tensor:
    """L_LM as in the authors' code (r-three/t-few, EncoderDecoder.py): the mean over all tokens of the batch.

    In the paper an example counts as much as any other; here an example with a longer answer counts more.
    The two agree where all right choices have the same length.
    """
    rows = torch.arange(len(right), device=right.device)
    return -answers.log_p()[rows, right].sum() / answers.real[rows, right].sum()


def authors_unlikelihood_loss(answers: Answers, right: Tensor) -> Tensor:
    """L_UL as in the authors' code: -Σ log(1 - p + 0.01) / (number of wrong tokens in the batch).

    It differs from Eq. 1 in three ways. With the 0.01 no term is above -log 0.01 = 4.61, and its gradient for
    the token's logit is p (1 - p) / (1.01 - p): it fades as p comes close to 1, where the paper's is largest.
    The sum is not masked: every token of a right choice and every place of padding adds -log 1.01 = -0.00995,
    so that the value depends on the padding, though the gradient does not. And wrong tokens are averaged over
    the batch, not example by example.
    Raises ValueError for a batch without a wrong choice, for which their code divides by 0.
    """
    wrong = wrong_tokens(answers, right)
    if not wrong.any():
        raise ValueError(
            "no example of this batch has a wrong choice; the authors' loss divides by their tokens"
        )
    p = answers.log_p().exp().masked_fill(~wrong, 0)
    return -torch.log(1 - p + 1e-2).sum() / wrong.sum()


def wrong_tokens(answers: Answers, right: Tensor) -> Tensor:
    """True at the tokens of wrong choices, (B, n_choices, T)."""
    choices = torch.arange(answers.real.shape[1], device=right.device)
    return answers.real & (choices != right[:, None])[..., None]
