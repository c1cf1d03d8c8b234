"""The generated world: English, repeatable, and with two sides that share no sentence."""

import json
import random
import re

import pytest

from ia3_teach.course.shipped.paths import data_dir
from ia3_teach.course.world.clauses import contrast, judge
from ia3_teach.course.world.corpus import KINDS, STAGES
from ia3_teach.course.world.grammar import drawn, sentences, side_of, tidy
from ia3_teach.course.world.heldout import HELD_OUT
from ia3_teach.course.world.pairs import alike, same_fact
from ia3_teach.course.world.prompts import FRAMES, TASKS, document, single
from ia3_teach.course.world.scene import Scene
from ia3_teach.course.world.texts import any_text, review


def documents(count: int, seed: int = 0) -> list[str]:
    """Some documents of the corpus, answers included."""
    rng = random.Random(f"bloom corpus {seed}")
    return ["".join(piece for piece, _ in document(rng)) for _ in range(count)]


def test_a_seed_gives_the_same_corpus() -> None:
    assert documents(200) == documents(200)
    assert documents(20) != documents(20, seed=1)


def test_at_least_two_thousand_distinct_words_occur() -> None:
    rng = random.Random(4)
    text = " ".join(str(any_text(rng)) for _ in range(20_000))
    counted = set(re.findall(r"[a-z']+", text.lower()))
    assert len(counted) >= 2000, len(counted)


def test_no_text_has_an_unfilled_slot_a_doubled_word_or_a_wrong_article() -> None:
    rng = random.Random(5)
    for _ in range(3000):
        text = str(any_text(rng))
        assert not re.search(r"[{}_*]|  ", text), text
        assert not re.search(r"\b(the|a|an|was|not) \1\b", text), text
        assert not re.search(r"\b[Aa] [aeio]", text), text
        assert not re.search(r"\ban (?!hour)[^aeiouAEIOU]", text), text
        assert all(s[0].isupper() or s[0].isdigit() for s in sentences(text)), text


def test_verbs_agree_with_their_nouns() -> None:
    rng = random.Random(6)
    for _ in range(500):
        scene = Scene(rng)
        said = judge(scene, good=True, impersonal=True)
        assert (" were " if said.plural else " was ") in said.clause, said


def test_the_main_clause_of_a_contrast_has_the_wanted_polarity() -> None:
    rng = random.Random(7)
    for _ in range(200):
        good = rng.random() < 0.5
        text, (strong, weak) = contrast(Scene(rng), good)
        assert strong.good == good and weak.good != good
        if ", but " in text or ", and yet " in text:
            assert text.rstrip(".").endswith(strong.clause)


def test_reviews_agree_with_their_verdict() -> None:
    rng = random.Random(8)
    for _ in range(300):
        text = review(rng, length=3)
        main = text.judgements[0].good if text.judgements else None
        if main is not None and "would not recommend" in str(text):
            assert main is False, text


def test_the_corpus_has_at_least_twelve_prompted_tasks_in_several_templates() -> None:
    assert len(TASKS) >= 12
    assert len(set(FRAMES)) >= 3
    rng = random.Random(9)
    for task in TASKS:
        prompt, answer = single(rng, task, FRAMES[0])
        assert prompt.endswith("Answer:") and answer.strip() == answer != ""


def test_held_out_questions_are_never_asked_in_the_corpus() -> None:
    text = " ".join(documents(1000))
    for name, task in HELD_OUT.items():
        assert task.question not in text
        assert name not in TASKS


def sentences_of(name: str, split: str) -> set[str]:
    """All sentences of a shipped split, in lower case."""
    lines = (data_dir() / "tasks" / name / f"{split}.jsonl").read_text(encoding="utf-8").splitlines()
    return {s.lower() for line in lines for s in sentences(json.loads(line)["text"])}


MAKERS = {**STAGES, **{maker.__name__: maker for maker in KINDS}}


@pytest.mark.parametrize("name", sorted(MAKERS))
def test_no_stage_asks_a_held_out_question_or_has_a_test_sentence(name: str) -> None:
    rng, tests = random.Random(12), set().union(*(sentences_of(name, "test") for name in HELD_OUT))
    for _ in range(500):
        whole = "".join(text for text, _ in MAKERS[name](rng))
        assert not any(task.question in whole for task in HELD_OUT.values())
        parts = sentences(whole.replace("Can it end with this: ", "\n").replace("Read this: ", "\n"))
        assert not {part.lower() for part in parts} & tests


@pytest.mark.parametrize("maker", [same_fact, alike])
def test_questions_about_pairs_have_both_answers(maker) -> None:
    rng = random.Random(10)
    assert {maker(rng)[1] for _ in range(50)} == {"yes", "no"}


def test_a_changed_note_stays_on_the_train_side() -> None:
    rng = random.Random(13)
    for _ in range(400):
        for sentence in sentences(same_fact(rng)[0]):
            assert side_of(sentence) == "train" or sentence.startswith(("Question:", "Answer:")), sentence


def test_the_corpus_lies_on_the_train_side() -> None:
    rng = random.Random(11)
    for _ in range(3000):
        for sentence in sentences(str(any_text(rng))):
            assert side_of(sentence) == "train", sentence


@pytest.mark.parametrize("name", sorted(HELD_OUT))
def test_no_test_sentence_occurs_in_a_pool_or_a_validation_split(name: str) -> None:
    tests = sentences_of(name, "test")
    assert all(side_of(sentence) == "test" for sentence in tests)
    assert not tests & (sentences_of(name, "pool") | sentences_of(name, "validation"))


def test_a_template_that_cannot_reach_a_side_says_so() -> None:
    with pytest.raises(ValueError, match="more slots"):
        drawn(lambda: "Always the same.", "test" if side_of("Always the same.") == "train" else "train")


def test_articles() -> None:
    assert tidy("a old a user a ugly a hour") == "An old a user an ugly a hour"
