"""What a learned adapter costs afterwards: merged inference, eight tasks in one batch, and files."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import peft
import torch
from bench.clock import Row, medians
from bench.shapes import Shape, batch, build, sharing
from bench.ways import OUR_LORA, OURS, PEFT_IA3, PEFT_LORA, WAYS
from torch import nn

from ia3_teach import IA3, attach, detach, load_adapter, merge, rows, save_adapter
from ia3_teach.state import state_of

PAIRS = [(OURS, PEFT_IA3), (OUR_LORA, PEFT_LORA)]


def inference(model: nn.Module, data: dict[str, torch.Tensor]) -> torch.Tensor:
    """One forward pass without gradients."""
    with torch.no_grad():
        return model(input_ids=data["input_ids"], attention_mask=data["attention_mask"]).logits


def merged_inference(shape: Shape, rounds: int) -> list[Row]:
    """A merged model beside the bare one, which has modules of the same types."""
    base, data = sharing(build(shape)).eval(), batch(shape)
    models = {"bare model": sharing(base), "merged": merge(WAYS[OURS](sharing(base)))}
    types = [[type(module) for module in model.modules()] for model in models.values()]
    if types[0] != types[1]:
        raise AssertionError("a merged model has other modules than the bare one")
    found = medians({name: lambda m=model: inference(m, data) for name, model in models.items()}, rounds)
    both = found["merged"], found["bare model"]
    return [Row("inference, merged IA3", shape.text, "bare model", *both, "s", rounds)]


def mixed_batch(shape: Shape, length: int, rounds: int) -> list[Row]:
    """Each row of the batch for another task: one pass with `rows`, or PEFT switched for every row."""
    base, data = sharing(build(shape)).eval(), batch(replace(shape, batch=8, length=length))
    names = [f"task{i}" for i in range(8)]
    ours, single = sharing(base), WAYS[OURS](sharing(base))
    theirs = peft.get_peft_model(sharing(base), peft.IA3Config(), names[0])
    for name in names:
        attach(ours, IA3(modules_to_save=[]), name)
        if name != names[0]:
            theirs.add_adapter(name, peft.IA3Config())

    def one_pass() -> None:
        with rows(ours, names):
            inference(ours, data)

    def switch_and_run() -> None:
        for i, name in enumerate(names):
            theirs.set_adapter(name)
            inference(theirs, {key: value[i : i + 1] for key, value in data.items()})

    ways = {"rows": one_pass, "switch": switch_and_run, "one": lambda: inference(single, data)}
    found = medians(ways, rounds)
    what = f"8 tasks in one batch, T = {length}"
    return [
        Row(what, shape.text, "PEFT, switched per row", found["rows"], found["switch"], "s", rounds),
        Row(what, shape.text, "one task for all rows", found["rows"], found["one"], "s", rounds),
    ]


def files(shape: Shape, rounds: int) -> list[Row]:
    """Seconds to save and to load, and the bytes of the saved tensors."""
    base = build(shape)
    with TemporaryDirectory() as directory:
        places = {name: Path(directory, str(i)) for i, name in enumerate(WAYS)}
        models = {name: WAYS[name](sharing(base)) for pair in PAIRS for name in pair}
        save = {name: saver(models[name], places[name]) for name in models}
        load = {name: loader(models[name], places[name]) for name in models}
        clear = {name: clearer(model) for name, model in models.items()}
        saving = medians(save, rounds)
        loading = medians(load, rounds, before=clear)
        size = {n: (places[n] / "adapter_model.safetensors").stat().st_size / 1e3 for n in models}
    table = [("save", saving, "s", rounds), ("load", loading, "s", rounds), ("file", size, "kB", 1)]
    return [
        Row(f"{what}, {mine}", shape.text, other, found[mine], found[other], unit, n)
        for what, found, unit, n in table
        for mine, other in PAIRS
    ] + [Row(f"file, {OURS}", shape.text, PEFT_LORA, size[OURS], size[PEFT_LORA], "kB")]


def saver(model: nn.Module, place: Path) -> Callable[[], object]:
    """Save the adapter called default."""
    if isinstance(model, peft.PeftModel):
        return lambda: model.save_pretrained(place)
    return lambda: save_adapter(model, place, "default")


def loader(model: nn.Module, place: Path) -> Callable[[], object]:
    """Load it once more under another name."""
    if isinstance(model, peft.PeftModel):
        return lambda: model.load_adapter(place, "again")
    return lambda: load_adapter(model, place, "again")


def clearer(model: nn.Module) -> Callable[[], object]:
    """Take what was loaded off again."""

    def clear() -> None:
        if isinstance(model, peft.PeftModel):
            if "again" in model.peft_config:
                model.delete_adapter("again")
        elif "again" in state_of(model).recipes:
            detach(model, "again")

    return clear
