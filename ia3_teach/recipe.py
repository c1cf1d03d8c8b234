"""What the recipes of all methods share: a plan of adapters, and the head that is trained with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import ClassVar

from torch import nn

from ia3_teach.annotated import NUMBERS, as_annotated
from ia3_teach.layer import outer_modules
from ia3_teach.sites.patterns import Pattern
from ia3_teach.wording import brief, listed, short

# What a new head is called where the model does not say which of its parts is the pretrained base.
NEW_HEADS = ("classifier", "pre_classifier", "score", "qa_outputs", "classification_head", "projector")
# Models of these classes end in a head that was pretrained with them.
PRETRAINED_HEADS = (
    *(
        "ForCausalLM",
        "LMHeadModel",
        "WithLMHead",
        "ForMaskedLM",
        "ForPreTraining",
        "ForConditionalGeneration",
    ),
    *("MaskedImageModeling",),
)
NEW = "_ia3_teach_new"  # the paths of the modules that loading a model has made anew


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """A method with its settings.

    `exclude` leaves out sites by patterns; `layers` keeps the blocks of these numbers (None: all of them).
    `modules_to_save` names modules of which each adapter trains a full copy; None means the model's own
    new head (see `new_heads`), where it has one, since a new head must be learned whatever the method.

    What a method says of itself: its `form` (scale, add, rotate, prepend or select), and whether it merges
    into the weights, costs time for good, shares a batch (`rows`), and starts as the identity.
    """

    form: ClassVar[str]
    merges: ClassVar[bool]
    adds_latency: ClassVar[bool]
    shares_batch: ClassVar[bool]
    starts_as_identity: ClassVar[bool]
    tensor_names: ClassVar[Mapping[str, str]] = {}  # {a parameter: its name in a file}, where these differ
    peft_fields: ClassVar[Sequence[str]] = ()  # what PEFT's config has for this method alone

    exclude: Sequence[Pattern] = ()
    layers: Sequence[int] | None = None
    modules_to_save: Sequence[str] | None = None

    def __post_init__(self) -> None:
        """Refuse a single name for a list, and a number that is none; others become Python's own."""
        if isinstance(self.modules_to_save, str):
            raise ValueError(f"modules_to_save is a list of names; write [{brief(self.modules_to_save)}]")
        for name in ("exclude", "layers", "modules_to_save"):
            value = getattr(self, name)
            if value is not None and not isinstance(value, Iterable):
                raise ValueError(f"{short(name)} is a list; write [{brief(value)}]")
        for setting in fields(self):
            if setting.type in NUMBERS:  # "r: int": a file saves it, so numpy's must not stay
                plain = as_annotated(setting.name, setting.type, getattr(self, setting.name))
                object.__setattr__(self, setting.name, plain)

    def plan(self, model: nn.Module) -> dict[str, nn.Module]:
        """{path of a Linear: the new adapter for it}; nothing is changed. Raises ValueError if impossible."""
        raise NotImplementedError

    def attached(self, model: nn.Module) -> None:
        """Called when an adapter of this recipe has been put on the model."""

    def detached(self, model: nn.Module) -> None:
        """Called when an adapter of this recipe has been taken off."""

    def closed_form(self, config: object) -> tuple[str, int] | None:
        """The number of values from a model's config alone, as text and number, where a method says it."""
        return None

    def file_fields(self) -> Mapping[str, object]:
        """What `adapter_config.json` says of this recipe, where that is no kind of PEFT's."""
        return {}

    def heads(self, model: nn.Module) -> list[str]:
        """The paths of the modules to save. Raises ValueError for a name that the model does not have."""
        if self.modules_to_save is None:
            return new_heads(model)
        paths = outer_modules(model) if self.modules_to_save else {}
        missing = [name for name in self.modules_to_save if name not in paths]
        if missing:
            raise ValueError(f"modules_to_save names {listed(missing)}, which the model does not have")
        return list(self.modules_to_save)


def new_heads(model: nn.Module) -> list[str]:
    """The modules that come new with a task: all beside the pretrained base, but for what writes tokens.

    Which part is the base, and what writes tokens, a model of transformers says itself. A model of one's own
    around such models has them as its base; of others the modules with a known name are taken. What loading
    made anew is always among them.
    """
    made = getattr(model, NEW, ())
    paths = outer_modules(model) if made else {}
    made = [path for path in made if path in paths]
    beside = beside_base(model)
    if beside is None:
        names = dict(model.named_children())
        return list(dict.fromkeys([*(name for name in NEW_HEADS if name in names), *made]))
    if type(model).__name__.endswith(PRETRAINED_HEADS) and is_of_transformers(type(model)):
        return made
    writer = model.get_output_embeddings() if hasattr(model, "get_output_embeddings") else None
    heads = [name for name, child in beside.items() if all(part is not writer for part in child.modules())]
    inside = () if is_pretrained(model) else model.named_children()
    parts = [(name, child) for name, child in inside if name not in beside and is_pretrained(child)]
    within = [f"{name}.{head}" for name, child in parts for head in new_heads(child)]
    return list(dict.fromkeys([*heads, *within, *made]))


def is_of_transformers(kind: type) -> bool:
    """Whether the library has this class itself: one derived from it may have any head of its own."""
    return kind.__module__.startswith("transformers.")


def beside_base(model: nn.Module) -> dict[str, nn.Module] | None:
    """{name: child with parameters} beside the pretrained base; None where no child is one.

    A model of transformers names its base; in another one every child that is a model of transformers is.
    """
    children = dict(model.named_children())
    bases = {getattr(model, "base_model_prefix", None)} & children.keys()
    if not is_pretrained(model):
        bases = {name for name, child in children.items() if is_pretrained(child)}
    if not bases:
        return None
    return {
        name: child
        for name, child in children.items()
        if name not in bases and any(True for _ in child.parameters())
    }


def is_pretrained(module: nn.Module) -> bool:
    """Whether this is a model of transformers, which need not be imported to tell."""
    return any(kind.__name__ == "PreTrainedModel" for kind in type(module).__mro__)
