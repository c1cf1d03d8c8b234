"""Problem set 5: a wrong answer loses the points of what it got wrong, and is told why."""

import assignments
import pytest
from spoiled_layers import spoiled

FRAME = '''
def frame(weight, r):
    {guard}
    u, s, v = torch.linalg.svd(weight.detach(), full_matrices=False)
    return {left}, {right}
'''
PARTS = {"guard": "if not 1 <= r <= min(weight.shape): raise ValueError(r)", "left": "u[:, :r] * s[:r]",
         "right": "v[:r]"}  # fmt: skip


def frame(**parts: str) -> str:
    return FRAME.format(**{**PARTS, **parts})


LAYER = '''
class SmallCore(nn.Module):
    def __init__(self, linear, r, alpha):
        super().__init__()
        self.linear, self.alpha = linear{frozen}, alpha
        left, right = frame(linear.weight, r)
        self.left, self.right = {buffers}
        self.R = nn.Parameter({start})
    def forward(self, x):
        return self.linear(x) + {scale}x @ self.right.T @ self.R{turned} @ self.left.T
'''
PIECES = {"frozen": ".requires_grad_(False)", "buffers": "left, right", "start": "1e-5 * torch.randn(r, r)",
          "scale": "self.alpha * ", "turned": ".T"}  # fmt: skip


def layer(**pieces: str) -> str:
    return LAYER.format(**{**PIECES, **pieces})


MERGED = '''
def merged(weight, core, alpha):
    left, right = frame(weight, len(core))
    return {}
'''
RANK = "def core_rank(d_in, d_out, lora_rank): return {}"
ROOT = "int((lora_rank * (d_in + d_out)) ** 0.5)"
BEST = '''
def best_core(weight, change, r):
    u, s, v = torch.linalg.svd(weight, full_matrices=False)
    u, s, v = u[:, :r], s[:r], v[:r]
    return {}
'''
ANSWERS = [
    ("frame", frame(left="-u[:, :r] * s[:r]", right="-v[:r]"), 4, ""),
    ("frame", frame(left="u[:, :r]"), 1, "the singular values are missing"),
    ("frame", frame(right="s[:r, None] * v[:r]"), 1, "stand twice"),
    ("frame", frame(left="u[:, :r] * s[:r].sqrt()", right="s[:r, None].sqrt() * v[:r]"), 3, ""),
    ("frame", frame(guard=""), 3, "compare r first"),
    ("frame", frame(right="v.T[:r]"), 1, ""),
    ("small_core", layer(), 6, ""),
    ("small_core", layer(frozen=""), 4, "freeze the Linear"),
    ("small_core", layer(buffers="nn.Parameter(left), nn.Parameter(right)"), 5, "R alone learns"),
    ("small_core", layer(start="torch.zeros(r, r)"), 5, "not zero"),
    ("small_core", layer(start="nn.init.normal_(torch.empty(r, r), std=1e-5)"), 6, ""),
    ("small_core", layer(start="1e-5 * torch.rand(r, r)"), 5, "mean 0 and deviation"),
    ("small_core", layer(start="1e-4 * torch.randn(r, r)"), 5, "mean 0 and deviation"),
    ("small_core", layer(start="1e-5 * torch.randn(1, r).expand(r, r).clone() + 1e-5"), 5, "mean 0"),
    ("small_core", layer(start="12 ** 0.5 * 1e-5 * (torch.rand(r, r) - 0.5)"), 5, "not torch.rand"),
    ("small_core", layer(start="1e-5 * torch.randn(r, r).sign()"), 5, "normal distribution"),
    ("small_core", layer() + spoiled("SmallCore", "linear", "weight"), 5, "it changed"),
    ("small_core", layer() + spoiled("SmallCore", "linear", "bias"), 5, "it changed"),
    ("small_core", layer(scale=""), 3, "alpha is left out"),
    ("small_core", layer(turned=""), 3, ""),
    ("merged", MERGED.format("weight + alpha * left @ core @ right"), 3, ""),
    ("merged", MERGED.format("alpha * left @ core @ right"), 1, "W itself is missing"),
    ("merged", MERGED.format("weight + left @ core @ right"), 1, "alpha is left out"),
    ("merged", MERGED.format("weight.add_(alpha * left @ core @ right)"), 2, "nothing in place"),
    ("core_rank", RANK.format(f"min({ROOT}, d_in, d_out)"), 2, ""),
    ("core_rank", RANK.format(ROOT), 0, "at most min"),
    ("core_rank", RANK.format("lora_rank * (d_in + d_out)"), 0, "r times r"),
    ("best_core", BEST.format("(u * s).T @ change @ v.T / s.square()[:, None]"), 4, ""),
    ("best_core", BEST.format("u.T @ change @ v.T"), 0, "divide by the singular values"),
    ("best_core", BEST.format("torch.zeros(r, r, dtype=torch.float64)"), 0, "left over"),
    ("mine", "mine = 0.5", 0, "compute it anew"),
]


@pytest.mark.parametrize(("grade_id", "source", "points", "said"), ANSWERS)
def test_an_answer_gets_the_points_of_what_it_got_right(grade_id, source, points, said, capsys) -> None:
    earned, _ = assignments.run_all("ps5", {grade_id: source}, only=grade_id)
    assert earned[f"{grade_id}_check"] == points
    assert said in capsys.readouterr().out
