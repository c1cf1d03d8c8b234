"""All choices of a batch in one forward pass, against one pass for each choice alone."""

import pytest
import torch
from small_architectures import ARCHITECTURES
from small_models import bert, bloom, randomise
from torch import nn
from word_tokenizer import words

from ia3_teach import IA3, attach, encode_choices, rank_classify
from ia3_teach.t_few.answers import Answers, ask, choice_scores, log_odds_of

# Prompts and choices of different lengths, choices that share a beginning, a different number of choices.
EXAMPLES = [
    {"input_ids": [7, 8, 9, 10, 11], "choices": [[5], [6, 7, 8], [6, 7, 9]], "labels": 1},
    {"input_ids": [12], "choices": [[5, 6], [9]], "labels": 0},
    {"input_ids": [12, 30, 41], "choices": [[20]], "labels": 0},
]


def build(kind: str) -> nn.Module:
    model = bloom() if kind == "bloom" else ARCHITECTURES[kind]().build()
    attach(model, IA3())
    randomise(model)
    return model


def alone(model: nn.Module, prompt: list[int], choice: list[int]) -> torch.Tensor:
    """The log-probabilities (T, vocabulary) that the tokens of one choice are drawn from."""
    if model.config.is_encoder_decoder:
        begun = torch.tensor([[model.config.decoder_start_token_id, *choice[:-1]]])
        return model(input_ids=torch.tensor([prompt]), decoder_input_ids=begun).logits[0].log_softmax(-1)
    logits = model(input_ids=torch.tensor([prompt + choice])).logits[0]
    return logits[len(prompt) - 1 : -1].log_softmax(-1)


def slow_scores(model: nn.Module, length_normalised: bool) -> list[list[float]]:
    scores = []
    for example in EXAMPLES:
        scores.append([])
        for choice in example["choices"]:
            log_p = alone(model, example["input_ids"], choice)
            terms = [log_p[t, token].item() for t, token in enumerate(choice)]
            scores[-1].append(sum(terms) / (len(terms) if length_normalised else 1))
    return scores


@pytest.mark.parametrize("kind", ["bloom", "gpt2", "llama", "t5", "mt5"])
def test_one_pass_is_one_by_one(kind: str) -> None:
    model = build(kind)
    for length_normalised in (True, False):
        by_hand = slow_scores(model, length_normalised)
        found = choice_scores(model, EXAMPLES, length_normalised)
        for row, expected in zip(found, by_hand, strict=True):
            assert row[: len(expected)].tolist() == pytest.approx(expected, rel=0, abs=1e-12)
            assert (row[len(expected) :] == -torch.inf).all()
        best = [max(range(len(row)), key=row.__getitem__) for row in by_hand]
        assert rank_classify(model, EXAMPLES, length_normalised) == best
        assert rank_classify(model, EXAMPLES, length_normalised, batch_size=2) == best


@pytest.mark.parametrize("kind", ["bloom", "t5"])
def test_the_chance_of_every_other_token_too(kind: str) -> None:
    model = build(kind)
    answers = ask(model, EXAMPLES)
    for i, example in enumerate(EXAMPLES):
        for c, choice in enumerate(example["choices"]):
            log_p = alone(model, example["input_ids"], choice)
            log_not_p = [
                torch.cat([row[:y], row[y + 1 :]]).logsumexp(0) for row, y in zip(log_p, choice, strict=True)
            ]
            found = answers.log_not_p()[i, c, : len(choice)]
            torch.testing.assert_close(found, torch.stack(log_not_p), rtol=0, atol=1e-12)
    assert answers.real.sum((1, 2)).tolist() == [7, 3, 1]


def test_length_normalisation_changes_the_answer() -> None:
    real = torch.tensor([[[True, False, False], [True, True, True]]])
    answers = Answers(torch.tensor([[[-1.0, 0.0, 0.0], [-0.5, -0.5, -0.5]]]), real)
    assert answers.scores().argmax() == 1 and answers.scores(length_normalised=False).argmax() == 0


@pytest.mark.parametrize(("kind", "reads"), [("bloom", [(5, 7)]), ("t5", [(3, 5), (5, 3)])])
def test_each_prompt_and_each_beginning_is_read_once(kind: str, reads: list) -> None:
    """Six choices, of which two share their beginning: five rows, no longer than they have to be."""
    model, seen = build(kind), []
    for path, module in model.named_modules():
        if path.endswith(("embed_tokens", "word_embeddings")):
            module.register_forward_hook(lambda module, ids, out: seen.append(tuple(ids[0].shape)))
    ask(model, EXAMPLES)
    assert seen == reads


def test_scoring_leaves_the_model_as_it_was() -> None:
    model = build("bloom").train()
    rank_classify(model, EXAMPLES)
    assert model.training
    with pytest.raises(ValueError, match="found the token 99"):
        rank_classify(model, [{"input_ids": [99], "choices": [[5]]}])
    assert model.training


@pytest.mark.parametrize("pads", ["left", "right"])
def test_encoding_does_not_depend_on_how_the_tokenizer_pads(pads: str) -> None:
    prompts, choices = ["is it dry", "dry"], [[" yes", " no"], [" not dry"]]
    examples = encode_choices(build("t5"), words(pads), prompts, choices, [1, 0])
    assert examples[0] == {"input_ids": [3, 4, 5, 1], "choices": [[6, 1], [7, 1]], "labels": 1}
    assert examples[1] == {"input_ids": [5, 1], "choices": [[8, 5, 1]], "labels": 0}
    causal = encode_choices(build("bloom"), words(pads), prompts, choices)
    assert [example["choices"] for example in causal] == [[[6], [7]], [[8, 5]]]
    assert "labels" not in causal[0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"choices": []}, "example 1 needs one choice or more"),
        ({"choices": None}, "example 1 needs one choice or more"),
        ({"choices": [[5], []]}, "each of one token or more"),
        ({"input_ids": []}, "the prompt of example 1 has no tokens"),
        ({"labels": 2}, "0 to 1; found 2"),
        ({"labels": -1}, "0 to 1; found -1"),
        ({"labels": [1]}, "0 to 1; found"),
        ({"labels": 1.0}, "0 to 1; found 1.0"),
        ({"labels": True}, "0 to 1; found True"),
        ({"labels": "yes"}, "0 to 1; found 'yes'"),
        ({"labels": torch.tensor(-1)}, "0 to 1; found"),
    ],
)
def test_bad_examples_are_refused(change: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ask(build("bloom"), [EXAMPLES[0], {**EXAMPLES[1], **change}])


def test_other_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="no examples"):
        rank_classify(build("bloom"), [])
    with pytest.raises(ValueError, match="BertForSequenceClassification cannot write"):
        rank_classify(bert(), EXAMPLES)
    with pytest.raises(ValueError, match="a list of choices"):
        encode_choices(build("bloom"), words(), ["dry"], [])


@pytest.mark.parametrize("logit", [200.0, -200.0, 0.5])
def test_log_odds_hold_what_a_probability_cannot(logit: float) -> None:
    """At 200 nats p rounds to 1 or to 0, but neither logarithm is lost; bfloat16 is left for float32."""
    m = log_odds_of(torch.tensor([[logit, 0.0]], dtype=torch.bfloat16), torch.tensor([0]))
    assert m.item() == logit and m.dtype == torch.float32
    answers = Answers(m[None], torch.ones(1, 1, 1, dtype=torch.bool))
    difference = answers.log_p() - answers.log_not_p()
    assert difference.item() == pytest.approx(logit)
