"""The learned vectors that come with the course."""

import pytest
import torch

from ia3_teach import accuracy, load_adapter, load_model, load_task, vectors
from ia3_teach.course.shipped.adapters import stored_vectors, vectors_directory
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


def test_vectors_inside_a_fused_layer_are_left_to_the_model() -> None:
    with pytest.raises(ValueError, match="transformer.h.0.* is no layer of keys.*load_adapter"):
        stored_vectors("sentiment")


def test_vectors_read_without_their_model_are_those_of_the_model() -> None:
    model, _ = load_model("tiny-bert", num_labels=2)
    load_adapter(model, vectors_directory("bert-sentiment"))
    there, read = vectors(model), stored_vectors("bert-sentiment")
    assert list(read) == list(there) and all(torch.equal(l, there[kind]) for kind, l in read.items())


def test_the_vectors_of_the_real_decoder_have_moved_in_every_layer() -> None:
    found = stored_vectors("smollm2-sentiment")
    assert sum(l.numel() for l in found.values()) == 57_600
    assert all((l - 1).abs().amax(1).min() > 0.1 for l in found.values())
