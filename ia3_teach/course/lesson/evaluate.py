"""From rows to what `fit` takes, and from a model to its accuracy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ia3_teach.annotated import numbers
from ia3_teach.course.shipped.tasks import PROMPT_END, label_names, labels_of
from ia3_teach.layer import unwrapped
from ia3_teach.t_few.answers import choice_scores, inputs
from ia3_teach.training.mode import in_mode
from ia3_teach.training.texts import ids_after, open_ids
from ia3_teach.wording import listed, short

if TYPE_CHECKING:
    from datasets import Dataset
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


def is_classifier(model: PreTrainedModel) -> bool:
    """Whether the model has a classification head; raises ValueError if it is no language model either."""
    kind = type(unwrapped(model)).__name__
    if kind.endswith("ForSequenceClassification"):
        return True
    if kind.endswith(("ForCausalLM", "LMHeadModel")):
        return False
    raise ValueError(
        f"{short(kind)} can neither classify nor write an answer; "
        "load it with load_model(name, num_labels=2), or take a causal language model."
    )


def encode(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, rows: Dataset
) -> list[dict[str, object]]:
    """Rows as examples for `fit`.

    For a classifier: the text's token ids and the class number. For a causal language model: the ids
    of prompt and answer, and labels that are -100 everywhere but at the answer.
    Raises ValueError for a row without a label, which is -1 in the test splits of many data sets.
    """
    classes = labels_of(rows)
    if is_classifier(model):
        check_classes(model, rows)
        ids = tokenizer(list(rows["text"]))["input_ids"]
        return [{"input_ids": row, "labels": label} for row, label in zip(ids, classes, strict=True)]
    answers = answer_ids(tokenizer, label_names(rows))
    examples = []
    for prompt, label in zip(open_ids(tokenizer, rows["prompt"]), classes, strict=True):
        answer = answers[label]
        labels = [-100] * len(prompt) + answer
        examples.append({"input_ids": prompt + answer, "labels": labels})
    return examples


def answer_ids(tokenizer: PreTrainedTokenizerBase, names: Sequence[str]) -> list[list[int]]:
    """The token ids of ' name' behind a prompt, for each label name."""
    return ids_after(tokenizer, PROMPT_END, [f" {name}" for name in names])


def check_classes(model: PreTrainedModel, rows: Dataset) -> None:
    """Refuse rows of more labels than the classifier tells apart."""
    names, classes = label_names(rows), unwrapped(model).config.num_labels
    if len(names) > classes:
        raise ValueError(
            f"the rows have {len(names)} labels ({listed(names)}), the classifier {short(classes)} classes; "
            f"load it with load_model(name, num_labels={len(names)})"
        )


def accuracy(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, rows: Dataset) -> float:
    """The share of rows answered rightly, in [0, 1]: argmax of `scores`.

    Raises ValueError for no rows, and for a row without a label: there is nothing to compare with.
    """
    classes = labels_of(rows)
    right = scores(model, tokenizer, rows).argmax(-1) == torch.tensor(classes)
    return right.float().mean().item()


def accuracy_by_kind(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, rows: Dataset
) -> dict[str, float]:
    """The accuracy of each kind of row (plain, negated, quoted ...), the easiest kind first.

    Raises ValueError for rows that do not say their kind, such as those of a directory of one's own.
    """
    kinds = list(rows["kind"])
    if "" in kinds:
        raise ValueError(f"{short(kinds.count(''))} of {len(kinds)} rows say no kind; take a shipped task")
    right = (scores(model, tokenizer, rows).argmax(-1) == torch.tensor(rows["label"])).float()
    found = {
        kind: right[torch.tensor([other == kind for other in kinds])].mean().item() for kind in set(kinds)
    }
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


@numbers(batch=1)
def scores(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, rows: Dataset, batch: int = 64
) -> Tensor:
    """A score for each label of each row, (n_rows, n_labels).

    A classifier's logits, or a language model's mean log-probability of the answer's tokens (for
    answers of one token its log-probability): rank classification, Liu et al. 2022, section 3.2.
    """
    if len(rows) == 0:
        raise ValueError("there are no rows to score")
    if is_classifier(model):
        check_classes(model, rows)
        return _class_logits(model, tokenizer(list(rows["text"]))["input_ids"], batch)
    answers = answer_ids(tokenizer, label_names(rows))
    examples = [{"input_ids": prompt, "choices": answers} for prompt in open_ids(tokenizer, rows["prompt"])]
    return choice_scores(model, examples, batch_size=batch).float()


@torch.no_grad()
def _class_logits(model: PreTrainedModel, ids: list[list[int]], batch: int) -> Tensor:
    """A classifier's logits; texts of similar length share a forward pass."""
    order = sorted(range(len(ids)), key=lambda place: len(ids[place]))
    with in_mode(model, training=False):
        found = [
            model(**inputs([ids[place] for place in order[start : start + batch]], model)).logits.cpu()
            for start in range(0, len(order), batch)
        ]
    return torch.cat(found).float()[torch.tensor(order).argsort()]
