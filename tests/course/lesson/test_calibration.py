"""Taking out a preference that no text accounts for."""

import pytest
import torch

from ia3_teach.course.lesson.calibration import bias_of, without_bias


def test_no_preference_changes_nothing() -> None:
    scores = torch.randn(5, 3, generator=torch.Generator().manual_seed(0))
    freed = without_bias(scores, bias_of(torch.zeros(4, 3)))
    assert torch.equal(freed.argmax(-1), scores.argmax(-1))
    assert torch.allclose(freed - scores, (freed - scores)[:1, :1].expand(5, 3))


@pytest.mark.parametrize("preference", [3.0, -7.0])
def test_a_preference_that_every_text_shares_goes(preference: float) -> None:
    of_texts = torch.tensor([[0.3, -0.3], [-0.2, 0.2]])
    every = torch.tensor([preference, 0.0])
    freed = without_bias(of_texts + every, bias_of(every.expand(2, 2)))
    assert freed.argmax(-1).tolist() == [0, 1]


def test_the_bias_is_a_mean_of_probabilities_among_the_answers() -> None:
    scores = torch.tensor([[0.10, 0.30], [0.02, 0.02]]).log()
    assert torch.allclose(bias_of(scores).exp(), torch.tensor([(0.25 + 0.5) / 2, (0.75 + 0.5) / 2]))
