"""Each kind of instruction has the right answer, worked out here in another way."""

import random
import re

import pytest

from ia3_teach.course.world import rewrites
from ia3_teach.course.world.instructions import KINDS
from ia3_teach.course.world.lexicon import name_list, words
from ia3_teach.course.world.scene import Scene

MADE = {name: [make(Scene(random.Random(seed))) for seed in range(60)] for name, make in KINDS.items()}
GOOD, BAD = ({word for pair in words("adjectives").values() for word in pair[i].split()} for i in (0, 1))
ADVERBS = {"opposite": "not ", "stronger": "really "}


@pytest.mark.parametrize("name", KINDS)
def test_texts_are_whole_sentences_or_bare_answers(name: str) -> None:
    for ask, given, wanted in MADE[name]:
        assert ask[0].isupper() and ask[-1] in ".?"
        assert given == given.strip() and wanted == wanted.strip() and wanted
        assert not re.search(r"[{}]|  | [.,!?]|\ba [aeio]", "\n".join((ask, given, wanted)))


@pytest.mark.parametrize("name", ["city", "person", "weekday", "month", "bought", "described"])
def test_what_is_read_stands_in_the_input(name: str) -> None:
    kinds = {"person": "first"}
    for _, given, wanted in MADE[name]:
        assert f" {wanted}" in f" {given}"
        if name not in ("bought", "described"):
            assert wanted in name_list(kinds.get(name, name))


@pytest.mark.parametrize("name", ["praised", "criticised"])
def test_the_thing_that_is_named_has_the_adjective(name: str) -> None:
    for _, given, wanted in MADE[name]:
        halves = given.lower().removesuffix(".").split(", but ")
        (half,) = [
            half for half in halves if half.startswith(f"{wanted} was") or half.startswith(f"{wanted} were")
        ]
        assert half.split()[-1] in (GOOD if name == "praised" else BAD)


@pytest.mark.parametrize("name", ADVERBS)
def test_one_adverb_makes_the_difference(name: str) -> None:
    for _, given, wanted in MADE[name]:
        longer, shorter = sorted((given, wanted), key=len, reverse=True)
        assert longer.replace(ADVERBS[name], "", 1) == shorter
        assert name == "opposite" or longer == wanted


def test_a_question_turns_verb_and_thing_around() -> None:
    for _, given, wanted in MADE["question"]:
        verb, _, rest = wanted.removesuffix("?").partition(" ")
        words_of_rest = rest.split()
        assert " ".join([*words_of_rest[:-1], verb.lower(), words_of_rest[-1]]) + "." == given.replace(
            "The ", "the "
        )


def test_joining_and_parting_undo_each_other() -> None:
    for made in (rewrites.joined, rewrites.parted):
        for seed in range(20):
            _, given, wanted = made(Scene(random.Random(seed)))
            whole, parts = (wanted, given) if made is rewrites.joined else (given, wanted)
            assert parts.replace(". The ", ", but the ") == whole


def test_plans_and_visits_differ_in_time_alone() -> None:
    for name, (before, after) in {"ahead": ("last", "next"), "done": ("next", "last")}.items():
        for _, given, wanted in MADE[name]:
            assert given.split()[0] == wanted.split()[0]
            assert given.split()[-2:] == [before, wanted.split()[-1]] and wanted.split()[-2] == after
            assert (" will " in wanted) == (name == "ahead") != (" will " in given)


def test_another_person_is_put_in() -> None:
    for ask, given, wanted in MADE["renamed"]:
        old, new = given.split()[0], wanted.split()[0]
        assert old != new and new in ask and given.replace(old, new, 1) == wanted


def test_lists_go_on_with_the_next() -> None:
    for _, given, wanted in MADE["next_in_line"]:
        last = given.removesuffix(",").split(", ")[-1]
        listed = name_list("weekday" if wanted in name_list("weekday") else "month")
        assert listed[(listed.index(last) + 1) % len(listed)] == wanted


def test_the_two_people_are_those_of_the_sentence() -> None:
    for _, given, wanted in MADE["people"]:
        assert wanted.split(" and ") == [word for word in given.split() if word in name_list("first")]
    for _, given, wanted in MADE["finished"]:
        assert {"loved": "hated", "hated": "loved"}[given.split()[1]] == wanted.split()[0]
