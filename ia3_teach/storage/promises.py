"""Whether the tensors are what the settings say: every site, every head, and each vector's side.

PEFT would read a directory by its settings and leave what is missing at its start, which changes the output
without a word; so does a vector that scales inputs where it was trained to scale outputs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from torch import nn

from ia3_teach.layer import outer_modules, scalable_layers
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


def check_promises(model: nn.Module, stored: Stored) -> None:
    """Refuse tensors that lack a site or a head of the settings, or have another side or site."""
    check_heads(model, stored)
    check_targets(model, stored)
    if stored.config["peft_type"] == "IA3":
        check_sides(model, stored)


def check_heads(model: nn.Module, stored: Stored) -> None:
    """Refuse a file without a head that its settings name."""
    modules = outer_modules(model)
    for name in names(stored, "modules_to_save") or ():
        if any(ends(head, name) for head in stored.heads):
            continue
        if name not in ADDED_BY_PEFT or any(ends(path, name) for path in modules):
            raise ValueError(
                f"{CONFIG} says that {brief(name)} was trained in full, but {TENSORS} does not hold it: the "
                "file is not complete; save the adapter again"
            )


def check_targets(model: nn.Module, stored: Stored) -> None:
    """Refuse a file that lacks a site that its settings mean, or has one that they do not."""
    targets = names(stored, "target_modules")
    if targets is None or targets == ALL:
        return
    inside = tuple(f"{head}." for head in stored.heads)
    paths = [path for path in scalable_layers(model) if not f"{path}.".startswith(inside)]
    meant = {path for path in paths if is_meant(path, targets, stored)}
    exact = set(stored.sites) & set(targets if isinstance(targets, list) else ())
    # ours name whole paths: "0" is the layer "0" alone, though PEFT's rule takes "block.0" as well
    missing = [path for path in sorted(meant - set(stored.sites)) if not all_exact(path, targets, exact)]
    if missing:
        raise ValueError(
            f"{CONFIG} names {len(missing)} layers for which {TENSORS} has nothing, such as "
            f"{short(missing[0])}: "
            "the file is not complete, or the model is another one than it was trained on"
        )
    extra = [path for path in sorted(stored.sites) if not is_meant(path, targets, stored)]
    if extra:
        raise ValueError(
            f"{TENSORS} has something for {short(extra[0])}, which {CONFIG} does not name; save "
            "the adapter again"
        )


def all_exact(path: str, targets: Names, exact: set[str]) -> bool:
    """Whether every name that means this path is the whole path of another site."""
    return not isinstance(targets, str) and all(name in exact for name in targets if ends(path, name))


def is_meant(path: str, targets: Names, stored: Stored) -> bool:
    """PEFT's rule: text is an expression for whole paths, a list has whole paths or their last parts."""
    if hits(path, names(stored, "exclude_modules") or ()) or not hits(path, targets):
        return False
    layers = stored.setting("layers_to_transform", (list, int, type(None)), None)
    if layers is None or isinstance(targets, str):
        return True
    if isinstance(layers, list) and not all(type(number) is int for number in layers):
        raise ValueError(f"{CONFIG} has layers_to_transform={brief(layers)}, which should be whole numbers")
    stems = names(stored, "layers_pattern") or "[^.]*"
    numbers = "|".join(map(str, layers if isinstance(layers, list) else [layers]))
    return any(
        hits(path, rf".*\.(?:{stem})\.(?:{numbers})\..*")
        for stem in ([stems] if isinstance(stems, str) else stems)
    )


def hits(path: str, names: Names) -> bool:
    """Whether an expression or one of the names means this path. Raises ValueError for a bad expression."""
    if not isinstance(names, str):
        return any(ends(path, name) for name in names)
    try:
        return re.fullmatch(names, path) is not None
    except re.error as error:
        raise ValueError(
            f"{CONFIG} has an expression that cannot be read ({short(error)}): {brief(names[:100])}"
        ) from None


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


def check_sides(model: nn.Module, stored: Stored) -> None:
    """Refuse a vector for outputs where the settings name the layer as feed-forward, or the reverse."""
    inputs = names(stored, "feedforward_modules")
    if inputs is None:
        return
    layers = scalable_layers(model)
    for path, parts in stored.sites.items():
        shapes, shape = stored_shapes(layers[path]), tuple(parts["ia3_l"].shape)
        named = hits(path, inputs)
        # PEFT compares the ends of names without regard to dots
        loosely = named or (not isinstance(inputs, str) and path.endswith(tuple(inputs)))
        if (shape != shapes["in"] and named) or (shape != shapes.get("out") and not loosely):
            side, other = ("in", "out") if named else ("out", "in")
            raise ValueError(
                f"{CONFIG} says that the vector of {short(path, 100)} is on side {brief(side)}, but it "
                f"has the shape {short(shape)} of one on side {brief(other)}; save the adapter again"
            )
