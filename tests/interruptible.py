"""A program that Ctrl-C reaches: a job in the background may have been started with SIGINT ignored."""

import sys

HEARS = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"


def python(code: str) -> list[str]:
    """The command that runs a piece of Python which SIGINT interrupts."""
    return [sys.executable, "-c", HEARS + code]


def verb(*words: str) -> list[str]:
    """The same for the course's own command line."""
    return [*python("from ia3_teach.__main__ import main; main()"), *words]
