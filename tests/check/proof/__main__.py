"""`PYTHONPATH=tests python -m check.proof [FOLDER]`: the four figures, and every message to be read."""

import sys
from pathlib import Path

from check.proof.answers import Result, read_answers, tried
from check.proof.figures import Figures, survivors

OWN = Path(__file__).parents[1] / "answers"


def main(folder: Path, sample: int = 7) -> None:
    """Try all answers of a folder and all mutants; print the figures, and every `sample`-th message."""
    results = [tried(answer) for answer in read_answers(folder)]
    figures = Figures(results)
    for result in results:
        if result.public != result.answer.right or result.in_class != result.answer.right:
            print("NOT AS IT SHOULD BE:", _line(result))
    for result in [result for result in results if result.message][::sample]:
        print(_line(result), result.message, "", sep="\n")
    print(f"wrong answers rejected by the learner's check: {figures.rejected(in_class=False)}")
    print(f"wrong answers rejected by the class's cases:   {figures.rejected(in_class=True)}")
    print(f"right answers accepted by both:                {figures.accepted}")
    total, alive = survivors()
    for name, what, why in alive:
        print(f"mutant that passes: {name}, {what}: {why or 'NOT EXPLAINED'}")
    print(f"mutants rejected: {total - len(alive)} of {total}")


def _line(result: Result) -> str:
    answer = result.answer
    return f"--- {answer.exercise.name} | {'right' if answer.right else 'wrong'} | {answer.name}"


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else OWN)
