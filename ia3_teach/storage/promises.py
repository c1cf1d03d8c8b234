"""Whether the tensors are what the settings say: every site, every head, and each vector's side.

PEFT would read a directory by its settings and leave what is missing at its start, which changes the output
without a word; so does a vector that scales inputs where it was trained to scale outputs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from ia3_teach.layer import Modules, scalable_among
from ia3_teach.storage.peft_format import CONFIG, TENSORS, stored_shapes
from ia3_teach.storage.stored import Stored
from ia3_teach.wording import brief, short

ADDED_BY_PEFT = (
    "classifier",
    "score",
    "qa_outputs",
)  # named in its settings whether the model has them or not
ALL = "all-linear"
Names = str | Sequence[str]
Rule = Callable[[str], bool]


def check_promises(modules: Modules, stored: Stored) -> None:
    """Refuse tensors that lack a site or a head of the settings, or have another side or site."""
    check_heads(modules, stored)
    layers = scalable_among(modules)
    check_targets(layers, stored)
    if stored.config["peft_type"] == "IA3":
        check_sides(layers, stored)


def check_heads(modules: Modules, stored: Stored) -> None:
    """Refuse a file without a head that its settings name."""
    for name in names(stored, "modules_to_save") or ():
        if any(ends(head, name) for head in stored.heads):
            continue
        if name not in ADDED_BY_PEFT or any(ends(path, name) for path in modules):
            raise ValueError(
                f"{CONFIG} says that {brief(name)} was trained in full, but {TENSORS} does not hold it: the "
                "file is not complete; save the adapter again"
            )


def check_targets(layers: Modules, stored: Stored) -> None:
    """Refuse a file that lacks a site that its settings mean, or has one that they do not."""
    targets = names(stored, "target_modules")
    if targets is None or targets == ALL:
        return
    inside = tuple(f"{head}." for head in stored.heads)
    paths = [path for path in layers if not f"{path}.".startswith(inside)]
    is_meant = rule(targets, stored)
    meant = {path for path in paths if is_meant(path)}
    exact = set(stored.sites) & set(targets if isinstance(targets, list) else ())
    # ours name whole paths: "0" is the layer "0" alone, though PEFT's rule takes "block.0" as well
    missing = [path for path in sorted(meant - set(stored.sites)) if not all_exact(path, targets, exact)]
    if missing:
        raise ValueError(
            f"{CONFIG} names {len(missing)} layers for which {TENSORS} has nothing, such as "
            f"{short(missing[0])}: "
            "the file is not complete, or the model is another one than it was trained on"
        )
    extra = [path for path in sorted(stored.sites) if not is_meant(path)]
    if extra:
        raise ValueError(
            f"{TENSORS} has something for {short(extra[0])}, which {CONFIG} does not name; save "
            "the adapter again"
        )


def all_exact(path: str, targets: Names, exact: set[str]) -> bool:
    """Whether every name that means this path is the whole path of another site."""
    return not isinstance(targets, str) and all(name in exact for name in targets if ends(path, name))


def rule(targets: Names, stored: Stored) -> Rule:
    """PEFT's: text is an expression for whole paths, a list has whole paths or their last parts."""
    excluded, wanted = hits(names(stored, "exclude_modules") or ()), hits(targets)
    layers = stored.setting("layers_to_transform", (list, int, type(None)), None)
    if layers is None or isinstance(targets, str):
        return lambda path: wanted(path) and not excluded(path)
    numbers = layers if isinstance(layers, list) else [layers]
    if not all(type(number) is int for number in numbers):
        raise ValueError(f"{CONFIG} has layers_to_transform={brief(layers)}, which should be whole numbers")
    stems = names(stored, "layers_pattern") or "[^.]*"
    blocks = [
        hits(rf".*\.(?:{stem})\.(?:{'|'.join(map(str, numbers))})\..*")
        for stem in ([stems] if isinstance(stems, str) else stems)
    ]
    return lambda path: wanted(path) and not excluded(path) and any(block(path) for block in blocks)


def hits(names: Names) -> Rule:
    """Whether an expression or one of the names means a path. Raises ValueError for a bad expression.

    >>> hits(["key"])("h.0.key"), hits(["key"])("h.0.monkey"), hits(".*key")("h.0.monkey")
    (True, False, True)
    """
    if not isinstance(names, str):
        ends = tuple(f".{name}" for name in names)
        return lambda path: f".{path}".endswith(ends)
    try:
        expression = re.compile(names)
    except re.error as error:
        raise ValueError(
            f"{CONFIG} has an expression that cannot be read ({short(error)}): {brief(names[:100])}"
        ) from None
    return lambda path: expression.fullmatch(path) is not None


def names(stored: Stored, key: str) -> Names | None:
    """A field of the settings that holds an expression or a list of names. Raises ValueError for others."""
    found = stored.setting(key, (list, str, type(None)), None)
    if isinstance(found, list) and not all(isinstance(name, str) for name in found):
        raise ValueError(
            f"{CONFIG} has {short(key)}={short(str(found)[:100])}, which should be a list of names"
        )
    return found


def ends(path: str, name: str) -> bool:
    """Whether `path` is `name` or ends in it, at a dot.

    >>> ends("h.0.key", "key"), ends("h.0.monkey", "key")
    (True, False)
    """
    return path == name or path.endswith(f".{name}")


def check_sides(layers: Modules, stored: Stored) -> None:
    """Refuse a vector for outputs where the settings name the layer as feed-forward, or the reverse."""
    inputs = names(stored, "feedforward_modules")
    if inputs is None:
        return
    is_input, loose = hits(inputs), () if isinstance(inputs, str) else tuple(inputs)
    for path, parts in stored.sites.items():
        shapes, shape = stored_shapes(layers[path]), tuple(parts["ia3_l"].shape)
        named = is_input(path)
        loosely = named or path.endswith(loose)  # PEFT compares the ends of names without regard to dots
        if (shape != shapes["in"] and named) or (shape != shapes.get("out") and not loosely):
            side, other = ("in", "out") if named else ("out", "in")
            raise ValueError(
                f"{CONFIG} says that the vector of {short(path, 100)} is on side {brief(side)}, but it "
                f"has the shape {short(shape)} of one on side {brief(other)}; save the adapter again"
            )
