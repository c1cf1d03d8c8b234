"""Check of lesson 01: a prompt made of solved examples and a question."""

from ia3_teach.check.core import expect
from ia3_teach.check.drawing import Draw
from ia3_teach.check.failure import describe
from ia3_teach.check.judging import untouched, values
from ia3_teach.check.probing.calls import call_each, case
from ia3_teach.check.seen import Seen
from ia3_teach.check.shape import Cases, Exercise, Property

Solved = dict[str, str]


def _reference(solved: list[Solved], row: Solved) -> str:
    lines = ""
    for example in solved:
        lines = lines + example["prompt"] + " " + example["answer"] + "\n"
    return lines + row["prompt"]


def _example(first: str, second: str, answer: str) -> Solved:
    return {"prompt": f"{first} and {second}?\nSum:", "answer": answer}


def _spaced(example: Solved) -> Solved:
    return example | {"prompt": " " + example["prompt"]}


def _stripped(example: Solved) -> Solved:
    return {key: text.strip() for key, text in example.items()}


def _cases(seed: int) -> Cases:
    draw = Draw(seed)
    a, b, c, d, e, f, g, h = draw.words(8)
    three = [_example(w, x, y) for w, x, y in ((c, a, e), (a, b, f), (b, c, g))]
    late_first = sorted(three, key=lambda example: example["prompt"], reverse=True)
    return {
        "three examples": case(late_first, _example(d, a, h)),
        "no example": case([], _example(a, b, c)),
        "one example": case(three[:1], _example(b, d, h)),
        "the same question twice": case(
            [three[0], three[0] | {"answer": h}, *three[1:], three[0]], _example(d, d, a)
        ),
        "an answer that an example has too": case(three, _example(d, b, f)),
        "braces, signs and capitals": case(
            [_example(a.title(), "{} 5 %s", "Yes {0} %s")], _example("{1} %d", b, "{1} %d")
        ),
        "an example with the row's own question": case([three[0], three[1]], three[0] | {"answer": h}),
        "prompts that begin with a space": case([*map(_spaced, three[:2])], _spaced(_example(d, c, h))),
    }


ALL = tuple(_cases(0))
FIRST = ALL[0]


def _text(seen: Seen, name: str) -> str:
    found = seen[name]
    mistake = (
        "the function returns nothing: is `return` missing?"
        if found is None
        else "hand back one text, not its parts"
    )
    expect(isinstance(found, str), f"a str ({name})", describe(found), mistake)
    return found


def _nothing_leaks(seen: Seen) -> None:
    text, row = _text(seen, FIRST), seen.arguments(FIRST)[1]
    expect(
        row["answer"] not in text, f"a prompt without {row['answer']!r}", repr(text[-40:]),
        "the answer that the model is to find stands in its prompt: it leaked",
    )  # fmt: skip


def _ends_with_the_question(seen: Seen) -> None:
    text, end = _text(seen, FIRST), seen.arguments(FIRST)[1]["prompt"]
    missing = "".join(end.split()) not in "".join(text.split())
    mistakes = {
        missing: "the question itself is missing",
        end not in text and not missing: "white space inside the question was changed: leave it as it is",
        text.startswith(end): "the question comes LAST: a model goes on at the end of the text",
        text.rstrip() != text: "a space or line break is left at the end; the answer token brings its "
        "own space",
    }
    mistake = mistakes.get(True, "after the row's prompt nothing may follow")
    expect(text.endswith(end), f"... {end!r} at the end", repr(text[-40:]), mistake)


def _examples_are_solved(seen: Seen) -> None:
    text, (solved, _) = _text(seen, FIRST), seen.arguments(FIRST)
    for example in solved:
        right = f"{example['prompt']} {example['answer']}"
        mistake = "each prompt is followed by ITS answer"
        if not any(other["answer"] in text for other in solved):
            mistake = "the examples have no answers: they show questions, not a task"
        elif example["prompt"] + example["answer"] in text:
            mistake = "the space between prompt and answer is missing: a model reads other tokens"
        elif text.count(example["prompt"]) == 0:
            mistake = "an example was dropped"
        elif example["answer"] in text.partition(example["prompt"])[2].partition("?")[0]:
            mistake = "between prompt and answer stands one space, and nothing else"
        expect(right in text, f"{right!r} in the prompt", repr(text), mistake)


def _one_line_break_between(seen: Seen) -> None:
    text, (solved, row) = _text(seen, FIRST), seen.arguments(FIRST)
    parts = [f"{example['prompt']} {example['answer']}" for example in solved]
    changed = sorted(parts, key=text.index) != parts
    mistake = "the examples changed their order" if changed else "join the parts with one line break, '\\n'"
    wanted = "\n".join([*parts, row["prompt"]])
    expect(text == wanted, f"the prompt = {wanted!r}", repr(text), mistake)


KNOWN = {
    "a question that comes twice was dropped; each example counts, in its place":
        lambda solved, row: _reference(
            [{"prompt": p, "answer": a} for p, a in {e["prompt"]: e["answer"] for e in solved}.items()], row),
    "the row's answer was also removed from the examples":
        lambda solved, row: _reference(solved, row).replace(" " + row["answer"], ""),
    "white space around a prompt was stripped: take every text as it is":
        lambda solved, row: _reference([*map(_stripped, solved)], _stripped(row)),
    "the whole text was stripped: it begins as the first prompt does":
        lambda solved, row: _reference(solved, row).strip(),
}  # fmt: skip
few_shot_prompt = Exercise(
    "lesson_01.few_shot_prompt", "few_shot_prompt", _cases, call_each,
    (
        Property("the answer to the last question is not in the prompt", _nothing_leaks),
        Property("the prompt ends where the answer belongs", _ends_with_the_question),
        Property("every example comes with its own answer, after a space", _examples_are_solved),
        Property("examples stand in the given order, one line break between any two parts",
        _one_line_break_between),
        values("without examples the prompt is the row's own", ALL[1:2], _reference,
        "few_shot_prompt([], row)",
               "zero examples: nothing may stand before the question, not even a line break"),
        values("any examples, call after call", ALL[2:], _reference, "the prompt",
               "compare the two texts part by part", KNOWN),
        untouched(ALL, {0: "solved", 1: "row"}, "{} was changed by the call: build new texts, "
                  "write into no list and no dictionary"),
    ),
)  # fmt: skip
