"""One run: what a rate too high leaves, which model is kept, what a device changes in its provenance."""

import pytest
import torch

from ia3_teach.course.making import measuring
from ia3_teach.course.making.asking import frozen, splits_of
from ia3_teach.course.making.measuring import measured, method_of, short_of_float32, trained
from ia3_teach.course.making.tracing import machine
from ia3_teach.course.shipped.results import Run
from ia3_teach.training.loop import NotFinite


def test_a_method_that_no_grid_has_is_refused() -> None:
    with pytest.raises(ValueError, match="no method is called 'prayer'"):
        method_of(Run("plan", "tiny-bert", "prayer", 32, 0, 0.1))


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two steps, and few rows to measure on."""
    whole = splits_of("plan")
    few = {name: rows if name == "pool" else rows.select(range(6)) for name, rows in whole.items()}
    monkeypatch.setattr(measuring, "STEPS", {32: 2, 3000: 2})
    monkeypatch.setattr(measuring, "splits_of", lambda task: few)


def test_a_training_that_leaves_the_finite_numbers_is_measured_as_it_stood(quick, monkeypatch) -> None:
    def failing(*_, **__):
        raise NotFinite("step 1 has a loss of nan")

    monkeypatch.setattr(measuring, "fit", failing)
    run = measured(Run("plan", "tiny-bloom", "ia3", 32, 0, 1.0))
    assert 0 <= run.validation <= 1 and 0 <= run.test <= 1


def test_any_other_refusal_of_a_training_goes_through(quick, monkeypatch) -> None:
    monkeypatch.setattr(measuring, "STEPS", {32: 0})
    with pytest.raises(ValueError, match="steps"):
        measured(Run("plan", "tiny-bloom", "ia3", 32, 0, 0.1))


def test_a_training_leaves_the_kept_model_as_it_was(quick) -> None:
    kept, _ = frozen("tiny-bloom", "cpu")
    before = {name: value.clone() for name, value in kept.state_dict().items()}
    model, _ = trained(Run("plan", "tiny-bloom", "full", 32, 0, 1e-2), splits_of("plan")["pool"], None, "cpu")
    assert model is not kept and set(before) == set(kept.state_dict())
    assert all(torch.equal(before[name], value) for name, value in kept.state_dict().items())


def test_only_a_tiny_model_on_a_processor_may_be_short_of_float32(monkeypatch) -> None:
    monkeypatch.setattr(measuring, "fast_bfloat16", lambda: True)
    tiny, real = (Run("plan", name, "ia3", 32, 0, 0.1) for name in ("tiny-bloom", "smollm2-135m"))
    assert short_of_float32(tiny, "cpu")
    assert not short_of_float32(tiny, "cuda") and not short_of_float32(real, "cpu")


def test_an_accelerator_is_named_without_a_comma(monkeypatch) -> None:
    class Device:
        @staticmethod
        def get_device_name(device: str) -> str:
            return "ACME, 80GB"

    monkeypatch.setattr(torch, "get_device_module", lambda device: Device)
    assert machine("float32", "cuda").endswith(" ACME  80GB float32")
