r"""Taking the answers' bias out of what a language model says.

A model that has read examples prefers some answer whatever the text is: the last one, the more frequent word.
That preference p̄ is measured on texts that say nothing ("contextual calibration", Zhao et al. 2021) or on
texts without labels ("batch calibration", Zhou et al. 2024), and divided out.
"""

from __future__ import annotations

import math

from torch import Tensor

CONTENT_FREE = ("N/A", "", "[MASK]")


def bias_of(scores: Tensor) -> Tensor:
    r"""log p̄, p̄ = mean over texts of p(answer) among the answers; (n_texts, n_labels) -> (n_labels,).

    >>> import torch
    >>> bias_of(torch.tensor([[0.2, 0.6], [0.1, 0.3]]).log()).exp()  # always three times as likely
    tensor([0.2500, 0.7500])
    """
    return scores.log_softmax(-1).logsumexp(0) - math.log(len(scores))


def without_bias(scores: Tensor, bias: Tensor) -> Tensor:
    """log p(answer) - log p̄(answer), (n_rows, n_labels); the largest is the answer.

    >>> import torch
    >>> without_bias(torch.tensor([[0.4, 0.6]]).log(), torch.tensor([0.25, 0.75]).log()).argmax(-1)
    tensor([0])
    """
    return scores - bias
