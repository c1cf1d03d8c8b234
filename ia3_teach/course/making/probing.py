"""What a model's states hold before any training on a task: a linear probe."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from ia3_teach.t_few.answers import inputs
from ia3_teach.wording import brief, short

if TYPE_CHECKING:
    from datasets import Dataset, DatasetDict
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

EXAMPLES = 2000
DECAY = 1e-3  # of the probe's weights, in its loss
VIEWS = ("mean", "pooler")


def probe(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    splits: DatasetDict,
    view: str = "mean",
    examples: int = EXAMPLES,
    split: str = "validation",
) -> float:
    """The accuracy of a linear classifier on a model's features, learned on rows of the pool.

    The model itself is not changed. Raises ValueError where the pool has too few rows.
    """
    from ia3_teach.course.shipped.tasks import few_shot

    known = few_shot(splits["pool"], examples, seed=0)
    given, asked = (features(model, tokenizer, rows["text"], view) for rows in (known, splits[split]))
    centre, spread = given.mean(0), given.std(0) + 1e-6
    classify = linear_classifier((given - centre) / spread, torch.tensor(known["label"]))
    with torch.no_grad():
        found = classify((asked - centre) / spread).argmax(-1)
    return (found == torch.tensor(splits[split]["label"])).float().mean().item()


@torch.no_grad()
def features(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    texts: Dataset,
    view: str = "mean",
    batch: int = 100,
) -> Tensor:
    """One vector of each text, (n_texts, d_model): the mean of its last states, or BERT's pooled vector.

    Raises ValueError for another view, or for a pooled vector of a model that has none.
    """
    if view not in VIEWS or (view == "pooler" and getattr(model.base_model, "pooler", None) is None):
        raise ValueError(
            f"the view must be one of {short(', '.join(VIEWS))}, the latter of a BERT; found {brief(view)}"
        )
    ids = tokenizer(list(texts))["input_ids"]
    order = sorted(range(len(ids)), key=lambda place: len(ids[place]))
    found = []
    for start in range(0, len(order), batch):
        given = inputs([ids[place] for place in order[start : start + batch]], model)
        output = model.base_model(**given)
        mask = given["attention_mask"].unsqueeze(-1)
        mean = (output.last_hidden_state * mask).sum(1) / mask.sum(1)
        found.append((mean if view == "mean" else output.pooler_output).float())
    return torch.cat(found)[torch.tensor(order).argsort()]


def linear_classifier(given: Tensor, labels: Tensor, rounds: int = 60) -> nn.Linear:
    """Logistic regression with a little weight decay, by L-BFGS from zero: no randomness."""
    classify = nn.Linear(given.shape[1], int(labels.max()) + 1)
    nn.init.zeros_(classify.weight)
    nn.init.zeros_(classify.bias)
    optimizer = torch.optim.LBFGS(classify.parameters(), max_iter=rounds, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimizer.zero_grad()
        value = cross_entropy(classify(given), labels) + DECAY * classify.weight.square().sum()
        value.backward()
        return value

    optimizer.step(loss)
    return classify
