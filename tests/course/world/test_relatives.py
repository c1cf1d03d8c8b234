"""The relatives of the held-out tasks: other questions, right answers, sentences of the train side alone."""

import random
import re

import pytest

from ia3_teach import load_model
from ia3_teach.course.world.grammar import sentences, side_of
from ia3_teach.course.world.heldout import HELD_OUT
from ia3_teach.course.world.lexicon import name_list, words
from ia3_teach.course.world.relatives import RELATIVES, SLOW, Asked, pieces, relative, whether


def made(name: str, count: int = 300) -> list[Asked]:
    """Some texts of a relative, with their questions."""
    rng = random.Random(f"test {name}")
    return [RELATIVES[name](rng) for _ in range(count)]


def answers(asked: Asked, pattern: str) -> list[tuple[str, str]]:
    """The questions that match a pattern, with their answers."""
    return [(question, answer) for question, answer in asked.questions if re.search(pattern, question)]


def test_every_held_out_task_but_formality_has_a_relative() -> None:
    assert RELATIVES.keys() == HELD_OUT.keys() - {"formality"}


@pytest.mark.parametrize("name", RELATIVES)
def test_the_held_out_question_stays_unasked_and_its_own_answer_words_unsaid(name: str) -> None:
    labels = set(HELD_OUT[name].labels) - {"yes", "no"}
    for asked in made(name):
        for question, answer in asked.questions:
            assert question != HELD_OUT[name].question
            assert answer not in labels and asked.word not in HELD_OUT[name].labels


@pytest.mark.parametrize("name", RELATIVES)
def test_no_text_has_a_sentence_of_the_test_side(name: str) -> None:
    for asked in made(name):
        assert all(side_of(sentence) == "train" for sentence in sentences(asked.text))


@pytest.mark.parametrize("name", RELATIVES)
def test_no_word_of_a_text_is_rare(name: str) -> None:
    counted: dict[str, int] = {}
    for asked in made(name, 600):
        counted[asked.word] = counted.get(asked.word, 0) + 1
    assert len(counted) > 1 and min(counted.values()) > 600 / (3 * len(counted))


@pytest.mark.parametrize("name", RELATIVES)
def test_a_question_that_names_its_answers_is_answered_with_one_of_them(name: str) -> None:
    for asked in made(name):
        for question, answer in answers(asked, r"\bor\b"):
            assert re.search(rf"\b{answer}\b", question), (question, answer)


def test_words_of_texts_are_single_tokens_of_the_shipped_tokenizer() -> None:
    _, tokenizer = load_model("tiny-bert")
    for name in SLOW:
        for word in {asked.word for asked in made(name)}:
            assert len(tokenizer(f" {word}", add_special_tokens=False)["input_ids"]) == 1, word


def test_the_one_who_liked_it_stands_with_the_praise() -> None:
    for asked in made("who_liked"):
        (_, happy), (_, other) = answers(asked, "^Who")
        assert {happy, other} <= set(name_list("first")) and happy != other
        ((_, order),) = answers(asked, "praise")
        assert (asked.text.index(happy) > asked.text.index(other)) == (order == "after")
        if f"{happy} hated" in asked.text or f"{other} loved" in asked.text:
            pytest.fail(asked.text)


def test_who_was_there_agrees_with_the_text() -> None:
    for asked in made("plan"):
        for question, answer in answers(asked, "^Was"):
            name = question.split()[1]
            if re.search(rf"{name} (already|finally managed|was able)", asked.text):
                assert answer == "yes", asked
            if re.search(rf"{name} (will|is going to|has yet|did not manage)", asked.text):
                assert answer == "no", asked


def test_a_price_is_called_what_the_text_calls_it() -> None:
    for asked in made("price_complaint"):
        if re.search(r"far too much|overpriced at|rip-off", asked.text) and "no rip-off" not in asked.text:
            assert "did not find" in asked.text or asked.word == "expensive", asked
        if re.search(r"bargain|well worth", asked.text):
            assert asked.word == "cheap", asked


def test_topics_of_both_notes_are_named_rightly() -> None:
    for asked in made("which_note"):
        one, two = (answers(asked, pattern)[0][1] for pattern in ("first one", "other one"))
        assert {one, two} <= set(words("domains")) and one == asked.word != two
        ((question, place),) = answers(asked, "^Is the")
        assert f"Is the {one if place == 'former' else two} in" in question


def test_one_of_two_notes_is_about_food_and_the_label_says_which() -> None:
    rng = random.Random(5)
    for label in [0, 1] * 100:
        made_one = HELD_OUT["which_note"].make(rng, label, "train")
        assert (made_one.scene.domain == "food") == (label == 1)


def test_an_answer_follows_its_question() -> None:
    assert pieces("Text.", [("Why?", "so")]) == [
        ("Text.", False), ("\nQuestion: Why?\nAnswer:", False), (" so", True),
    ]  # fmt: skip
    assert {whether(random.Random(seed), "{} or {}?", "a", "b", True) for seed in range(9)} == {
        ("a or b?", "a"), ("b or a?", "a"),
    }  # fmt: skip


def test_a_document_has_one_question_or_two() -> None:
    rng = random.Random(3)
    counts = {sum(answer for _, answer in relative(rng)) for _ in range(100)}
    assert counts == {1, 2}
