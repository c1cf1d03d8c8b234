"""Mutants of a solution: one small change each, made in its syntax tree."""

import ast
import copy
from collections.abc import Iterator

SWAPS: dict[type, tuple[type, ...]] = {
    ast.Add: (ast.Sub, ast.Mult), ast.Sub: (ast.Add, ast.Mult), ast.Mult: (ast.Add, ast.Div),
    ast.Div: (ast.Mult, ast.FloorDiv), ast.FloorDiv: (ast.Mult,), ast.MatMult: (ast.Mult,),
    ast.Mod: (ast.Add,),
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,), ast.Lt: (ast.GtE,
    ast.LtE),
    ast.Gt: (ast.LtE, ast.GtE), ast.In: (ast.NotIn,), ast.And: (ast.Or,), ast.Or: (ast.And,),
}  # fmt: skip


def mutants(source: str) -> dict[str, str]:
    """{what was changed: the changed source}, each different from the source and from each other.

    >>> sorted(mutants("def f(a):\\n    return a + 1"))[:2]
    ['line 2: 1 -> 0', 'line 2: 1 -> 2']
    """
    tree = ast.parse(source)
    found, seen = {}, {ast.unparse(tree)}
    for number, node in enumerate(ast.walk(tree)):
        for what, _ in _changes(node, tree):
            other = copy.deepcopy(tree)
            twin = list(ast.walk(other))[number]
            dict(_changes(twin, other))[what]()
            try:
                text = ast.unparse(ast.fix_missing_locations(other))
                compile(text, "mutant", "exec")
            except (SyntaxError, ValueError):  # a change that leaves no Python
                continue
            if text not in seen:
                seen.add(text)
                found[f"line {getattr(node, 'lineno', 0)}: {what}"] = text
    return found


def _changes(node: ast.AST, tree: ast.AST) -> Iterator[tuple[str, object]]:
    """(what, a function that makes the change in place)."""

    def put(name: str, value: object, where: ast.AST = node) -> object:
        return lambda: setattr(where, name, value)

    told = ast.unparse(node)[:40] if isinstance(node, ast.expr | ast.stmt) else ""
    if isinstance(node, ast.BinOp | ast.BoolOp | ast.AugAssign):
        for kind in SWAPS.get(type(node.op), ()):
            yield f"{told}: {kind.__name__}", put("op", kind())
    if isinstance(node, ast.Compare):
        for kind in SWAPS.get(type(node.ops[0]), ()):
            yield f"{told}: {kind.__name__}", put("ops", [kind()])
    if isinstance(node, ast.Constant):
        for value in _others(node.value):
            yield f"{told} -> {value!r}", put("value", value)
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        for name in _arguments(tree):
            if name != node.id and node.id in _arguments(tree):
                yield f"{node.id} -> {name}", put("id", name)
    if isinstance(node, ast.Return) and node.value is not None:
        yield f"{told}: nothing", put("value", None)
        if isinstance(node.value, ast.Tuple):
            yield f"{told}: turned round", put("elts", node.value.elts[::-1], node.value)
    if isinstance(node, ast.IfExp):
        yield f"{told}: always first", put("test", ast.Constant(True))
        yield f"{told}: always second", put("test", ast.Constant(False))
    if isinstance(node, ast.If):
        yield f"if {ast.unparse(node.test)}: never", put("test", ast.Constant(False))
        yield f"if {ast.unparse(node.test)}: always", put("test", ast.Constant(True))
    if isinstance(node, ast.Slice):
        yield f"[{told}]: from the start", put("lower", None)
        yield f"[{told}]: to the end", put("upper", None)
    if isinstance(node, ast.Call) and node.keywords:
        yield f"{told}: without {node.keywords[-1].arg}", put("keywords", node.keywords[:-1])
    if isinstance(node, ast.Call) and len(node.args) == 2:
        yield f"{told}: arguments turned round", put("args", node.args[::-1])
    yield from _shortened(node, told)


def _shortened(node: ast.AST, told: str) -> Iterator[tuple[str, object]]:
    """Statements left out, and method calls: x.f() becomes x."""
    for field in ("body", "orelse"):
        body = getattr(node, field, None)
        if isinstance(body, list):
            for place, statement in enumerate(body):
                docstring = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
                if not docstring and not isinstance(statement, ast.FunctionDef | ast.ClassDef | ast.Import):
                    what = f"without `{ast.unparse(statement)[:50]}`"
                    yield what, lambda body=body, place=place: body.__setitem__(place, ast.Pass())
    for name, value in list(ast.iter_fields(node)):
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
            short = value.func.value
            if not (isinstance(short, ast.Name) and short.id in ("torch",
            "nn")) and "super" not in ast.unparse(short):
                what = f"without .{value.func.attr}() in {ast.unparse(value)[:40]}"
                yield what, lambda name=name, short=short: setattr(node, name, short)


def _others(value: object) -> list[object]:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1, value - 1]
    if isinstance(value, float):
        return [value + 1.0, 0.5 * value]
    if isinstance(value, str) and len(value) < 30:
        return [value + "x"]
    return []


def _arguments(tree: ast.AST) -> list[str]:
    """The names of the arguments of all functions, without self."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return sorted({argument.arg for node in functions for argument in node.args.args} - {"self"})
