"""OFT by hand and against PEFT: the input is turned, block by block."""

import peft
import pytest
import torch
from family.one_layer import EXACT, holds, layer, moved
from family.twin import compare
from torch import Tensor, nn

from ia3_teach.family import OFT
from ia3_teach.family.oft import Turned


def formula(a: Turned, x: Tensor) -> Tensor:
    turned = []
    for i, (p, q, r) in enumerate(a.q):
        Q = torch.stack(
            [torch.stack([0 * p, p, q]), torch.stack([-p, 0 * p, r]), torch.stack([-q, -r, 0 * p])]
        )
        R = torch.inverse(torch.eye(3).double() - Q) @ (torch.eye(3).double() + Q)
        turned.append(R @ x[3 * i : 3 * i + 3])
    return layer().weight @ torch.cat(turned) + layer().bias


class TurnsBack(Turned):
    def blocks(self) -> Tensor:
        return super().blocks().mT


class NotSkew(Turned):
    def blocks(self) -> Tensor:
        rows, columns = torch.triu_indices(3, 3, 1)
        upper = torch.zeros(len(self.q), 3, 3).double()
        upper[:, rows, columns] = self.q
        one = torch.eye(3).double()
        return torch.linalg.solve(one - upper - upper.mT, one + upper + upper.mT)


class HalfTheCayley(Turned):
    def blocks(self) -> Tensor:
        return torch.linalg.matrix_exp((super().blocks() - super().blocks().mT) / 2)


@pytest.mark.parametrize("block", [0, 1, 2.0])
def test_a_block_that_cannot_turn_is_refused(block) -> None:
    with pytest.raises(ValueError, match="whole number"):
        OFT(block=block)


def test_blocks_that_do_not_divide_the_inputs_are_refused() -> None:
    with pytest.raises(ValueError, match="do not divide the 6 inputs"):
        Turned(nn.Linear(6, 2), 4)


@pytest.mark.parametrize(
    ("kind", "right"), [(Turned, True), (TurnsBack, False), (NotSkew, False), (HalfTheCayley, False)]
)
def test_it_is_the_formula(kind, right: bool) -> None:
    assert holds(moved(kind(layer(), 3)), layer(), formula) == right


def test_the_blocks_are_rotations_that_keep_lengths_and_angles() -> None:
    adapter = moved(Turned(layer(), 3))
    R = torch.block_diag(*adapter.blocks())
    torch.testing.assert_close(R @ R.T, torch.eye(6).double(), **EXACT)
    torch.testing.assert_close(torch.linalg.det(R), torch.ones(()).double(), **EXACT)
    W, turned = adapter.W, adapter.W + adapter.delta()
    torch.testing.assert_close(turned @ turned.T, W @ W.T, **EXACT)


@pytest.mark.parametrize("kind", ["bert", "bloom"])
def test_it_is_what_peft_does(kind: str) -> None:
    sites = {"bert": ["query", "intermediate.dense"], "bloom": ["query_key_value", "dense_h_to_4h"]}[kind]
    config = peft.OFTConfig(target_modules=sites, oft_block_size=4, use_cayley_neumann=False)
    compare(OFT(block=4, sites=sites, modules_to_save=[]), config, {"q": "oft_R.default.weight"}, kind)
