"""What a probe saw, as the verdict reads it."""

from typing import Any

from ia3_teach.check.failure import CheckFailed
from ia3_teach.check.probing.calls import Case
from ia3_teach.check.probing.limits import SECONDS
from ia3_teach.check.probing.plain_data import rebuilt
from ia3_teach.check.probing.recorded import Record

ENDS = {
    "time": (f"still running after {SECONDS:g} seconds of work",
    "a loop that does not come to its end, or far more work than needed"),
    "output": ("far more output than anybody reads", "a print inside a long loop: take it out"),
    "exit": ("your code left Python: {text}", "exit() ends everything; a function ends with return"),
    "interrupt": ("your code was interrupted", "run the check again and let it come to its end"),
    "recursion": ("your code called itself again and again",
    "a function that calls itself needs a case in which it does not"),
    "memory": ("your code asked for more memory than there is",
    "print the shapes: a broadcast may have made a far larger tensor"),
}  # fmt: skip

OF_SHAPES = ("shape", "size", "dimension", "broadcast", "singleton")  # in the text of an error


class Seen:
    """The record of a probe beside the cases that it was made on; `seen[name]` is what that case gave."""

    def __init__(self, record: Record, cases: dict[str, Case]) -> None:
        self.callable = bool(record.data["callable"])
        self.record, self.cases = record.data["seen"], cases
        self._again = record.data.get("again")

    @property
    def not_written(self) -> bool:
        """Whether the first case met a stub."""
        first = self.record[next(iter(self.cases))].get("error")
        return bool(first) and "NotImplementedError" in first["kinds"]

    def error(self, name: str) -> dict[str, Any] | None:
        """What stopped the answer on this case, None where it came to its end."""
        return self.record[name].get("error")

    def __getitem__(self, name: str) -> Any:
        """The value of this case; CheckFailed where the answer was stopped by an error."""
        error = self.error(name)
        if error is not None:
            raise stopped(error, name)
        return rebuilt(self.record[name]["value"])

    def again(self, name: str) -> Any:
        """What the same call gave at the end of all; only the first case is called again."""
        if self._again is None or name != next(iter(self.cases)):
            return self[name]
        if self._again.get("error"):
            raise stopped(self._again["error"], f"{name}, at a second call")
        return rebuilt(self._again["value"])

    def note(self, name: str, note: str) -> Any:
        """What the probe noted beside the value; None where it did not get so far."""
        found = self.record[name]["notes"].get(note)
        return rebuilt(found)

    def arguments(self, name: str) -> list[Any]:
        """What the answer was called with."""
        return self.cases[name]["arguments"]


def stopped(error: dict[str, Any], name: str) -> CheckFailed:
    """The same, marked: another property may know more about it."""
    failure = failed(error, name)
    failure.stopped = True
    return failure


def failed(error: dict[str, Any], name: str) -> CheckFailed:
    """The message for an answer that did not come to its end on the case of this name."""
    during = f"your code to run to its end ({name})"
    what = f"{error['kind']}: {error['text']}"
    code = f": `{error['code']}`" if error["code"] else ""  # not every line can be looked up
    line = f" (line {error['line']}{code})" if error["own"] else ""
    if error["ended"] in ENDS:
        found, mistake = ENDS[error["ended"]]
        return CheckFailed(during, found.format(text=error["kind"]) + line, mistake)
    if not error["own"]:
        mistake = "look at what your code returns: its type, its shape, and whether it returns anything"
        if error["kind"] == "TypeError" and " argument" in error["text"]:
            mistake = "keep the arguments of the function as the cell names them, and their defaults"
        found = f"your code ran, but this check could not use what came back ({what})"
        return CheckFailed(f"something that this check can use ({name})", found, mistake)
    mistake = "read the error first: its last line says what was wrong, and the line where"
    if any(word in error["text"].lower() for word in OF_SHAPES):
        mistake = "read the error first; print the shapes just before that line"
    return CheckFailed(during, f"your code stopped with {what}{line}", mistake)
