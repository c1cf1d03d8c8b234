"""Every view as the lessons show it, each in a cell of one notebook."""

SETUP = """\
import torch

from ia3_teach import activate, load_adapter, load_model, load_task, vectors
from ia3_teach.course.lesson import vectors_directory
from ia3_teach.views import *

model, tokenizer = load_model("tiny-bloom")
values = {}
for task in ("formality", "sentiment"):
    load_adapter(model, vectors_directory(task), task)
    values[task] = vectors(model, task)
rows = {task: load_task(task)["test"].select(range(8)) for task in values}
activate(model, "formality")"""

FILM = """\
steps, trained = range(0, 41, 5), values["formality"].items()
frames = {step: {kind: 1 + step / 40 * (l - 1) for kind, l in trained} for step in steps}
explore_film(frames, [1 / (1 + step / 10) for step in range(41)])"""

REACH = """\
l, weight = values["formality"]["l_v"][0], torch.randn(192, 192) / 14
explore_reach({"IA3": (l - 1)[:, None] * weight, "LoRA": torch.randn(192, 4) @ torch.randn(4, 192) / 100})"""

CHANNELS = """\
explore_channels(inspect_channels(model, tokenizer, rows["formality"], "formality"))"""

GAUGE = """\
factors = [2.0**power for power in range(-4, 5)]
explore_gauge({"keys times c": [abs(f - 1) for f in factors], "queries divided too": [0.0] * 9}, factors)"""

VECTORS = """\
explore_vectors(model, tokenizer, {task: load_task(task)["test"] for task in values})"""

MAP = """\
explore_map({"T0-3B": {"l_k": torch.randn(24, 2048).div(3).exp(), "l_v": torch.randn(24, 2048).div(3).exp(),
                       "l_ff": torch.randn(24, 5120).div(3).exp()}}, heads=32)"""

CELLS = {
    "explore_dial": 'explore_dial(turn_dial(model, tokenizer, rows["formality"]))',
    "explore_budget": "explore_budget()",
    "explore_film": FILM,
    "explore_reach": REACH,
    "explore_merge": 'explore_merge(model, "formality")',
    "explore_desk": 'explore_desk(turn_switches(model, tokenizer, rows["formality"], "formality"))',
    "explore_channels": CHANNELS,
    "explore_blend": "explore_blend(mix_tasks(model, tokenizer, rows))",
    "explore_gauge": GAUGE,
    "explore_vectors": VECTORS,
    "explore_map": MAP,
}
