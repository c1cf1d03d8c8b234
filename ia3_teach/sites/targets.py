"""Which layers a recipe means: patterns or "all-linear", less `exclude`, in the blocks of `layers`.

What cannot carry an adapter is refused here, where PEFT leaves it out or lets it have no effect.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from torch import nn

from ia3_teach.amounts import whole
from ia3_teach.experts import refuse_acted_on
from ia3_teach.layer import is_stack, linear_layers, linears_among, original, outer_modules, unwrapped
from ia3_teach.sites.patterns import Pattern, hits_of, match_all, near, text_of
from ia3_teach.wording import brief, short, with_article

ALL_LINEAR = "all-linear"


def match_linears(
    model: nn.Module, patterns: Sequence[Pattern], layers: Mapping[str, nn.Module] | None = None
) -> dict[str, Pattern]:
    """{path of a Linear: its pattern}, in model order; `layers` are others that may be matched as well.

    Raises ValueError for a pattern that matches no Linear, or also a layer of another kind such as an
    Embedding, and for a Linear that two patterns match.

    >>> list(match_linears(nn.Sequential(nn.Linear(2, 2), nn.ReLU()), ["0"]))
    ['0']
    """
    modules = outer_modules(model)
    linears = linears_among(modules) if layers is None else layers
    others = {path: module for path, module in modules.items() if path not in linears}
    for pattern in patterns:
        refuse_other_kinds(pattern, list(linears), others)
    return match_all(list(linears), patterns)


def refuse_other_kinds(pattern: Pattern, linears: Sequence[str], others: Mapping[str, nn.Module]) -> None:
    """Raise where a pattern matches a layer with weights of another kind, or nothing but other modules."""
    wrong = hits_of(pattern, list(others))
    if hits_of(pattern, linears):
        wrong = [path for path in wrong if has_weights(others[path])]
    if wrong:
        kind = type(others[wrong[0]]).__name__
        raise ValueError(
            f"pattern {brief(text_of(pattern))} matches {short(wrong[0])}, a module of type "
            f"{short(kind, 60)}: only Linear and Conv1D layers carry adapters; "
            f"{short(near(pattern, linears), 200)}"
        )


def has_weights(module: nn.Module) -> bool:
    """Whether a module has parameters of its own, beside those of its parts."""
    return any(parameter is not None for parameter in module._parameters.values())


def all_linears(model: nn.Module, heads: Sequence[str] = ()) -> list[str]:
    """Every Linear but the output embedding (the language model's head) and what is in `heads`."""
    outputs = getattr(unwrapped(model), "get_output_embeddings", lambda: None)()
    return [
        path
        for path, linear in linear_layers(model).items()
        if linear is not getattr(outputs, "base", outputs)
        and not any(path == head or path.startswith(f"{head}.") for head in heads)
    ]


def narrow(
    model: nn.Module, paths: Iterable[str], exclude: Sequence[Pattern], layers: Sequence[int] | None
) -> set[str]:
    """The paths that are left without `exclude` and outside the blocks `layers` (None: all blocks).

    Raises ValueError for a pattern or a number that fits no site, for an empty rest, and for a layer in the
    rest where an adapter would do nothing.
    """
    found = without(list(paths), exclude)
    if layers is not None:
        found = in_blocks(found, {whole("a number in layers", block, least=0) for block in layers})
    if not found:
        raise ValueError("nothing is left to adapt: exclude and layers take every site away")
    refuse_unsupported(model, found)
    return set(found)


def without(paths: Sequence[str], exclude: Sequence[Pattern]) -> list[str]:
    """The paths that no pattern matches. Raises ValueError for a pattern that matches none."""
    if isinstance(exclude, Pattern):
        raise ValueError(f"exclude is a list of patterns, such as [{brief(text_of(exclude))}]")
    gone = {path for pattern in exclude for path in some_hits(pattern, paths)}
    return [path for path in paths if path not in gone]


def some_hits(pattern: Pattern, paths: Sequence[str]) -> list[str]:
    """What a pattern of `exclude` matches. Raises ValueError, with near misses, if it is nothing."""
    hits = hits_of(pattern, paths)
    if not hits:
        raise ValueError(f"exclude={brief(text_of(pattern))} matches no site; {short(near(pattern, paths))}")
    return hits


def in_blocks(paths: Sequence[str], layers: set[int]) -> list[str]:
    """The paths in these blocks. Raises ValueError for a number without a site."""
    numbers = {block_number(path) for path in paths} - {None}
    if not layers <= numbers:
        raise ValueError(
            f"no site lies in block {short(sorted(layers - numbers))}; there are {short(sorted(numbers))}"
        )
    return [path for path in paths if block_number(path) in layers]


def block_number(path: str) -> int | None:
    """The first number in a path, which is that of its block; encoder and decoder count from 0 each.

    >>> block_number("bert.encoder.layer.3.attention.self.key")
    3
    """
    return next((int(segment) for segment in path.split(".") if segment.isdigit()), None)


def refuse_unsupported(model: nn.Module, paths: Sequence[str]) -> None:
    """Raise for layers whose weights their parent reads without calling them, and for patched experts.

    MultiheadAttention does so with its output projection, TransformerEncoderLayer on its fast path.
    """
    modules = {"": unwrapped(model), **outer_modules(model)}
    for path in paths:
        if is_stack(layer := original(modules[path])):
            refuse_acted_on(path, layer)
        parent = modules[path.rpartition(".")[0]]
        if isinstance(parent, nn.MultiheadAttention | nn.TransformerEncoderLayer):
            raise ValueError(
                f"{short(path)} lies in {with_article(type(parent).__name__)}, which reads weights without "
                f"calling the layer: an adapter there would do nothing; "
                f"leave it out with exclude=[{brief(path)}]"
            )
