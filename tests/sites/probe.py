"""Find keys, values and inner activations without any table: read off autograd's graph of a forward pass.

Attention is softmax(Q K^T) V: a product of matrices, a softmax, another product. What reaches the second
matrix of the first product are keys, what reaches the other matrix of the second one are values; which
channels of which Linear they come from is where the gradient is not 0. A second feed-forward layer is one
whose input comes from a Linear through a non-linearity and nothing else but products and sums; where the
weights of many experts lie in one parameter, a product with a part of it stands for a Linear.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import nn
from torch.autograd.graph import GradientEdge, Node

from ia3_teach.layer import linear_layers

PRODUCTS = ("BmmBackward0", "BaddbmmBackward0")
STEPS = tuple(
    """View UnsafeView ReshapeAlias Expand Transpose Permute Clone ToCopy Alias T Mul Div Add Sub Neg Clamp
    Unsqueeze Squeeze Slice Select Index Gather Cat Stack Split SplitWithSizes Unbind Where
    MaskedFill""".split()
)
# On the way from a Linear to a score: norms of keys (Qwen3, OLMo 2), and Gemma 2's soft limit of scores.
NORMS = ("Mean", "Rsqrt", "Pow", "Sqrt", "NativeLayerNorm", "FusedRmsNorm", "Tanh")
NON_LINEAR = ("Gelu", "Silu", "Relu", "Tanh", "Erf", "Pow", "GeLUFunction", "Threshold")


def is_step(node: Node, names: tuple[str, ...]) -> bool:
    name = node.name().removesuffix("Backward0").removesuffix("Backward1").removesuffix("Backward")
    return name in names


def before(edge: tuple[Node, int], through: tuple[str, ...]) -> Iterator[tuple[Node, int]]:
    """All nodes that are reached from an edge, itself included, going on only through the named ones."""
    todo, seen = [edge], set()
    while todo:
        node, number = todo.pop()
        if node is None or (node, number) in seen:
            continue
        seen.add((node, number))
        yield node, number
        if is_step(node, through):
            todo += node.next_functions


def matrices(node: Node) -> list[tuple[Node, int]]:
    """The edges of a product's two matrices."""
    return list(node.next_functions)[-2:]


class Probe:
    """A forward pass with the outputs of all Linears at hand."""

    def __init__(self, model: nn.Module, inputs: dict[str, torch.Tensor]) -> None:
        self.inputs: dict[str, torch.Tensor] = {}
        self.outputs: dict[str, list[torch.Tensor]] = {}
        model.requires_grad_(True)
        self.stacks = {
            parameter: name.rpartition(".")[0]
            for name, parameter in model.named_parameters()
            if parameter.dim() == 3
        }
        for path, linear in linear_layers(model).items():
            linear.register_forward_hook(self.noting(path))
        self.logits = model(**inputs).logits

    def noting(self, path: str):
        def note(module: nn.Module, args: tuple, output: torch.Tensor) -> None:
            self.inputs.setdefault(path, args[0])
            self.outputs.setdefault(path, []).append(output)

        return note

    def nodes(self) -> Iterator[Node]:
        todo, seen = [self.logits.grad_fn], set()
        while todo:
            node = todo.pop()
            if node is not None and node not in seen:
                seen.add(node)
                yield node
                todo += [each for each, _ in node.next_functions]

    def reached(self, edge: tuple[Node, int]) -> dict[str, list[int]]:
        """{path of a Linear: the channels from which something comes directly}."""
        direct = {node for node, _ in before(edge, STEPS + NORMS)}
        node, number = edge
        shape = node._input_metadata[number].shape
        near = {
            path: [output for output in outputs if output.grad_fn in direct]
            for path, outputs in self.outputs.items()
        }
        near = {path: outputs for path, outputs in near.items() if outputs}
        flat = [output for outputs in near.values() for output in outputs]
        if not flat:
            return {}
        weights = torch.randn(shape, dtype=torch.float64)
        gradients = torch.autograd.grad(
            GradientEdge(node, number), flat, weights, retain_graph=True, allow_unused=True
        )
        found: dict[str, list[int]] = {}
        for (path, _), gradient in zip(
            [(path, output) for path, outputs in near.items() for output in outputs], gradients, strict=True
        ):
            touched = gradient.flatten(0, -2).abs().sum(0).nonzero().flatten().tolist()
            found[path] = sorted({*found.get(path, []), *touched})
        return {path: channels for path, channels in found.items() if channels}

    def attention(self) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
        """Where keys come from, and where values do."""
        keys: dict[str, list[int]] = {}
        values: dict[str, list[int]] = {}
        for node in self.nodes():
            if node.name() not in PRODUCTS:
                continue
            for edge, other in (matrices(node), matrices(node)[::-1]):
                soft = [n for n, _ in before(edge, STEPS) if "Softmax" in n.name()]
                if soft:
                    values |= self.reached(other)
                    for product, _ in before(soft[0].next_functions[0], STEPS + NORMS):
                        keys |= self.reached(matrices(product)[1]) if product.name() in PRODUCTS else {}
        return keys, values

    def second_layers(self) -> set[str]:
        """The Linears that come directly after a non-linearity after a Linear, outside the heads."""
        found = set()
        linear_nodes = {output.grad_fn for outputs in self.outputs.values() for output in outputs}
        for path, x in self.inputs.items():
            if x.grad_fn is None:
                continue
            nodes = {node for node, _ in before((x.grad_fn, 0), STEPS + NON_LINEAR)}
            bent = any(is_step(node, NON_LINEAR) for node in nodes)
            if bent and nodes & linear_nodes:
                found.add(path)
        return found | self.second_layers_of_experts()

    def expert(self, node: Node) -> str | None:
        """The module whose stacked parameter a product multiplies with a part of; None for other nodes."""
        if node.name() != "MmBackward0":
            return None
        ends = [getattr(end, "variable", None) for end, _ in before(node.next_functions[1], STEPS)]
        return next((self.stacks[end] for end in ends if end is not None and end in self.stacks), None)

    def second_layers_of_experts(self) -> set[str]:
        """The modules in which one such product comes after another and a non-linearity."""
        found = set()
        for node in self.nodes():
            path = self.expert(node)
            nodes = [each for each, _ in before(node.next_functions[0], STEPS + NON_LINEAR)] if path else []
            bent = any(is_step(each, NON_LINEAR) for each in nodes)
            if bent and any(self.expert(each) == path for each in nodes):
                found.add(path)
        return found
