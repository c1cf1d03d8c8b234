"""What the two tiny models learn from: the next token, or hidden tokens and the next sentence."""

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

ANSWER_WEIGHT = 10.0  # a token of an answer counts as ten of the text
HIDDEN = 0.15  # the share of tokens that masked language modelling hides


def fast_bfloat16() -> bool:
    """Whether this processor multiplies bfloat16 matrices natively (about three times faster)."""
    return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


def rows_of_step(count: int, batch: int, step: int, seed: int) -> Tensor:
    """The row numbers of a step's batch: each epoch is a new permutation."""
    per_epoch = count // batch
    epoch, place = divmod(step, per_epoch)
    order = torch.randperm(count, generator=torch.Generator().manual_seed(seed * 1000 + epoch))
    return order[place * batch : (place + 1) * batch]


def next_token_loss(model: nn.Module, ids: Tensor, marks: Tensor) -> Tensor:
    """Mean of -log p(x_t | x_<t), weighted: sum_t w_t loss_t / sum_t w_t, w = 10 in answers.

    ids, marks: (B, T).
    """
    with torch.autocast("cpu", torch.bfloat16, enabled=fast_bfloat16()):
        logits = model(input_ids=ids).logits[:, :-1]
    losses = cross_entropy(logits.flatten(0, 1).float(), ids[:, 1:].flatten(), reduction="none")
    weights = torch.where(marks[:, 1:].flatten(), ANSWER_WEIGHT, 1.0)
    return (losses * weights).sum() / weights.sum()


def hidden_tokens(
    ids: Tensor, seed: int, mask_id: int, vocabulary: int, special: int
) -> tuple[Tensor, Tensor]:
    """BERT's corruption: 15 % of the tokens are asked for; of these 80 % become [MASK],
    10 % a random token, 10 % stay.

    Returns the corrupted ids and the labels (-100 where nothing is asked), both (B, T).
    """
    generator = torch.Generator().manual_seed(seed)
    draw, fate = (torch.rand(ids.shape, generator=generator) for _ in range(2))
    asked = (draw < HIDDEN) & (ids >= special)
    other = torch.randint(special, vocabulary, ids.shape, generator=generator)
    corrupted = torch.where(asked & (fate < 0.8), mask_id, ids)
    corrupted = torch.where(asked & (fate >= 0.9), other, corrupted)
    return corrupted, torch.where(asked, ids, -100)


def bert_loss(model: nn.Module, inputs: dict[str, Tensor], labels: Tensor, follows: Tensor) -> Tensor:
    """Masked-language-model loss plus next-sentence loss (Devlin et al. 2019, section 3.1)."""
    with torch.autocast("cpu", torch.bfloat16, enabled=fast_bfloat16()):
        hidden, pooled = model.bert(**inputs, return_dict=False)
        asked = labels != -100
        words = model.cls.predictions(hidden[asked])
        order = model.cls.seq_relationship(pooled)
    return cross_entropy(words.float(), labels[asked]) + cross_entropy(order.float(), follows)
