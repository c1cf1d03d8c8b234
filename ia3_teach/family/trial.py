"""Two short texts for a model, labelled as its head asks: the data that data-driven methods are shown on."""

from torch import nn

from ia3_teach.training.batches import Example

TEXTS = ((5, 6, 7), (9, 8, 7))


def trial_texts(model: nn.Module) -> list[Example]:
    """A class for each text where the model classifies, a label for each token elsewhere.

    >>> trial_texts(nn.Linear(2, 2))[1]
    {'input_ids': [9, 8, 7], 'labels': [9, 8, 7]}
    """
    classifies = type(model).__name__.endswith("ForSequenceClassification")
    return [
        {"input_ids": list(text), "labels": number if classifies else list(text)}
        for number, text in enumerate(TEXTS)
    ]
