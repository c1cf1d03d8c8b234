"""Testing a checker: the reference passes, each known wrong answer fails with its own message."""

from collections.abc import Callable, Mapping
from typing import Any

from ia3_teach.check.failure import CheckFailed

Checker = Callable[[Any], None]


def assert_rejects(checker: Checker, reference: Any, mutants: Mapping[str, tuple[Any, str]]) -> None:
    """Each of the at least three `mutants` is name: (wrong answer, fragment of its message).

    Raises AssertionError when the reference fails, a mutant passes, or a fragment is missing
    from its own message or turns up in the message of another mutant.
    """
    assert len(mutants) >= 3, f"{len(mutants)} wrong answers; three is the least"
    checker(reference)
    messages = {name: _message(checker, name, wrong) for name, (wrong, _) in mutants.items()}
    for name, (_, fragment) in mutants.items():
        told = [other for other, message in messages.items() if fragment in message]
        assert told == [name], f"{fragment!r} is said to {told}, not {name!r}:\n{messages[name]}"


def _message(checker: Checker, name: str, wrong: Any) -> str:
    try:
        checker(wrong)
    except CheckFailed as failure:
        return str(failure)
    raise AssertionError(f"the wrong answer {name!r} passed")
