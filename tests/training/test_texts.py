"""A prompt goes on and an answer follows it, whatever a tokenizer puts around texts by itself."""

import pytest
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from tokenizers.processors import TemplateProcessing
from transformers import PreTrainedTokenizerFast
from word_tokenizer import words

from ia3_teach import encode, few_shot, load_model, load_task
from ia3_teach.course.lesson.evaluate import scores
from ia3_teach.course.lesson.in_context import scores_after
from ia3_teach.course.lesson.prompting import answers, encode_pair, prompt_of
from ia3_teach.course.shipped.tasks import with_examples
from ia3_teach.t_few.choices import encode_choices
from ia3_teach.training.texts import end_id, ids_after, open_ids

ROW = {"instruction": "Name the month.", "input": "", "output": "May"}
AROUND = {
    "nothing": "$A",
    "an end": "$A </s>",
    "a start": "[CLS] $A",
    "both": "[CLS] $A </s>",
    "a separator": "[CLS] $A [SEP]",
    "two ends": "$A [SEP] </s>",
}


@pytest.fixture(params=AROUND)
def bloom(request):
    """tiny-bloom with a tokenizer that puts this around every text."""
    model, tokenizer = load_model("tiny-bloom")
    template, names = AROUND[request.param], ("[CLS]", "[SEP]", "</s>")
    special = [(name, tokenizer.convert_tokens_to_ids(name)) for name in names if name in template]
    tokenizer.backend_tokenizer.post_processor = TemplateProcessing(single=template, special_tokens=special)
    return model, tokenizer


def metaspace() -> PreTrainedTokenizerFast:
    """A tokenizer in the manner of Llama's: a space is part of the word, and each text starts with one."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first")
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="first")
    texts = [prompt_of(ROW), "Answer: May", "Question: Is it May? Answer: yes no"]
    tokenizer.train_from_iterator(
        texts * 9, trainers.BpeTrainer(vocab_size=120, special_tokens=["<s>", "</s>"])
    )
    tokenizer.post_processor = TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 0)])
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>")


def test_a_pair_ends_once_and_goes_on_where_its_prompt_ends(bloom) -> None:
    _, tokenizer = bloom
    example = encode_pair(tokenizer, ROW)
    text = tokenizer.decode(example["input_ids"])
    assert text.removeprefix("[CLS]").strip() == f"{prompt_of(ROW)} May</s>"
    assert tokenizer.decode([label for label in example["labels"] if label != -100]) == " May</s>"
    starts = tokenizer("x")["input_ids"][0] == tokenizer.cls_token_id
    assert starts == (example["input_ids"][0] == tokenizer.cls_token_id), "what begins a text stays"


def test_a_task_s_answer_follows_its_prompt(bloom) -> None:
    model, tokenizer = bloom
    rows = few_shot(load_task("sentiment")["pool"], 2)
    for example, row in zip(encode(model, tokenizer, rows), rows, strict=True):
        answer = rows.features["label"].names[row["label"]]
        text = tokenizer.decode(example["input_ids"]).removeprefix("[CLS]").strip()
        assert text == f"{row['prompt']} {answer}"


def test_examples_read_once_are_examples_in_every_prompt(bloom) -> None:
    splits = load_task("plan")
    shots, rows = few_shot(splits["pool"], 2), splits["test"].select(range(3))
    every_time = scores(*bloom, with_examples(rows, shots))
    assert (scores_after(*bloom, shots, rows) - every_time).abs().max() < 1e-3


def test_generation_starts_behind_the_prompt(bloom, monkeypatch) -> None:
    model, tokenizer = bloom
    seen = {}

    def note(input_ids, **_):
        seen["last"] = input_ids[:, -1].tolist()
        return input_ids

    monkeypatch.setattr(model, "generate", note)
    answers(model, tokenizer, [ROW, {**ROW, "input": "It is the fifth."}])
    assert [tokenizer.decode([token]) for token in seen["last"]] == [":", ":"]


def test_a_model_that_fails_to_write_is_left_as_it_was(bloom, monkeypatch) -> None:
    model, tokenizer = bloom
    model.train()
    monkeypatch.setattr(model, "generate", lambda **_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        answers(model, tokenizer, [ROW])
    assert model.training and tokenizer.padding_side == "right"
    model.eval()


def test_an_answer_is_encoded_as_it_stands_behind_its_prompt() -> None:
    """Encoded alone, a word would get a second space in front of it."""
    tokenizer = metaspace()
    example = encode_pair(tokenizer, ROW)
    whole = tokenizer(f"{prompt_of(ROW)} May")["input_ids"]
    assert example["input_ids"] == [*whole, tokenizer.eos_token_id]
    assert ids_after(tokenizer, "Answer:", [" May"]) == [tokenizer("Answer: May")["input_ids"][-1:]]


def test_where_the_border_would_move_a_text_is_encoded_alone() -> None:
    _, tokenizer = load_model("tiny-bloom")
    alone = tokenizer("it", add_special_tokens=False)["input_ids"]
    assert ids_after(tokenizer, "wa", ["it"])[0] in (alone, tokenizer("wait")["input_ids"][1:])


def test_a_decoder_s_choices_follow_an_open_prompt_and_an_encoder_s_is_closed() -> None:
    class Writer(torch.nn.Module):
        config = type("Config", (), {"is_encoder_decoder": False})

        def can_generate(self) -> bool:
            return True

    tokenizer, decoder, encoder = words(), Writer(), Writer()
    (example,) = encode_choices(decoder, tokenizer, ["is it dry"], [["yes", "not dry"]])
    assert example["input_ids"] == [3, 4, 5] and example["choices"] == [[6], [8, 5]]
    encoder.config = type("Config", (), {"is_encoder_decoder": True})
    (example,) = encode_choices(encoder, tokenizer, ["is it dry"], [["yes"]])
    assert example["input_ids"] == [3, 4, 5, 1] and example["choices"] == [[6, 1]]


def test_no_text_is_no_ids_and_an_empty_one_keeps_its_start() -> None:
    tokenizer = metaspace()
    assert open_ids(tokenizer, []) == [] and open_ids(tokenizer, [""]) == [[0]]


def test_a_tokenizer_without_an_end_token_is_refused() -> None:
    tokenizer = metaspace()
    tokenizer.eos_token = None
    for ask in (lambda: end_id(tokenizer), lambda: encode_pair(tokenizer, ROW)):
        with pytest.raises(ValueError, match="has no end token.*set tokenizer.eos_token"):
            ask()
