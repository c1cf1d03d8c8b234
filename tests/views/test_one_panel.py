"""A view of many panels draws one as well: a reader may have a single vector, task or run."""

import ast
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from ia3_teach import views
from ia3_teach.views.frontier import Score

L = torch.tensor([[0.5, 1.5, 2.0, 1.0], [1.0, 0.8, 1.2, 3.0]])
SQUARE = torch.tensor([[0.5, -0.5], [0.0, 1.0]])
ROW = {
    "task": "plan", "model": "tiny-bloom", "method": "ia3", "shots": 32,
    "median": 0.8, "quartile_1": 0.7, "quartile_3": 0.9,
}  # fmt: skip

ONE: dict[str, Callable[[], Any]] = {
    "plot_against_chance": lambda: views.plot_against_chance({"mean": {"l_k": (0.3, [0.1, 0.2])}}),
    "plot_attention_changes": lambda: views.plot_attention_changes({"head 0": SQUARE}),
    "plot_deltas": lambda: views.plot_deltas({"IA3": SQUARE}),
    "plot_distribution": lambda: views.plot_distribution({"l_k": L}),
    "plot_error_by_weight": lambda: views.plot_error_by_weight({"l_k": L[0]}, {"l_k": L[1]}),
    "plot_frontier": lambda: views.plot_frontier({"plan": {"LoRA": Score(9, 0.8, 0.7, 0.9, "add")}}),
    "plot_heads": lambda: views.plot_heads({"l_k": L}, n_heads=2),
    "plot_lost_bits": lambda: views.plot_lost_bits({"float16": SQUARE}),
    "plot_medians": lambda: views.plot_medians({"32 examples": [ROW]}),
    "plot_norms": lambda: views.plot_norms({"before": L}, ["a", "b", "c", "d"]),
    "plot_numbers": lambda: views.plot_numbers({"cosine": SQUARE}, "ab", "cd", centre=0, reach=1),
    "plot_profiles": lambda: views.plot_profiles({"plan": {"l_k": L}}),
    "plot_pushes": lambda: views.plot_pushes({"L_LM": ([0.1, 0.9], [0.1, 0.1])}),
    "plot_recovery": lambda: views.plot_recovery({"l_k": L}, {"l_k": L}, {"l_k": L == 1}),
    "plot_roles": lambda: views.plot_roles({"BLOOM": ["q", "k", "v"]}),
    "plot_staircase": lambda: views.plot_staircase({"float32": L}),
    "plot_tails": lambda: views.plot_tails({"l_k": L}),
    "plot_vectors": lambda: views.plot_vectors({"l_k": L}),
}


def with_as_many_panels_as_are_given() -> set[str]:
    """The views that ask for a row, a column or a grid of panels whose number is no constant."""
    found = set()
    for path in Path(views.__file__).parent.glob("*.py"):
        for function in ast.parse(path.read_text()).body:
            if not isinstance(function, ast.FunctionDef) or not function.name.startswith("plot_"):
                continue
            for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
                named = {keyword.arg: keyword.value for keyword in call.keywords}
                first = [*call.args[:1], *(named[name] for name in ("rows", "columns") if name in named)]
                asks = getattr(call.func, "id", "") in ("beside", "stacked", "new_figure")
                if asks and not all(isinstance(number, ast.Constant) for number in first):
                    found.add(function.name)
    return found


def test_every_such_view_is_tried() -> None:
    assert with_as_many_panels_as_are_given() <= set(ONE)


@pytest.mark.parametrize("name", ONE)
def test_one_panel_is_drawn_as_several_are(name: str) -> None:
    assert next(iter(inspect.signature(getattr(views, name)).parameters.values())).default is inspect._empty
    figure = ONE[name]()
    assert len(figure.description) > 20
    figure.canvas.draw()
    assert figure.axes[0].has_data()
