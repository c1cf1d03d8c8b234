"""Prompts, labels and answers."""

import pytest
import torch

from ia3_teach import IA3, attach, load_model
from ia3_teach.course.lesson.prompting import answers, encode_pair, encode_pairs, prompt_of

ROW = {"instruction": " Name the city.\n", "input": "Anna lives in Oslo. ", "output": " Oslo\n"}


@pytest.fixture(scope="module")
def tiny():
    return load_model("tiny-bloom")


def test_the_prompt_has_a_line_for_the_input_where_there_is_one() -> None:
    assert prompt_of(ROW) == "Question: Name the city.\nAnna lives in Oslo.\nAnswer:"
    assert prompt_of(ROW | {"input": ""}) == "Question: Name the city.\nAnswer:"


def test_labels_are_the_answer_and_the_end(tiny) -> None:
    _, tokenizer = tiny
    example = encode_pair(tokenizer, ROW)
    ids, labels = example["input_ids"], example["labels"]
    assert tokenizer.decode(ids) == prompt_of(ROW) + " Oslo</s>"
    learned = [label for label in labels if label != -100]
    assert (
        tokenizer.decode(learned) == " Oslo</s>"
        and labels[-len(learned) :] == learned == ids[-len(learned) :]
    )


def test_a_prompt_is_encoded_alone_as_it_is_in_front_of_its_answer(tiny) -> None:
    """No token spans the border, or the model would be asked otherwise than it was taught."""
    _, tokenizer = tiny
    whole = tokenizer(prompt_of(ROW) + " Oslo")["input_ids"] + [tokenizer.eos_token_id]
    assert encode_pair(tokenizer, ROW)["input_ids"] == whole


def test_rows_are_cut_and_those_without_an_answer_dropped(tiny) -> None:
    _, tokenizer = tiny
    whole = encode_pair(tokenizer, ROW)
    n, n_prompt = len(whole["labels"]), whole["labels"].count(-100)
    assert encode_pairs(tokenizer, [ROW], n) == [whole]
    (cut,) = encode_pairs(tokenizer, [ROW], n_prompt + 1)
    assert len(cut["input_ids"]) == len(cut["labels"]) == n_prompt + 1
    longer = ROW | {"input": ROW["input"] * 5}
    assert len(encode_pairs(tokenizer, [ROW, longer], n)) == 1
    with pytest.raises(ValueError, match=f"no row has an answer within {n_prompt} tokens"):
        encode_pairs(tokenizer, [ROW], n_prompt)


def test_answers_do_not_depend_on_the_batch_they_are_asked_in(tiny) -> None:
    model, tokenizer = tiny
    rows = [ROW, ROW | {"input": "Last Monday we stayed in Rome with my sister."}, ROW | {"input": ""}]
    together = answers(model, tokenizer, rows, max_new_tokens=6)
    assert together == [answers(model, tokenizer, [row], max_new_tokens=6)[0] for row in rows]
    assert tokenizer.padding_side == "right"


def test_asking_leaves_the_model_in_training(tiny) -> None:
    model, tokenizer = tiny
    attach(model, IA3())
    model.train()
    answers(model, tokenizer, [ROW], max_new_tokens=1)
    assert model.training and not torch.is_inference_mode_enabled()
