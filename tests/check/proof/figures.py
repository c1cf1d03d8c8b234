"""The four figures of the proof."""

from collections.abc import Sequence

from check.proof.answers import Answer, Result, refusal
from check.proof.explained import why_right
from check.proof.mutation import mutants
from check.proof.solutions import solutions

from ia3_teach.check import EXERCISES


class Figures:
    """Counts over the results of handed answers."""

    def __init__(self, results: Sequence[Result]) -> None:
        self.right = [result for result in results if result.answer.right]
        self.wrong = [result for result in results if not result.answer.right]

    def rejected(self, in_class: bool) -> str:
        """Wrong answers that lost at least one property."""
        return _part(self.share(in_class), len(self.wrong))

    def share(self, in_class: bool) -> float:
        """The same as a share."""
        lost = [not (result.in_class if in_class else result.public) for result in self.wrong]
        return sum(lost) / max(1, len(lost))

    @property
    def accepted(self) -> str:
        """Right answers that have all properties, in both."""
        return _part(sum(r.public and r.in_class for r in self.right) / max(1, len(self.right)),
        len(self.right))


def _part(share: float, total: int) -> str:
    return f"{round(share * total)} of {total} ({100 * share:.1f} %)"


def survivors() -> tuple[int, list[tuple[str, str, str]]]:
    """How many mutants there are, and (exercise, change, why it is right after all) of those that pass."""
    total, alive = 0, []
    for name, source in solutions().items():
        for what, code in mutants(source).items():
            total += 1
            if not refusal(Answer(EXERCISES[name], False, what, code)):
                alive.append((name, what, why_right(name, what)))
    return total, alive
