"""What the two tiny models learn from: the next token, or hidden tokens, the next sentence and a word."""

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from ia3_teach.course.world.tokens import SPECIAL

HIDDEN = 0.15  # the share of tokens that masked language modelling hides
HIDDEN_ANSWERS = 0.9  # and of the tokens of answers
NOT_ASKED = -100  # the label of a position without loss


def fast_bfloat16() -> bool:
    """Whether this processor multiplies bfloat16 matrices natively (about three times faster).

    An x86 processor without such instructions imitates them, three times slower than float32.
    """
    if torch.backends.cpu.get_cpu_capability().startswith("AVX"):
        return torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
    return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


def next_token_loss(
    model: nn.Module, ids: Tensor, marks: Tensor, answer_weight: float, asked: Tensor
) -> Tensor:
    """Mean of -log p(x_t | x_<t), weighted: sum_t w_t loss_t / sum_t w_t, w = answer_weight in answers.

    ids, marks, asked: (B, T); the sum runs over t > 0 with an answer's mark or asked. The model's
    head, a third of the work, sees the states of these alone.
    """
    chosen, following = (marks | asked)[:, 1:], ids[:, 1:]
    with torch.autocast("cpu", torch.bfloat16, enabled=fast_bfloat16()):
        hidden = model.transformer(input_ids=ids).last_hidden_state[:, :-1]
        logits = model.lm_head(hidden[chosen])
    losses = cross_entropy(logits.float(), following[chosen], reduction="none")
    weights = torch.where(marks[:, 1:][chosen], answer_weight, 1.0)
    return (losses * weights).sum() / weights.sum()


def hidden_tokens(
    ids: Tensor, answers: Tensor, share: Tensor, seed: int, mask_id: int, vocabulary: int
) -> tuple[Tensor, Tensor]:
    """BERT's corruption: a share of each row's tokens is asked for, and 90 % of the answers; of these 80 %
    become [MASK], 10 % a random token, 10 % stay.

    ids, answers: (B, T); share: (B, 1). Returns the corrupted ids and the labels (-100 where nothing
    is asked), both (B, T).
    """
    generator = torch.Generator().manual_seed(seed)
    draw, fate = (torch.rand(ids.shape, generator=generator) for _ in range(2))
    special = len(SPECIAL)  # the special tokens come first and are never asked for
    asked = (draw < torch.where(answers, HIDDEN_ANSWERS, share)) & (ids >= special)
    other = torch.randint(special, vocabulary, ids.shape, generator=generator)
    corrupted = torch.where(asked & (fate < 0.8), mask_id, ids)
    corrupted = torch.where(asked & (fate >= 0.9), other, corrupted)
    return corrupted, torch.where(asked, ids, NOT_ASKED)


def bert_loss(
    model: nn.Module, inputs: dict[str, Tensor], labels: Tensor, follows: Tensor, words: Tensor
) -> Tensor:
    """Masked-language-model loss, plus the loss of the next sentence and of the text's word where asked.

    labels: (B, T); follows, words: (B,), -100 where nothing is asked. The word must be read, through
    the head for hidden tokens, from the mean of the text's states, without that of [CLS]: a new
    head on the pooler would find the tasks solved. Devlin et al. 2019, section 3.1, for the first two.
    """
    with torch.autocast("cpu", torch.bfloat16, enabled=fast_bfloat16()):
        hidden, pooled = model.bert(**inputs, return_dict=False)
        mask = inputs["attention_mask"].unsqueeze(-1)
        mean = (hidden * mask)[:, 1:].sum(1) / mask[:, 1:].sum(1)
        asked, alone = labels != NOT_ASKED, words != NOT_ASKED
        tokens = model.cls.predictions(torch.cat([hidden[asked], mean[alone]]))
        order = model.cls.seq_relationship(pooled)
    found, of_mean = tokens.float().split([int(asked.sum()), int(alone.sum())])
    parts = [(found, labels[asked]), (of_mean, words[alone])]
    parts += [(order.float()[follows >= 0], follows[follows >= 0])]
    return sum(cross_entropy(logits, wanted) for logits, wanted in parts if len(wanted))
