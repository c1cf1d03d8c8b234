"""Check of exercise 10.2: rows that are longer than the model may read."""

from ia3_teach.check.comparing import NOTHING
from ia3_teach.check.core import expect, expect_equal
from ia3_teach.check.drawing import Draw
from ia3_teach.check.failure import describe
from ia3_teach.check.judging import untouched
from ia3_teach.check.probing.calls import call_each, case
from ia3_teach.check.seen import Seen
from ia3_teach.check.shape import Cases, Exercise, Property

Example = dict[str, list[int]]
LENGTH = 5


def example(n_prompt: int, n_answer: int, start: int, behind: int = 0) -> Example:
    """A prompt and an answer with its end, of tokens that occur nowhere else; `behind` is not learned "
    "again."""
    ids = list(range(start, start + n_prompt + n_answer + behind))
    end = n_prompt + n_answer
    return {"input_ids": ids, "labels": [-100] * n_prompt + ids[n_prompt:end] + [-100] * behind}


def _five(draw: Draw) -> list[Example]:
    """Short; exactly long enough; half of the answer cut off; all of it, by one token; all of it, by far."""
    first = 1000 * draw.number(1, 9)
    sizes = [(2, 2), (3, 2), (3, 4), (5, 2), (8, 3)]
    return [example(*size, first + 10 + 100 * place) for place, size in enumerate(sizes)]


def _cases(seed: int) -> Cases:
    draw = Draw(seed)
    five, length = _five(draw), draw.number(6, 9)
    zero = [{"input_ids": [7, 8, 0], "labels": [-100, -100, 0]}, {"input_ids": [0, 0], "labels": [0, 0]}]
    masked = [example(0, 3, 10), example(2, 0, 20), example(1, 2, 30, behind=3), example(2, 1, 40, behind=1)]
    rows = [example(draw.number(1, 4), draw.number(1, 4), 100 * (place + 1)) for place in range(4)]
    mixed = [rows[0], example(length, 2, 700), rows[1], example(length - 1, 3, 800), rows[2], rows[3]]
    return {
        "five rows": case(five, LENGTH), "lost rows in between": case([five[4], five[0], five[3], five[2]],
        LENGTH),
        "other lengths": case(mixed, length), "labels that are token 0": case(zero, draw.number(3, 5)),
        "labels with -100 at the end, at the start, and nothing else": case(masked, draw.number(7, 9)),
        "a short max_length": case([five[3], five[4], five[1], five[0]], 3),
        "max_length 1": case([example(0, 3, 10), example(1, 2, 20)], 1),
        "no row at all": case([], draw.number(3, 6)), "a max_length that nothing reaches": case(five[:3], 50),
    }  # fmt: skip


ALL = tuple(_cases(0))
FIRST = ALL[0]


def _wanted(rows: list[Example], length: int) -> list[Example]:
    cut = [{name: ids[:length] for name, ids in row.items()} for row in rows]
    return [row for row in cut if row["labels"].count(-100) < len(row["labels"])]


def _found(seen: Seen, name: str) -> list[Example]:
    found = seen[name]
    is_list = isinstance(found, list) and all(isinstance(row, dict) for row in found)
    mistake = NOTHING if found is None else "return the kept examples as a list of dicts"
    expect(is_list, f"a list of examples ({name})", describe(found), mistake)
    lists = all(isinstance(row.get(key), list) for row in found for key in ("input_ids", "labels"))
    mistake = "each example keeps its two lists, input_ids and labels"
    expect(lists, f"dicts with the lists input_ids and labels ({name})", describe(found), mistake)
    return found


def _nothing_longer(seen: Seen) -> None:
    for name in ALL:
        longest = max((len(row["input_ids"]) for row in _found(seen, name)), default=0)
        length = seen.arguments(name)[1]
        mistake = "ids[:max_length] is the cut"
        expect(longest <= length, f"at most {length} tokens ({name})", f"a row of {longest} tokens", mistake)


def _labels_go_along(seen: Seen) -> None:
    for name in ALL:
        pairs = [(len(row["input_ids"]), len(row["labels"])) for row in _found(seen, name)]
        alike = all(a == b for a, b in pairs)
        mistake = "cut input_ids and labels at the same place"
        expect(alike, f"as many labels as tokens ({name})", f"(tokens, labels): {pairs}", mistake)


def _cuts_the_end(seen: Seen) -> None:
    for name in ALL:
        begins = {tuple(row["input_ids"][:1]) for row in seen.arguments(name)[0]}
        wrong = [row["input_ids"] for row in _found(seen, name) if tuple(row["input_ids"][:1]) not in begins]
        mistake = "each row keeps its first tokens, and a row without any is dropped"
        ends = [row["input_ids"] for row in seen.arguments(name)[0]]
        if any(len(ids) > 1 and ids == whole[-len(ids) :] for ids in wrong for whole in ends):
            mistake = "the beginning was cut off, and with it the instruction that is to be followed"
        expect(not wrong, f"each row begins as before ({name})", f"rows {wrong}", mistake)


def _keeps_what_can_be_learned(seen: Seen) -> None:
    for name in ALL:
        rows, length = seen.arguments(name)
        firsts = [row["input_ids"][0] for row in _found(seen, name) if row["input_ids"]]
        wanted = [row["input_ids"][0] for row in _wanted(rows, length)]
        mistake = "after a cut at max_length, a row stays if any of its labels is not -100"
        if sorted(firsts) == sorted(wanted):
            mistake = "the rows came in another order"
        elif firsts == [row["input_ids"][0] for row in _wanted(rows[:length], length)]:
            mistake = "max_length counts the tokens of a row, not the rows"
        elif firsts == [row["input_ids"][0] for row in _wanted(rows, length - 1) if row["input_ids"]]:
            mistake = "the cut is one place too early: max_length tokens stay"
        if name == FIRST:
            starts = [row["input_ids"][0] for row in rows]
            kept = [starts.index(first) for first in firsts if first in starts]
            known = {
                "rows without any learned token are kept: their loss is 0 / 0": [0, 1, 2, 3, 4],
                "every row that had to be cut is gone, also the one whose answer is half there": [0, 1],
                "a row of exactly max_length tokens fits": [0],
                "the short rows, which need no cut, are gone": [2],
                "the wrong ones were kept: look for labels that are NOT -100": [3, 4],
                "look at the labels AFTER the cut; the prompt may fill the row to the last place": [
                    0,
                    1,
                    2,
                    3,
                ],
            }
            mistake = next((text for text, places in known.items() if places == kept), mistake)
        elif name == "labels that are token 0" and len(firsts) < len(wanted):
            mistake = "0 is a token like any other: only -100 is left out"
        expect_equal(firsts, wanted, f"rows kept, by their first token ({name})", mistake)


def _same_content(seen: Seen) -> None:
    for name in ALL:
        found, wanted = _found(seen, name), _wanted(*seen.arguments(name))
        shorter = any(len(a["input_ids"]) < len(b["input_ids"]) for a, b in zip(found, wanted, strict=False))
        mistake = "tokens or labels were changed beyond the cut"
        longer = any(len(a["input_ids"]) > len(b["input_ids"]) for a, b in zip(found, wanted, strict=False))
        mistake = "rows were filled up: a short row stays as short as it is" if longer else mistake
        mistake = "more was cut off than max_length asks for" if shorter else mistake
        expect(found == wanted, f"the rows = {describe(wanted)} ({name})", describe(found), mistake)


cut_rows = Exercise(
    "lesson_10.cut_rows", "cut_rows", _cases, call_each,
    (
        Property("no row is longer than max_length", _nothing_longer),
        Property("labels are cut together with the tokens", _labels_go_along),
        Property("what is kept is the beginning", _cuts_the_end),
        Property("rows with a learned token left are kept, the others dropped", _keeps_what_can_be_learned),
        Property("the kept tokens and labels are those of the rows", _same_content),
        untouched(ALL, {0: "the rows"},
        "a row was cut in place; another max_length could not be tried after that"),
    ),
)  # fmt: skip
