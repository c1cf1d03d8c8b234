"""From rows to what `fit` takes, and from a model to its accuracy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ia3_teach.batches import padded

if TYPE_CHECKING:
    from datasets import Dataset
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


def is_classifier(model: PreTrainedModel) -> bool:
    """Whether the model has a classification head; raises ValueError if it is no language model either."""
    kind = type(model).__name__
    if kind.endswith("ForSequenceClassification"):
        return True
    if kind.endswith(("ForCausalLM", "LMHeadModel")):
        return False
    raise ValueError(
        f"{kind} can neither classify nor write an answer; "
        "load it with load_model(name, num_labels=2), or take a causal language model."
    )


def encode(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, rows: Dataset
) -> list[dict[str, object]]:
    """Rows as examples for `fit`.

    For a classifier: the text's token ids and the class number. For a causal language model: the ids
    of prompt and answer, and labels that are -100 everywhere but at the answer.
    """
    if is_classifier(model):
        ids = tokenizer(list(rows["text"]))["input_ids"]
        pairs = zip(ids, rows["label"], strict=True)
        return [{"input_ids": row, "labels": label} for row, label in pairs]
    answers = answer_ids(tokenizer, rows.features["label"].names)
    examples = []
    for prompt, label in zip(tokenizer(list(rows["prompt"]))["input_ids"], rows["label"], strict=True):
        answer = answers[label]
        labels = [-100] * len(prompt) + answer
        examples.append({"input_ids": prompt + answer, "labels": labels})
    return examples


def answer_ids(tokenizer: PreTrainedTokenizerBase, names: Sequence[str]) -> list[list[int]]:
    """The token ids of ' name' for each label name."""
    return [tokenizer(f" {name}", add_special_tokens=False)["input_ids"] for name in names]


def accuracy(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, rows: Dataset) -> float:
    """The share of rows answered rightly, in [0, 1]: argmax of `scores`."""
    right = scores(model, tokenizer, rows).argmax(-1) == torch.tensor(rows["label"])
    return right.float().mean().item()


def scores(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, rows: Dataset, batch: int = 64
) -> Tensor:
    """A score for each label of each row, (n_rows, n_labels).

    A classifier's logits, or a language model's mean log-probability of the answer's tokens (for
    answers of one token its log-probability): rank classification, Liu et al. 2022, section 3.2.
    """
    if len(rows) == 0:
        raise ValueError("there are no rows to score")
    classifier = is_classifier(model)
    ids = tokenizer(list(rows["text" if classifier else "prompt"]))["input_ids"]
    order = sorted(range(len(ids)), key=lambda place: len(ids[place]))
    answers = [] if classifier else answer_ids(tokenizer, rows.features["label"].names)
    was_training, found = model.training, []
    model.eval()
    with torch.no_grad():
        for start in range(0, len(order), batch):
            group = [ids[place] for place in order[start : start + batch]]
            found.append(_answer_scores(model, group, answers) if answers else _logits(model, group))
    model.train(was_training)
    return torch.cat(found).float()[torch.tensor(order).argsort()]


def _logits(model: PreTrainedModel, ids: list[list[int]]) -> Tensor:
    """The model's logits for a batch of token ids, padded on the right."""
    device = next(model.parameters()).device
    batch = padded(ids, model.config.pad_token_id or 0).to(device)
    mask = padded([[1] * len(row) for row in ids], 0).to(device)
    return model(input_ids=batch, attention_mask=mask).logits.cpu()


def _answer_scores(model: PreTrainedModel, ids: list[list[int]], answers: list[list[int]]) -> Tensor:
    """Mean log-probability of each answer after each prompt, (B, n_answers)."""
    if all(len(answer) == 1 for answer in answers):
        logits = _logits(model, ids)
        last = torch.tensor([len(row) - 1 for row in ids])
        chances = logits[torch.arange(len(ids)), last].float().log_softmax(-1)
        return chances[:, [answer[0] for answer in answers]]
    columns = []
    for answer in answers:
        logits = _logits(model, [row + answer for row in ids])
        places = torch.tensor([[len(row) - 1 + i for i in range(len(answer))] for row in ids])
        chances = logits[torch.arange(len(ids))[:, None], places].float().log_softmax(-1)
        columns.append(chances.gather(-1, torch.tensor(answer).expand(len(ids), -1)[..., None]))
    return torch.stack([column.mean((1, 2)) for column in columns], -1)
