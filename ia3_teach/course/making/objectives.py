"""What the two tiny models learn from: the next token, or hidden tokens and the next sentence."""

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from ia3_teach.course.world.tokens import SPECIAL

HIDDEN = 0.15  # the share of tokens that masked language modelling hides
HIDDEN_ANSWERS = 0.9  # and of the tokens of answers


def fast_bfloat16() -> bool:
    """Whether this processor multiplies bfloat16 matrices natively (about three times faster)."""
    return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


def rows_of_step(count: int, batch: int, step: int, seed: int) -> Tensor:
    """The row numbers of a step's batch: each epoch is a new permutation."""
    per_epoch = count // batch
    epoch, place = divmod(step, per_epoch)
    order = torch.randperm(count, generator=torch.Generator().manual_seed(seed * 1000 + epoch))
    return order[place * batch : (place + 1) * batch]


def next_token_loss(model: nn.Module, ids: Tensor, marks: Tensor, answer_weight: float) -> Tensor:
    """Mean of -log p(x_t | x_<t), weighted: sum_t w_t loss_t / sum_t w_t, w = answer_weight in answers.

    ids, marks: (B, T).
    """
    with torch.autocast("cpu", torch.bfloat16, enabled=fast_bfloat16()):
        logits = model(input_ids=ids).logits[:, :-1]
    losses = cross_entropy(logits.flatten(0, 1).float(), ids[:, 1:].flatten(), reduction="none")
    weights = torch.where(marks[:, 1:].flatten(), answer_weight, 1.0)
    return (losses * weights).sum() / weights.sum()


def hidden_tokens(
    ids: Tensor, answers: Tensor, seed: int, mask_id: int, vocabulary: int
) -> tuple[Tensor, Tensor]:
    """BERT's corruption: 15 % of the tokens are asked for, and 90 % of the answers; of these 80 %
    become [MASK], 10 % a random token, 10 % stay.

    Returns the corrupted ids and the labels (-100 where nothing is asked), both (B, T).
    """
    generator = torch.Generator().manual_seed(seed)
    draw, fate = (torch.rand(ids.shape, generator=generator) for _ in range(2))
    special = len(SPECIAL)  # the special tokens come first and are never asked for
    asked = (draw < torch.where(answers, HIDDEN_ANSWERS, HIDDEN)) & (ids >= special)
    other = torch.randint(special, vocabulary, ids.shape, generator=generator)
    corrupted = torch.where(asked & (fate < 0.8), mask_id, ids)
    corrupted = torch.where(asked & (fate >= 0.9), other, corrupted)
    return corrupted, torch.where(asked, ids, -100)


def bert_loss(model: nn.Module, inputs: dict[str, Tensor], labels: Tensor, follows: Tensor) -> Tensor:
    """Masked-language-model loss, plus next-sentence loss where it is asked (labels other than -100).

    Devlin et al. 2019, section 3.1.
    """
    with torch.autocast("cpu", torch.bfloat16, enabled=fast_bfloat16()):
        hidden, pooled = model.bert(**inputs, return_dict=False)
        asked = labels != -100
        words = model.cls.predictions(hidden[asked])
        order = model.cls.seq_relationship(pooled)
    loss = cross_entropy(words.float(), labels[asked])
    if (follows >= 0).any():
        loss = loss + cross_entropy(order.float(), follows)
    return loss
