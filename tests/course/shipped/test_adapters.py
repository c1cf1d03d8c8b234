"""The learned vectors that come with the course."""

import pytest
import torch

from ia3_teach import accuracy, load_adapter, load_model, load_task, vectors
from ia3_teach.course.shipped.adapters import vectors_directory
from ia3_teach.course.shipped.tasks import task_names


@pytest.mark.parametrize("name", task_names())
def test_vectors_of_each_task_load_and_have_moved(name: str) -> None:
    model, _ = load_model("tiny-bloom")
    load_adapter(model, vectors_directory(name), name)
    found = vectors(model, name)
    assert set(found) == {"l_k", "l_v", "l_ff"}
    for values in found.values():
        assert len(values) == model.config.n_layer
        assert torch.isfinite(values).all() and (values - 1).abs().max() > 0.01


def test_vectors_of_formality_answer_better_than_the_bare_model() -> None:
    model, tokenizer = load_model("tiny-bloom")
    rows = load_task("formality")["test"].select(range(100))
    before = accuracy(model, tokenizer, rows)
    load_adapter(model, vectors_directory("formality"))
    assert accuracy(model, tokenizer, rows) > before + 0.2


def test_a_classifier_comes_with_its_head() -> None:
    model, tokenizer = load_model("tiny-bert", num_labels=2, seed=5)
    head = model.classifier.weight.clone()
    load_adapter(model, vectors_directory("bert-sentiment"))
    names = [name for name, _ in model.named_parameters() if "classifier" in name and "default" in name]
    assert names, "the adapter holds a head of its own"
    assert not any(torch.equal(dict(model.named_parameters())[name], head) for name in names)


def test_unknown_vectors_list_the_known_ones() -> None:
    with pytest.raises(ValueError, match="sentiment"):
        vectors_directory("irony")
