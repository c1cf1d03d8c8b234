"""Problem sets 1 and 2: answers that are right only in part of what the text says, and right ones beside."""

import assignments
import pytest

LAST = ".transpose(axis, -1)"
SNAPPED = "l.where((l - 1).abs() > 0.05, 1.0)"
SCALE = "scale_axis = lambda y, l, axis: "
CONV = """
class ScaledConv(nn.Module):
    def __init__(self, conv, side):
        super().__init__()
        self.conv, self.side = conv.requires_grad_(False), side
        self.%s = %s
    def forward(self, x):
        l = self.l.view(-1, *[1] * (x.dim() - 2))
        return %s if self.side == "out" else self.conv(l * x)
"""
ONES = "nn.Parameter(torch.ones(conv.out_channels if side == 'out' else conv.in_channels))"
OUT = "l * self.conv(x)"
KEPT_BESIDE = CONV % ("held", f"nn.ParameterDict({{'l': {ONES}}})", OUT)
KEPT_BESIDE += "    l = property(lambda self: self.held['l'])"
THAWING = """
    def train(self, mode=True):
        self.conv.requires_grad_(not mode)
        return super().train(mode)
"""
AUTOGRAD = """
@torch.enable_grad()
def gradients(x, weight, bias, g):
    l, m = torch.ones(len(weight), requires_grad=True), torch.ones(x.shape[-1], requires_grad=True)
    out, into = l * nn.functional.linear(x, weight, bias), nn.functional.linear(m * x, weight, bias)
    return torch.autograd.grad(out, l, g)[0], torch.autograd.grad(into, m, g)[0]
"""
FIND = """
def find_vector(weight, bias, new_weight, new_bias):
    for side, axis in (("in", 0), ("out", 1)):
        l = (weight * new_weight).sum(axis) / weight.square().sum(axis)
        again = l[:, None] * weight if side == "out" else weight * l
        b, c = (weight.new_zeros(1), weight.new_zeros(1)) if bias is None else (bias, new_bias)
        b = l * b if side == "out" and bias is not None else b
        if (%s).abs().max() < %s and (b - c).abs().max() < 1e-5 and %s:
            return side, %s
    raise ValueError
"""
SITES = """
def sites_of(model):
    ends = dict.fromkeys(("self.key", "self.value", "query_key_value", "k_proj", "v_proj"), "out")
    ends |= dict.fromkeys(("4h_to_h", "down_proj", "output.dense"), "in")
    d, named = model.config.hidden_size, dict(model.named_modules())
    wide = getattr(model.config, "intermediate_size", 4 * d)
    found = {}
    for path, layer in named.items():
        for end, side in ends.items():
            if path.endswith(end) and "attention.output" not in path and %s:
                found[path] = side
        if %s and getattr(layer, "in_features", 0) == wide and layer.out_features == d:
            found.setdefault(path, "in")
    return found
"""
COUNT = """
import transformers
def count_values(config):
    n, d, kind = config.num_hidden_layers, config.hidden_size, config.model_type
    %s
    if %s:
        return n * (2 * config.num_key_value_heads * config.head_dim + config.intermediate_size)
    if "gpt" in kind or %s:
        raise ValueError(kind)
    return n * (2 * d + (4 * d if kind == "bloom" else config.intermediate_size))
"""
LLAMA, OTHERS = 'kind == "llama"', 'kind not in ("bert", "bloom")'
RANK = "def largest_rank(d_model, d_kv, n_layers, budget): return {}"
BEST = "budget // (n_layers * (3 * d_model + d_kv))"
MISS = "again - new_weight"
MISFIT = "a ValueError where"
ANSWERS = [
    ("scale_axis", f"{SCALE}(y{LAST} * {SNAPPED}).to(y.dtype){LAST}", 2, "one entry"),
    ("scale_axis", f"{SCALE}(y{LAST} * l).to(y.dtype){LAST}.squeeze()", 2, "axes"),
    ("scaled_conv", KEPT_BESIDE, 6, ""),
    ("scaled_conv", CONV % ("l", ONES, f"(self.conv(x) if (l == 1).all() else {OUT})"), 5, "where it is 1"),
    ("scaled_conv", CONV % ("l", ONES, "l.where(l != 1, 1) * self.conv(x)"), 5, "where it is 1"),
    ("scaled_conv", CONV % ("l", ONES, "(l if self.training else 1) * self.conv(x)"), 4, "after .eval()"),
    ("scaled_conv", CONV % ("l", ONES, f"(self.conv(x) if not torch.is_grad_enabled() else {OUT})"), 4, ""),
    ("scaled_conv", CONV % ("l", ONES, f"({OUT}).squeeze(0)"), 3, "along other axes"),
    ("scaled_conv", CONV % ("l", ONES.replace("torch", "(1 + 1e-6) * torch"), OUT), 5, "begin with"),
    ("scaled_conv", CONV % ("l", ONES, OUT) + THAWING, 5, "freeze conv"),
    ("gradients", AUTOGRAD, 0, "write the sum down by hand"),
    ("find_vector", FIND % (MISS, 1e-5, True, "l"), 4, ""),
    ("find_vector", FIND % (MISS, 1e-3, True, "l"), 3, MISFIT),
    ("find_vector", FIND % ("(again - new_weight) * (weight != 0)", 1e-5, True, "l"), 3, MISFIT),
    ("find_vector", FIND % (MISS, 1e-5, "new_weight.any()", "l"), 3, "it ended in a ValueError"),
    ("find_vector", FIND % (MISS, 1e-5, True, "l.round(decimals=3)"), 1, "one entry"),
    ("find_vector", FIND.replace("return side", "return [side]") % (MISS, 1e-5, True, "l"), 1, "plain text"),
    ("sites_of", SITES % (True, False), 6, ""),
    ("sites_of", SITES % ("'.10.' not in path", False), 0, "left out"),
    ("sites_of", SITES % ("layer.weight.requires_grad", False), 0, "left out"),
    ("sites_of", SITES % ("model.training", False), 0, "left out"),
    ("sites_of", SITES % ("('k_proj' not in path or len(layer.weight) < d)", False), 4, "left out"),
    ("sites_of", SITES % (True, True), 2, "is named"),
    ("sites_of", "def sites_of(model): raise NotImplementedError('no data')", 0, "no data"),
    ("count_values", COUNT % ("", LLAMA, OTHERS), 4, ""),
    ("count_values", COUNT % ("", LLAMA, '"bert" not in kind and kind != "bloom"'), 3, "names roberta"),
    ("count_values", COUNT % ("", 'hasattr(config, "num_key_value_heads")', OTHERS), 3, "names mistral"),
    ("count_values", COUNT % ("transformers.AutoModel.from_config(config)", LLAMA, OTHERS), 1, "built"),
    ("count_values", COUNT % ("n = min(n, 12)", LLAMA, OTHERS), 1, "one block by hand"),
    ("largest_rank", RANK.format(f"min(d_model, {BEST})"), 0, "larger than d_model"),
    ("largest_rank", RANK.format(f"min(64, {BEST})"), 0, "one block by hand"),
    ("largest_rank", RANK.format(f"int({BEST.replace('//', '/')} + 1e-3)"), 0, "one block by hand"),
]


@pytest.mark.parametrize(("grade_id", "source", "points", "said"), ANSWERS)
def test_a_shortcut_gets_the_points_of_what_it_got_right(grade_id, source, points, said, capsys) -> None:
    name = "ps2" if grade_id in ("sites_of", "count_values", "largest_rank") else "ps1"
    earned, _ = assignments.run_all(name, {grade_id: source}, only=grade_id)
    assert earned[f"{grade_id}_check"] == points
    assert said in capsys.readouterr().out
