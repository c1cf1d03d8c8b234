"""The two real models that `python -m ia3_teach get` brings: whole, usable by name, and taking IA3."""

import pytest
import torch

from ia3_teach import IA3, attach, count, load_model
from ia3_teach.course.shipped.real_models import CARRIERS, fetched

pytestmark = [pytest.mark.real, pytest.mark.slow]
VECTORS = {"minilm-l6": 6 * (384 + 384 + 1536), "smollm2-135m": 30 * (192 + 192 + 1536)}


@pytest.fixture(params=CARRIERS)
def name(request: pytest.FixtureRequest) -> str:
    """A model that was fetched; else a skip that names the verb."""
    try:
        fetched(request.param)
    except ValueError as missing:
        pytest.skip(str(missing))
    return request.param


def test_a_fetched_model_starts_as_it_was_and_has_as_many_vectors_as_the_paper_counts(name: str) -> None:
    model, tokenizer = load_model(name, num_labels=2 if name == "minilm-l6" else None)
    inputs = tokenizer("The soup was cold.", return_tensors="pt")
    with torch.no_grad():
        before = model(**inputs).logits
        attach(model, IA3())
        after = model(**inputs).logits
    assert torch.isfinite(before).all() and torch.equal(before, after)
    assert count(model).adapter == VECTORS[name]


def test_the_real_decoder_knows_what_its_text_taught_it() -> None:
    try:
        model, tokenizer = load_model("smollm2-135m")
    except ValueError as missing:
        pytest.skip(str(missing))
    inputs = tokenizer("The capital of France is", return_tensors="pt")
    with torch.no_grad():
        likeliest = model(**inputs).logits[0, -1].argmax()
    assert tokenizer.decode(likeliest).strip() == "Paris"
