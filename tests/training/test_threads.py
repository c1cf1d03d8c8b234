"""Small models are trained with one thread, large ones with all; afterwards all is as before."""

import pytest
import torch
from small_models import bert

from ia3_teach import IA3, attach, fit
from ia3_teach.training import threads

DATA = [{"input_ids": [5, 6, 7], "labels": 0}, {"input_ids": [8, 9], "labels": 1}]


@pytest.fixture
def three_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    yield
    torch.set_num_threads(before)


def seen_while_training() -> list[int]:
    model, seen = bert(), []
    attach(model, IA3())
    fit(model, DATA, steps=2, learning_rate=1e-2, on_step=lambda *_: seen.append(torch.get_num_threads()))
    return seen


def test_an_error_puts_the_threads_back(three_threads) -> None:
    with pytest.raises(ZeroDivisionError), threads.few_threads(bert()):
        raise ZeroDivisionError
    assert torch.get_num_threads() == 3


def test_a_small_model_takes_one_thread_and_gives_the_others_back(three_threads) -> None:
    assert seen_while_training() == [1, 1] and torch.get_num_threads() == 3


def test_a_large_model_keeps_its_threads(three_threads, monkeypatch) -> None:
    monkeypatch.setattr(threads, "SMALL", 1)
    assert seen_while_training() == [3, 3] and torch.get_num_threads() == 3


def test_contexts_of_two_threads_end_in_any_order(three_threads) -> None:
    first, second = threads.few_threads(bert()), threads.few_threads(bert())
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert torch.get_num_threads() == 1, "the second one still trains"
    second.__exit__(None, None, None)
    assert torch.get_num_threads() == 3
