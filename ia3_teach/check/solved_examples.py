"""Check of lesson 01: a prompt made of solved examples and a question."""

from collections.abc import Callable

from ia3_teach.check.core import expect, expect_equal, run_properties

Solved = dict[str, str]


def _solved() -> list[Solved]:
    return [
        {"prompt": "2 and 3?\nSum:", "answer": "five"},
        {"prompt": "1 and 1?\nSum:", "answer": "two"},
        {"prompt": "4 and 5?\nSum:", "answer": "nine"},
    ]


_ROW = {"prompt": "3 and 4?\nSum:", "answer": "seven"}


def _nothing_leaks(build: Callable) -> None:
    """the answer to the last question is not in the prompt"""
    text = _text(build(_solved(), dict(_ROW)))
    expect(
        _ROW["answer"] not in text, f"a prompt without {_ROW['answer']!r}", repr(text[-40:]),
        "the answer that the model is to find stands in its prompt: it leaked",
    )  # fmt: skip


def _ends_with_the_question(build: Callable) -> None:
    """the prompt ends where the answer belongs"""
    text, end = _text(build(_solved(), dict(_ROW))), _ROW["prompt"]
    mistakes = {
        end not in text: "the question itself is missing",
        text.startswith(end): "the question comes LAST: a model goes on at the end of the text",
        text.rstrip()
        != text: "a space or line break is left at the end; the answer token ' seven' brings its own",
    }
    mistake = mistakes.get(True, "after the row's prompt nothing may follow")
    expect(text.endswith(end), f"... {end!r} at the end", repr(text[-40:]), mistake)


def _examples_are_solved(build: Callable) -> None:
    """every example comes with its own answer, after a space"""
    text = _text(build(_solved(), dict(_ROW)))
    for example in _solved():
        right = f"{example['prompt']} {example['answer']}"
        mistake = "each prompt is followed by ITS answer"
        if not any(other["answer"] in text for other in _solved()):
            mistake = "the examples have no answers: they show questions, not a task"
        elif example["prompt"] + example["answer"] in text:
            mistake = "the space between prompt and answer is missing: 'Sum:five' is read as other tokens"
        elif text.count(example["prompt"]) == 0:
            mistake = "an example was dropped"
        expect(right in text, f"{right!r} in the prompt", repr(text), mistake)


def _one_line_break_between(build: Callable) -> None:
    """examples stand in the given order, one line break between any two parts"""
    text = _text(build(_solved(), dict(_ROW)))
    parts = [f"{example['prompt']} {example['answer']}" for example in _solved()]
    mistake = "join the parts with one line break, '\\n'"
    if sorted(parts, key=text.index) != parts:
        mistake = "the examples changed their order"
    expect_equal(text, "\n".join([*parts, _ROW["prompt"]]), "the prompt", mistake)


def _no_examples(build: Callable) -> None:
    """without examples the prompt is the row's own"""
    mistake = "zero examples: nothing may stand before the question, not even a line break"
    expect_equal(build([], dict(_ROW)), _ROW["prompt"], "few_shot_prompt([], row)", mistake)


def _text(found: object) -> str:
    expect(isinstance(found, str), "a str", repr(found), "hand back one text, not its parts")
    return str(found)


def few_shot_prompt(build: Callable) -> None:
    """Check `few_shot_prompt(solved, row)`."""
    properties = [_nothing_leaks, _ends_with_the_question, _examples_are_solved, _one_line_break_between]
    run_properties(build, [*properties, _no_examples])
