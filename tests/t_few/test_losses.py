"""The losses of T-Few, and the variants of the authors' code, against slow loops over choices and tokens."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from small_architectures import ARCHITECTURES
from small_models import bloom, tokens
from torch import nn
from transformers import BloomConfig, BloomForCausalLM

from ia3_teach import IA3, attach, fit, t_few_loss
from ia3_teach.t_few.answers import Answers, log_odds_of
from ia3_teach.t_few.losses import (
    authors_language_model_loss,
    authors_terms,
    authors_unlikelihood_loss,
    language_model_loss,
    length_normalised_loss,
    t_few_terms,
    unlikelihood_loss,
)

EXAMPLES = [
    {"input_ids": [7, 8, 9, 10, 11], "choices": [[5], [6, 7, 8], [6, 7, 9]], "labels": 1},
    {"input_ids": [12], "choices": [[5, 6], [9]], "labels": 0},
    {"input_ids": [12, 30, 41], "choices": [[20]], "labels": 0},
    {"input_ids": [13, 14], "choices": [[21, 22], [23]], "labels": 1},
]
EXACT = {"rtol": 0, "atol": 1e-12}


class Case:
    """Random logits for choices of the given lengths; where[b][c] are the places of a choice's tokens."""

    def __init__(self, lengths: list[list[int]], right: list[int], seed: int = 0, left: bool = False) -> None:
        generator = torch.Generator().manual_seed(seed)
        shape = len(lengths), max(map(len, lengths)), max(map(max, lengths))
        self.logits = 3 * torch.randn(*shape, 6, generator=generator, dtype=torch.float64)
        self.logits.requires_grad_()
        self.targets = torch.randint(6, shape, generator=generator)
        self.right = torch.tensor(right)
        ends = [[(shape[2] - n, shape[2]) if left else (0, n) for n in row] for row in lengths]
        self.where = [[range(*end) for end in row] for row in ends]
        self.real = torch.zeros(shape, dtype=torch.bool)
        for b, row in enumerate(self.where):
            for c, places in enumerate(row):
                self.real[b, c, list(places)] = True

    def answers(self) -> Answers:
        return Answers(log_odds_of(self.logits, self.targets), self.real)

    def log_p(self, b: int, c: int) -> list[torch.Tensor]:
        """One term per token, by softmax."""
        return [self.logits[b, c, t].log_softmax(-1)[self.targets[b, c, t]] for t in self.where[b][c]]

    def beta(self, b: int, c: int) -> torch.Tensor:
        return sum(self.log_p(b, c)) / len(self.where[b][c])

    def wrong(self, b: int) -> list[torch.Tensor]:
        """The probabilities of the tokens of an example's wrong choices."""
        others = [c for c in range(len(self.where[b])) if c != self.right[b]]
        return [log_p.exp() for c in others for log_p in self.log_p(b, c)]


def slow_language_model(case: Case) -> torch.Tensor:
    return sum(-case.beta(b, c) for b, c in enumerate(case.right)) / len(case.right)


def slow_length_normalised(case: Case) -> torch.Tensor:
    total = 0
    for b, right in enumerate(case.right):
        chances = [case.beta(b, c).exp() for c in range(len(case.where[b]))]
        total = total - (chances[right] / sum(chances)).log()
    return total / len(case.right)


def slow_unlikelihood(case: Case) -> torch.Tensor:
    total = 0 * case.logits.sum()
    for b in range(len(case.right)):
        terms = [-(1 - p).log() for p in case.wrong(b)]
        total = total + (sum(terms) / len(terms) if terms else 0)
    return total / len(case.right)


def slow_authors_language_model(case: Case) -> torch.Tensor:
    terms = [-log_p for b, c in enumerate(case.right) for log_p in case.log_p(b, c)]
    return sum(terms) / len(terms)


def slow_authors_unlikelihood(case: Case) -> torch.Tensor:
    wrong = [p for b in range(len(case.right)) for p in case.wrong(b)]
    others = case.real.numel() - len(wrong)  # tokens of right choices, and padding
    return (sum(-(1 - p + 1e-2).log() for p in wrong) - others * math.log(1.01)) / len(wrong)


PAIRS = [
    (language_model_loss, slow_language_model),
    (length_normalised_loss, slow_length_normalised),
    (unlikelihood_loss, slow_unlikelihood),
    (authors_language_model_loss, slow_authors_language_model),
    (authors_unlikelihood_loss, slow_authors_unlikelihood),
]


def check_pair(fast, slow, case: Case) -> None:
    """Values and gradients to 1e-12."""
    values = fast(case.answers(), case.right), slow(case)
    torch.testing.assert_close(*values, **EXACT)
    gradients = [torch.autograd.grad(value, case.logits)[0] for value in values]
    torch.testing.assert_close(*gradients, **EXACT)


lengths = st.lists(st.integers(1, 4), min_size=1, max_size=4)


@settings(max_examples=25, deadline=None)
@given(st.lists(lengths, min_size=1, max_size=4), st.integers(0, 3), st.integers(0, 9), st.booleans())
def test_losses_are_the_slow_loops(rows: list[list[int]], right: int, seed: int, left: bool) -> None:
    case = Case(rows, [right % len(row) for row in rows], seed, left)
    for fast, slow in PAIRS:
        if fast is not authors_unlikelihood_loss or any(len(row) > 1 for row in rows):
            check_pair(fast, slow, case)


def test_padding_on_either_side_or_none_at_all() -> None:
    rows, right = [[2, 3, 1], [1, 2]], torch.tensor([1, 0])
    padded_left = Case(rows, [1, 0], left=True)
    log_odds, real = log_odds_of(padded_left.logits, padded_left.targets), padded_left.real
    order = (~real).to(torch.int8).argsort(dim=-1, stable=True)
    padded_right = Answers(log_odds.gather(-1, order), real.gather(-1, order))
    wider = [nn.functional.pad(t, (0, 2, 0, 1)) for t in (log_odds, real)]
    for loss, _ in PAIRS:
        expected = loss(Answers(log_odds, real), right)
        torch.testing.assert_close(loss(padded_right, right), expected, **EXACT)
        if loss is not authors_unlikelihood_loss:
            torch.testing.assert_close(loss(Answers(*wider), right), expected, **EXACT)


def test_more_padding_changes_the_authors_value_but_not_their_gradient() -> None:
    """The numerator is not masked: every further place adds -log 1.01 over the number of wrong tokens."""
    case = Case([[2, 3], [1, 2]], [1, 0])
    log_odds = case.answers().log_odds
    wider = Answers(nn.functional.pad(log_odds, (0, 2)), nn.functional.pad(case.real, (0, 2)))
    losses = [authors_unlikelihood_loss(answers, case.right) for answers in (case.answers(), wider)]
    n_places, n_wrong = 2 * 2 * 2, 2 + 2
    assert (losses[1] - losses[0]).item() == pytest.approx(-n_places * math.log(1.01) / n_wrong, abs=1e-12)
    first, second = (torch.autograd.grad(loss, case.logits, retain_graph=True)[0] for loss in losses)
    torch.testing.assert_close(first, second, **EXACT)


def test_the_language_models_agree_for_right_choices_of_one_length() -> None:
    same, other = Case([[2, 3], [2]], [0, 0]), Case([[2, 3], [1]], [1, 0])
    for case, agree in ((same, True), (other, False)):
        losses = [
            loss(case.answers(), case.right) for loss in (language_model_loss, authors_language_model_loss)
        ]
        assert torch.allclose(*losses, rtol=0, atol=1e-12) is agree


@pytest.mark.parametrize("odds", [5.0, 40.0, 200.0])
def test_a_wrong_token_that_is_almost_certain(odds: float) -> None:
    """The paper's term stays finite and pushes hardest; the authors' ends at log 100 and lets go."""
    z = torch.tensor([[[0.0], [odds]]], dtype=torch.float64).requires_grad_()
    answers = Answers(z, torch.ones(1, 2, 1, dtype=torch.bool))
    right, p = torch.tensor([0]), torch.sigmoid(torch.tensor(odds, dtype=torch.float64)).item()
    loss = unlikelihood_loss(answers, right)
    assert loss.item() == pytest.approx(odds + math.log1p(math.exp(-odds)), rel=1e-12)
    assert torch.autograd.grad(loss, z)[0][0, 1].item() == pytest.approx(p, abs=1e-12)
    theirs = authors_unlikelihood_loss(answers, right)
    assert theirs.item() == pytest.approx(-math.log(1 - p + 1e-2) - math.log(1.01), abs=1e-9)
    assert theirs.item() < math.log(100)
    expected = p * (1 - p) / (1 - p + 1e-2)
    assert torch.autograd.grad(theirs, z)[0][0, 1].item() == pytest.approx(expected, abs=1e-12)


def test_a_certain_wrong_token_costs_infinity() -> None:
    """Only infinite logits say p = 1; then Eq. 1 is infinite, and `fit` refuses the step."""
    certain = Answers(torch.tensor([[[0.0], [torch.inf]]]), torch.ones(1, 2, 1, dtype=torch.bool))
    assert unlikelihood_loss(certain, torch.tensor([0])) == torch.inf
    assert unlikelihood_loss(certain, torch.tensor([1])) == pytest.approx(math.log(2))


def test_one_choice_leaves_the_language_model_alone() -> None:
    case = Case([[3]], [0])
    for loss in (length_normalised_loss, unlikelihood_loss):
        value = loss(case.answers(), case.right)
        assert value.item() == 0 and not torch.autograd.grad(value, case.logits)[0].any()
    with pytest.raises(ValueError, match="no example of this batch has a wrong choice"):
        authors_unlikelihood_loss(case.answers(), case.right)


@pytest.mark.parametrize("terms", [t_few_terms, authors_terms])
def test_training_lowers_all_three_terms(terms) -> None:
    """Of two choices the right one is what the untrained model holds for unlikely."""
    torch.manual_seed(0)
    config = BloomConfig(vocab_size=50, hidden_size=16, n_layer=2, n_head=4, initializer_range=0.3)
    model = BloomForCausalLM(config).double()
    attach(model, IA3())
    favourites = model(tokens()).logits[:, -1].argmax(-1)
    pairs = zip(tokens().tolist(), favourites.tolist(), strict=True)
    data = [{"input_ids": ids, "choices": [[token, 6], [9, 7, 8]], "labels": 1} for ids, token in pairs]

    def loss(model: nn.Module, examples: list) -> torch.Tensor:
        return torch.stack(terms(model, examples)).sum()

    before = [term.item() for term in terms(model, data)]
    history = fit(model, data, steps=20, learning_rate=0.05, batch_size=3, loss=loss)
    assert history.losses[0] == pytest.approx(sum(before), abs=1e-9)
    after = [term.item() for term in terms(model, data)]
    assert all(late < 0.8 * early for early, late in zip(before, after, strict=True)), (before, after)


@pytest.mark.parametrize("kind", ["bloom", "t5"])
def test_gradients_reach_every_vector(kind: str) -> None:
    model = bloom() if kind == "bloom" else ARCHITECTURES[kind]().build()
    attach(model, IA3())
    t_few_loss(model, EXAMPLES).backward()
    assert all(p.grad.abs().max() > 0 for p in model.parameters() if p.requires_grad)


def test_fit_with_choices(tmp_path) -> None:
    """A checkpoint knows its loss and its choices; choices without a loss for them are refused."""
    model, options = bloom(), {"steps": 2, "learning_rate": 1e-2, "batch_size": 4}
    attach(model, IA3())
    with pytest.raises(ValueError, match="loss=t_few_loss"):
        fit(model, EXAMPLES, **options)
    kept = {**options, "checkpoint": tmp_path / "run"}
    history = fit(model, EXAMPLES, **kept, loss=t_few_loss)
    assert fit(model, EXAMPLES, **kept, loss=t_few_loss).losses == history.losses
    with pytest.raises(ValueError, match="loss differ"):
        fit(model, EXAMPLES, **kept, loss=lambda model, examples: t_few_loss(model, examples))
    with pytest.raises(ValueError, match="data differ"):
        fit(
            model,
            [{**EXAMPLES[0], "choices": [[5], [6, 7, 8], [6, 7, 10]]}, *EXAMPLES[1:]],
            **kept,
            loss=t_few_loss,
        )


def test_examples_without_labels_are_refused() -> None:
    with pytest.raises(ValueError, match="an example has no labels"):
        t_few_loss(bloom(), [{"input_ids": [5], "choices": [[6]]}])
