"""Every error of the package in fewer than 600 characters, whatever a stranger's names and texts are."""

import ast
import importlib
import re
from pathlib import Path

import pytest

import ia3_teach
from ia3_teach import wording
from ia3_teach.wording import brief, listed, short

PACKAGE = Path(ia3_teach.__file__).parent
MOST = 599
LONG = "x" * 100_000
# What shows a stranger's things, and how long at most: the default, or the number that stands as `limit`.
SHOWING = {
    "brief": wording.LONGEST,
    "short": wording.LONGEST_TEXT,
    "listed": wording.ALL_NAMES + len(" and 1,000,000,000 more"),
    "shown": 200,
}
KINDS = ("ValueError", "ManifestError", "BuildError", "LabError")
NUMBER = 25  # characters of a number, or of the name of a torch.dtype
# Expressions whose text cannot be long: counts, kinds of numbers, places in memory.
SMALL_CALLS = ("len",)
SMALL_PARTS = ("dtype", "device", "layout", "st_size")


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)


def raised(path: Path) -> list[ast.Call]:
    """Every error that a file makes, but a cell that failed, whose own words are told whole."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return [node for node in nodes if isinstance(node, ast.Call) and ast.unparse(node.func) in KINDS]


FILES = [path for path in sorted(PACKAGE.rglob("*.py")) if raised(path)]


def longest(node: ast.AST, module: object) -> int:
    """The most characters that an expression of an error comes to. Raises LookupError where none is known."""
    match node:
        case ast.Constant():
            return len(str(node.value))
        case ast.JoinedStr():
            return sum(longest(part, module) for part in node.values)
        case ast.FormattedValue(format_spec=ast.JoinedStr()):
            return NUMBER
        case ast.FormattedValue():
            return longest(node.value, module)
        case ast.BinOp(op=ast.Add(), left=ast.Constant(value=str()) | ast.JoinedStr()):
            return longest(node.left, module) + longest(node.right, module)
        case ast.BinOp():
            return NUMBER
        case ast.IfExp():
            return max(longest(node.body, module), longest(node.orelse, module))
        case ast.BoolOp():
            return max(longest(value, module) for value in node.values)
        case ast.Subscript(value=ast.Call()):
            return longest(node.value, module)
        case ast.Name(id=name) if name.lstrip("_").isupper():
            return len(str(getattr(module, name)))
        case ast.Attribute(attr=name) if name in SMALL_PARTS or name == "__name__":
            return NUMBER
        case ast.Call(func=ast.Name(id=name)) if name in SMALL_CALLS:
            return NUMBER
        case ast.Call(func=ast.Name(id="with_article"), args=[noun]):
            return len("an ") + longest(noun, module)
        case ast.Call(func=ast.Name(id=name)) if name in SHOWING:
            return limit_of(node, name)
    raise LookupError(ast.unparse(node))


def limit_of(node: ast.Call, name: str) -> int:
    """The limit that a call of brief, short or listed names, or its default."""
    place = {"brief": 1, "short": 1, "listed": 2}.get(name)
    given = [keyword.value for keyword in node.keywords if keyword.arg == "limit"]
    given += node.args[place:] if place is not None else []
    if not given:
        return SHOWING[name]
    return given[0].value + SHOWING[name] - (wording.ALL_NAMES if name == "listed" else SHOWING[name])


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_every_error_is_short_whatever_it_shows(path: Path) -> None:
    module = importlib.import_module(name_of(path).removesuffix(".__init__"))
    wrong = []
    for error in raised(path):
        try:
            found = sum(longest(each, module) for each in error.args)
        except LookupError as unknown:
            wrong.append(f"line {error.lineno}: show {unknown} with brief, short or listed")
            continue
        if found > MOST:
            wrong.append(f"line {error.lineno}: up to {found} characters")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_no_error_spells_out_what_it_should_call(path: Path) -> None:
    parts = (part for error in raised(path) for part in ast.walk(error) if isinstance(part, ast.Constant))
    texts = [part.value for part in parts if isinstance(part.value, str)]
    assert not [text for text in texts for name in SHOWING if f"{{{name}(" in text]


class Stranger:
    """An object that cannot be written out."""

    def __repr__(self) -> str:
        raise RuntimeError(LONG)


class Endless(list):
    """An object that holds itself."""


def endless() -> list:
    found = Endless()
    found.append(found)
    return found


HOSTILE = [
    *(LONG, LONG.encode(), "\ud83d" * 500, "\n" * 1000, "é" * 1000, Path("/" + "/".join(["d" * 200] * 50))),
    *(10**100_000, [10**5000], -(10**5000), float("nan"), None, [LONG] * 1000, {LONG: LONG}, endless()),
    *(Stranger(), [Stranger()], tuple(range(10_000)), type(LONG, (), {}), ValueError(LONG)),
    dict.fromkeys(range(5000), LONG),
]


@pytest.mark.parametrize("found", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("limit", [12, 100, 300])
def test_what_was_found_is_shown_in_few_characters(found: object, limit: int) -> None:
    for text in (brief(found, limit), short(found, limit)):
        assert len(text) <= max(limit, 12)
    assert short(found, limit).encode()  # half an emoji would not print


@pytest.mark.parametrize("most", [1, 3, 40])
@pytest.mark.parametrize(
    "names", [[LONG] * 9, [f"name {i}" for i in range(50_000)], [*range(10**5)], HOSTILE], ids=range(4)
)
def test_many_names_are_few_characters(names: list, most: int) -> None:
    assert len(listed(names, most)) <= SHOWING["listed"]


def test_names_that_fit_are_all_listed() -> None:
    assert listed(["a", "b"]) == "a, b" and listed([]) == "" and listed({"a": 1}) == "a"
    assert listed([f"layer.{i}" for i in range(4)]) == "layer.0, layer.1, layer.2 and 1 more"


class Unspeakable(Exception):
    def __init__(self, how: type[BaseException]) -> None:
        self.how = how

    def __str__(self) -> str:
        raise self.how


@pytest.mark.parametrize("how", [ValueError, RecursionError, SystemExit, KeyboardInterrupt])
def test_an_error_that_cannot_say_what_it_is_has_no_first_line(how: type[BaseException]) -> None:
    assert wording.first_line(Unspeakable(how)) == ""


@pytest.mark.parametrize("said, first", [("", ""), ("\n\n", ""), (" one \n two", "one"), ("a\u2028b", "a")])
def test_the_first_line_of_an_error(said: str, first: str) -> None:
    assert wording.first_line(ValueError(said)) == first


def test_no_other_file_cuts_the_first_line_of_an_error() -> None:
    """Whoever needs all lines takes them into a list: [*str(error).splitlines()]."""
    cut = re.compile(r"str\(error\).*splitlines\(\)(?!\])")
    others = [path for path in sorted(PACKAGE.rglob("*.py")) if path.name != "wording.py"]
    assert not [str(path) for path in others if cut.search(path.read_text(encoding="utf-8"))]


ACTING = [
    "\x1b[2J",
    "\x07",
    "\r",
    "\x00",
    "\u202e",
    "\u2066",
    "\ud83d",
    "\u2028",
    "\x9b31m",
    "\ufeff",
    "\u200b",
]


@pytest.mark.parametrize("sign", ACTING, ids=ascii)
def test_what_would_act_on_a_terminal_is_shown_by_its_number(sign: str) -> None:
    for text in (
        short(f"a{sign}b"),
        brief(f"a{sign}b"),
        listed([f"a{sign}b"]),
        wording.printable(f"a{sign}b"),
    ):
        assert sign not in text and text.encode()


@pytest.mark.parametrize(
    "text", ["é", "日本", "👩\u200d💻", "می\u200cخواهم", "a\nb", "a\tb", "שלום", "½ · λ"]
)
def test_what_can_be_seen_stays(text: str) -> None:
    assert short(text) == text == wording.printable(text)
