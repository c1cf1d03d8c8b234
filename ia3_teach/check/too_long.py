"""Check of exercise 10.2: rows that are longer than the model may read."""

from collections.abc import Callable

from ia3_teach.check.core import expect, expect_equal, run_properties

Example = dict[str, list[int]]
LENGTH = 5


def example(n_prompt: int, n_answer: int, start: int) -> Example:
    """A prompt and an answer with its end, of tokens that occur nowhere else."""
    ids = list(range(start, start + n_prompt + n_answer))
    return {"input_ids": ids, "labels": [-100] * n_prompt + ids[n_prompt:]}


def _examples() -> list[Example]:
    """Short; exactly long enough; half of the answer cut off; all of it, by one token; all of it, by far."""
    return [example(2, 2, 10), example(3, 2, 20), example(3, 4, 30), example(5, 2, 40), example(8, 3, 50)]


def _found(cut: Callable) -> list[Example]:
    found = cut(_examples(), LENGTH)
    is_list = isinstance(found, list) and all(isinstance(row, dict) for row in found)
    expect(is_list, "a list of examples", type(found).__name__, "return the kept examples as a list of dicts")
    return found


def _starts(rows: list[Example]) -> list[int]:
    """The first token of each row's original, by which the five examples can be told apart."""
    return [10 * (row["input_ids"][0] // 10) if row["input_ids"] else 0 for row in rows]


def _nothing_longer(cut: Callable) -> None:
    """no row is longer than max_length"""
    lengths = [len(row["input_ids"]) for row in _found(cut)]
    longest = max(lengths, default=0)
    mistake = "ids[:max_length] is the cut"
    expect(longest <= LENGTH, f"at most {LENGTH} tokens", f"a row of {longest} tokens", mistake)


def _labels_go_along(cut: Callable) -> None:
    """labels are cut together with the tokens"""
    pairs = [(len(row["input_ids"]), len(row["labels"])) for row in _found(cut)]
    mistake = "cut input_ids and labels at the same place"
    expect(all(a == b for a, b in pairs), "as many labels as tokens", f"(tokens, labels): {pairs}", mistake)


def _cuts_the_end(cut: Callable) -> None:
    """what is kept is the beginning"""
    wrong = [row["input_ids"] for row in _found(cut) if row["input_ids"] and row["input_ids"][0] % 10]
    mistake = "the beginning was cut off, and with it the instruction that is to be followed"
    expect(not wrong, "each row begins as before", f"rows {wrong}", mistake)


def _keeps_what_can_be_learned(cut: Callable) -> None:
    """rows with a learned token left are kept, the others dropped"""
    starts = _starts(_found(cut))
    known = {
        str([10, 20, 30, 40, 50]): "rows without any learned token are kept: their loss is 0 / 0",
        str([10, 20]): "every row that had to be cut is gone, also the one whose answer is half there",
        str([10]): "a row of exactly max_length tokens fits",
        str([30]): "the short rows, which need no cut, are gone",
        str([40, 50]): "the wrong ones were kept: look for labels that are NOT -100",
        str(
            [10, 20, 30, 40]
        ): "look at the labels AFTER the cut; the prompt may fill the row to the last place",
    }
    mistake = known.get(str(starts), "after the cut, keep a row if any of its labels is not -100")
    expect_equal(starts, [10, 20, 30], "rows kept (by their first token)", mistake)


def _same_content(cut: Callable) -> None:
    """the kept tokens and labels are those of the rows"""
    wanted = [{name: ids[:LENGTH] for name, ids in row.items()} for row in _examples()[:3]]
    expect_equal(_found(cut), wanted, "the rows", "tokens or labels were changed beyond the cut")


def _leaves_rows_alone(cut: Callable) -> None:
    """the rows that were handed over are not changed"""
    rows = _examples()
    cut(rows, LENGTH)
    mistake = "a row was cut in place; another max_length could not be tried after that"
    expect_equal(rows, _examples(), "the rows handed over", mistake)


def cut_rows(cut: Callable) -> None:
    """Check `cut_rows(rows, max_length)`."""
    properties = [_nothing_longer, _labels_go_along, _cuts_the_end, _keeps_what_can_be_learned]
    run_properties(cut, [*properties, _same_content, _leaves_rows_alone])
