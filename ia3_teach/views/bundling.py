"""One ECMAScript module out of several: each becomes a function's inside, so that no names clash.

Pages opened from disk may not import other files, and a widget is one file; it takes nothing but Python.
"""

import re
from pathlib import Path

from ia3_teach.wording import brief, short

LIVE = Path(__file__).parent / "live"
IMPORT = re.compile(r'^import \{([^}]*)\} from "([^"]+)";$', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?(?:class|function|const) (\w+))", re.MULTILINE)


def bundle(entry: str) -> str:
    """The module `entry` (a name below views/live) and all that it imports, in order; see `name_of`.

    Raises ValueError for a form of import or export that is not understood, and for a circle.

    >>> "const answers = (() => {" in bundle("answers.js")
    True
    """
    done: dict[Path, str] = {}
    add((LIVE / entry).resolve(), done, ())
    return "\n".join(done.values())


def add(path: Path, done: dict[Path, str], above: tuple[Path, ...]) -> None:
    """Put what a module imports before it, then the module."""
    if path in above:
        raise ValueError(f"{short(path.name)} imports itself, by way of {short(above[-1].name)}")
    if path in done:
        return
    text = path.read_text(encoding="utf-8")
    for _, source in IMPORT.findall(text):
        add((path.parent / source).resolve(), done, (*above, path))
    done[path] = wrapped(path, text)


def wrapped(path: Path, text: str) -> str:
    """A module as a constant of its name, which holds what the module exports."""
    inside = IMPORT.sub(lambda found: taken(path, *found.groups()), text)
    names = EXPORT.findall(inside)
    inside = EXPORT.sub("", inside)
    left = re.search(r"^(?:import|export)\b.*", inside, re.MULTILINE)
    if left:
        raise ValueError(
            f"{short(path.name)}: {brief(left[0])} is not understood; import as "
            '`import { a } from "./b.js";` and '
            "export classes, functions and constants where they are declared"
        )
    return f"const {name_of(path)} = (() => {{\n{inside}\nreturn {{ {', '.join(names)} }};\n}})();"


def taken(path: Path, names: str, source: str) -> str:
    """An import as a line that takes the names from the other module's constant."""
    return f"const {{{names}}} = {name_of((path.parent / source).resolve())};"


def name_of(path: Path) -> str:
    """The constant that holds a module: its path below views/live, as a word.

    >>> name_of(LIVE.resolve() / "explorer" / "page.js")
    'explorer_page'
    """
    return "_".join(path.relative_to(LIVE.resolve()).with_suffix("").parts)
