r"""What a language model says to every choice of every example, in one forward pass; rank classification.

Of each token y of a choice the log odds m = log(p / (1 - p)) are kept, because log p = logsigmoid(m) and
log(1 - p) = logsigmoid(-m) then hold without loss, however close p is to 0 or 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pad_sequence

from ia3_teach.amounts import whole
from ia3_teach.layer import unwrapped
from ia3_teach.t_few.choices import check_choices, is_encoder_decoder
from ia3_teach.training.batches import Example, pad_id, padded
from ia3_teach.training.limits import check_readable
from ia3_teach.training.mode import in_mode

Row = tuple[int, tuple[int, ...]]  # the number of a prompt, and the tokens that follow it


@dataclass(frozen=True)
class Answers:
    """The tokens of all choices: `log_odds`, and `real`, False at padding; both (B, n_choices, T)."""

    log_odds: Tensor
    real: Tensor

    def log_p(self) -> Tensor:
        """log p(y_t | x, y_<t), 0 at padding, (B, n_choices, T)."""
        return F.logsigmoid(self.log_odds).masked_fill(~self.real, 0)

    def log_not_p(self) -> Tensor:
        """log(1 - p(y_t | x, y_<t)), 0 at padding, (B, n_choices, T)."""
        return F.logsigmoid(-self.log_odds).masked_fill(~self.real, 0)

    def scores(self, length_normalised: bool = True) -> Tensor:
        r"""β(x, y) = 1/T Σ_t log p(y_t | x, y_<t), or the sum alone; (B, n_choices), -inf where no choice is.

        Source: Liu et al. 2022, section 3.2.

        >>> answers = Answers(torch.zeros(1, 2, 2), torch.tensor([[[True, True], [True, False]]]))
        >>> (answers.scores() / torch.tensor(2.0).log()).tolist()
        [[-1.0, -1.0]]
        >>> (answers.scores(length_normalised=False) / torch.tensor(2.0).log()).tolist()
        [[-2.0, -1.0]]
        """
        total, n_tokens = self.log_p().sum(-1), self.real.sum(-1)
        scores = total / n_tokens.clamp_min(1) if length_normalised else total
        return scores.masked_fill(n_tokens == 0, -torch.inf)


def rank_classify(
    model: nn.Module, examples: Sequence[Example], length_normalised: bool = True, batch_size: int = 32
) -> list[int]:
    """The number of each example's most likely choice: the mean log-probability of its tokens, or the sum.

    Raises ValueError as `choice_scores` does. Source: Liu et al. 2022, section 3.2 (after Brown et al. 2020).
    """
    return choice_scores(model, examples, length_normalised, batch_size).argmax(-1).tolist()


@torch.no_grad()
def choice_scores(
    model: nn.Module, examples: Sequence[Example], length_normalised: bool = True, batch_size: int = 32
) -> Tensor:
    """The score of every choice, (n_examples, n_choices), -inf where an example has fewer choices.

    Without dropout; examples of similar length share a forward pass, so that little is padded.
    Raises ValueError for no examples, for what `check_choices` refuses, and for a model that cannot write.
    """
    batch_size = whole("batch_size", batch_size, least=1)
    if len(examples) == 0:
        raise ValueError("there are no examples to score")
    order = sorted(range(len(examples)), key=lambda i: len(examples[i]["input_ids"]))
    found: dict[int, Tensor] = {}
    with in_mode(model, training=False):
        for start in range(0, len(order), batch_size):
            places = order[start : start + batch_size]
            scores = ask(model, [examples[i] for i in places]).scores(length_normalised)
            found.update(zip(places, scores.cpu(), strict=True))
    return pad_sequence([found[i] for i in range(len(examples))], batch_first=True, padding_value=-torch.inf)


def ask(model: nn.Module, examples: Sequence[Example]) -> Answers:
    """All choices of all examples in one forward pass; gradients flow through it.

    The last token of a choice predicts nothing and is not read; choices that are the same until there share
    a row, so that for choices of one token each prompt is read once. An encoder reads each prompt once.
    Raises ValueError for what `check_choices` refuses, and for a model that cannot write.
    """
    writes_apart = is_encoder_decoder(model)
    for i, example in enumerate(examples):
        check_choices(i, example)
    flat = [(i, choice) for i, example in enumerate(examples) for choice in example["choices"]]
    rows: dict[Row, int] = {}
    row_of = [rows.setdefault((i, tuple(choice[:-1])), len(rows)) for i, choice in flat]
    logits = (decoder_logits if writes_apart else causal_logits)(model, examples, list(rows))
    before = [0 if writes_apart else len(examples[i]["input_ids"]) - 1 for i, _ in flat]
    targets = padded([choice for _, choice in flat], 0).to(logits.device)
    real = padded([[1] * len(choice) for _, choice in flat], 0).bool().to(logits.device)
    places = padded([range(n, n + len(choice)) for n, (_, choice) in zip(before, flat, strict=True)], 0)
    picked = logits[torch.tensor(row_of)[:, None].to(logits.device), places.to(logits.device)]
    sizes = [len(example["choices"]) for example in examples]
    log_odds = log_odds_of(picked, targets).split(sizes)
    return Answers(
        pad_sequence(log_odds, batch_first=True), pad_sequence(real.split(sizes), batch_first=True)
    )


def log_odds_of(logits: Tensor, targets: Tensor) -> Tensor:
    """z_y - log Σ_{j≠y} exp z_j, in at least float32; (..., vocabulary), (...) -> (...).

    >>> log_odds_of(torch.zeros(1, 4), torch.tensor([2])).exp().item()  # 1/4 against 3/4
    0.333...
    """
    logits, places = logits.to(torch.promote_types(logits.dtype, torch.float32)), targets[..., None]
    others = logits.scatter(-1, places, -torch.inf).logsumexp(-1)
    return logits.gather(-1, places).squeeze(-1) - others


def causal_logits(model: nn.Module, examples: Sequence[Example], rows: Sequence[Row]) -> Tensor:
    """A decoder reads the prompt and what follows it: (n_rows, T, vocabulary)."""
    return model(**inputs([[*examples[i]["input_ids"], *tokens] for i, tokens in rows], model)).logits


def decoder_logits(model: nn.Module, examples: Sequence[Example], rows: Sequence[Row]) -> Tensor:
    """An encoder reads each prompt once, a decoder what follows: (n_rows, T, vocabulary)."""
    prompts = inputs([example["input_ids"] for example in examples], model)
    encoded = unwrapped(model).get_encoder()(**prompts)
    prompt_of = torch.tensor([i for i, _ in rows], device=prompts["input_ids"].device)
    encoded.last_hidden_state = encoded.last_hidden_state[prompt_of]
    begun = inputs([[unwrapped(model).config.decoder_start_token_id, *tokens] for _, tokens in rows], model)
    mask = prompts["attention_mask"][prompt_of]
    return model(encoder_outputs=encoded, attention_mask=mask, decoder_input_ids=begun["input_ids"]).logits


def inputs(ids: Sequence[Sequence[int]], model: nn.Module) -> dict[str, Tensor]:
    """input_ids padded on the right, and attention_mask, both (B, T), on the model's device.

    Raises ValueError for tokens that the model cannot read.
    """
    pad, device = pad_id(model), next(model.parameters()).device
    tokens, mask = padded(ids, pad), padded([[1] * len(row) for row in ids], 0)
    check_readable(model, tokens)
    return {"input_ids": tokens.to(device), "attention_mask": mask.to(device)}
