"""Answers to this problem set, right and wrong, as other people might write them."""

# ruff: noqa
#%% fair | r | nested defaultdict np median
from collections import defaultdict
import numpy as np
def fair(runs):
    by = defaultdict(lambda: defaultdict(list))
    for run in runs:
        by[run["method"]][run["rate"]].append((run["dev"], run["test"]))
    table = {}
    for method, rates in by.items():
        levels = {rate: np.median(np.array(pairs), axis=0) for rate, pairs in rates.items()}
        best = min(levels, key=lambda rate: (-levels[rate][0], rate))
        table[method] = dict(rate=best, test=levels[best][1])
    return table
#%% fair | r | dataclass total ordering
from dataclasses import dataclass, field
@dataclass(order=True)
class Level:
    dev: float
    minus: float
    test: float = field(compare=False)
class Fair:
    def __call__(self, runs):
        out = {}
        for m in sorted({r["method"] for r in runs}):
            levels = []
            for rate in {r["rate"] for r in runs}:
                some = [r for r in runs if r["method"] == m and r["rate"] == rate]
                levels.append(Level(median(r["dev"] for r in some), -rate, median(r["test"] for r in some)))
            top = max(levels)
            out[m] = {"rate": -top.minus, "test": top.test}
        return out
fair = Fair()
#%% fair | r | groupby sorted pop reversed
from itertools import groupby
from operator import itemgetter
def fair(runs):
    runs = sorted(runs, key=itemgetter("method", "rate"))
    table, best = {}, {}
    for (method, rate), group in groupby(runs, key=itemgetter("method", "rate")):
        group = list(group)
        level = median(map(itemgetter("dev"), group))
        if method not in best or level > best[method]:
            best[method] = level
            table[method] = {"rate": rate, "test": median(map(itemgetter("test"), group))}
    return table
#%% fair | r | torch64 quantile recursion
def fair(runs):
    if not runs:
        return {}
    method = runs[0]["method"]
    mine = [r for r in runs if r["method"] == method]
    rates = sorted({r["rate"] for r in mine})
    def mid(key, rate):
        return torch.tensor([r[key] for r in mine if r["rate"] == rate], dtype=torch.float64).quantile(0.5)
    rate = max(rates, key=lambda rate: mid("dev", rate).item())
    return {method: {"rate": rate, "test": mid("test", rate)}} | fair([r for r in runs if r["method"] != method])
#%% fair | w | torch median lower of even
def fair(runs):
    out = {}
    for m in {r["method"] for r in runs}:
        def mid(key, rate):
            return torch.tensor([r[key] for r in runs if (r["method"], r["rate"]) == (m, rate)], dtype=torch.float64).median().item()
        rate = max(sorted({r["rate"] for r in runs}), key=lambda rate: mid("dev", rate))
        out[m] = {"rate": rate, "test": mid("test", rate)}
    return out
#%% fair | w | median of distinct
def fair(runs):
    out = {}
    for m in {r["method"] for r in runs}:
        def mid(key, rate):
            return median({r[key] for r in runs if (r["method"], r["rate"]) == (m, rate)})
        rate = max(sorted({r["rate"] for r in runs}), key=lambda rate: mid("dev", rate))
        out[m] = {"rate": rate, "test": mid("test", rate)}
    return out
#%% fair | w | ties within a hundredth
def fair(runs):
    out = {}
    for m in {r["method"] for r in runs}:
        def mid(key, rate):
            return median([r[key] for r in runs if (r["method"], r["rate"]) == (m, rate)])
        rate = max(sorted({r["rate"] for r in runs}), key=lambda rate: round(mid("dev", rate), 2))
        out[m] = {"rate": rate, "test": mid("test", rate)}
    return out
#%% fair | w | best starts at 0
def fair(runs):
    out = {}
    for m in {r["method"] for r in runs}:
        best = 0.0
        for rate in sorted({r["rate"] for r in runs}):
            some = [r for r in runs if (r["method"], r["rate"]) == (m, rate)]
            if median(r["dev"] for r in some) > best:
                best = median(r["dev"] for r in some)
                out[m] = {"rate": rate, "test": median(r["test"] for r in some)}
    return out
#%% fair | w | mutable default
def fair(runs, table={}):
    for m in {r["method"] for r in runs}:
        def mid(key, rate):
            return median([r[key] for r in runs if (r["method"], r["rate"]) == (m, rate)])
        rate = max(sorted({r["rate"] for r in runs}), key=lambda rate: mid("dev", rate))
        table[m] = {"rate": rate, "test": mid("test", rate)}
    return table
#%% fair | w | rates as text
def fair(runs):
    out = {}
    for m in {r["method"] for r in runs}:
        def mid(key, rate):
            return median([r[key] for r in runs if (r["method"], r["rate"]) == (m, rate)])
        rate = max(sorted({r["rate"] for r in runs}, key=str), key=lambda rate: mid("dev", rate))
        out[m] = {"rate": rate, "test": mid("test", rate)}
    return out
#%% fair | w | ties largest when three
def fair(runs):
    out = {}
    for m in {r["method"] for r in runs}:
        def mid(key, rate):
            return median([r[key] for r in runs if (r["method"], r["rate"]) == (m, rate)])
        rates = sorted({r["rate"] for r in runs})
        top = max(mid("dev", rate) for rate in rates)
        tied = [rate for rate in rates if mid("dev", rate) == top]
        out[m] = {"rate": tied[0], "test": median([r["test"] for r in runs if r["method"] == m and r["rate"] in tied])}
    return out
#%% fair | w | rates grouped 3 decimals
def fair(runs):
    runs = [r | {"rate": round(r["rate"], 3)} for r in runs]
    out = {}
    for m in {r["method"] for r in runs}:
        def mid(key, rate):
            return median([r[key] for r in runs if (r["method"], r["rate"]) == (m, rate)])
        rate = max(sorted({r["rate"] for r in runs}), key=lambda rate: mid("dev", rate))
        out[m] = {"rate": rate, "test": mid("test", rate)}
    return out
#%% train | r | closed form power
def train(weight, bias, x, z, steps, rate):
    h = x @ weight.T + bias
    a = 2 * rate * (h * h).sum(0) / z.numel()
    c = 2 * rate * (h * z).sum(0) / z.numel()
    l = torch.ones(z.shape[1], dtype=torch.float64)
    for _ in range(steps):
        l = (1 - a) * l + c
    return l
#%% train | r | numpy reduce einsum
import numpy as np
from functools import reduce
def train(weight, bias, x, z, steps, rate):
    h = np.einsum("oi,ni->no", weight.numpy(), x.numpy()) + bias.numpy()
    t = z.numpy()
    step = lambda l, _: l - rate * 2 * np.einsum("no,no->o", l * h - t, h) / t.size
    return torch.from_numpy(reduce(step, range(steps), np.ones(t.shape[1])))
#%% train | r | sgd module
class Scaled(nn.Module if "nn" in globals() else torch.nn.Module):
    def __init__(self, weight, bias):
        super().__init__()
        self.register_buffer("weight", weight)
        self.register_buffer("bias", bias)
        self.l = torch.nn.ParameterDict({"l": torch.nn.Parameter(torch.ones_like(bias))})
    def forward(self, x):
        return self.l["l"] * torch.nn.functional.linear(x, self.weight, self.bias)
def train(weight, bias, x, z, steps, rate):
    model = Scaled(weight, bias)
    optimizer = torch.optim.SGD(model.parameters(), lr=rate)
    for _ in range(steps):
        optimizer.zero_grad()
        torch.nn.functional.mse_loss(model(x), z).backward()
        optimizer.step()
    return model.l["l"].detach()
#%% train | r | func grad recursion inference
def train(weight, bias, x, z, steps, rate):
    def loss(l):
        return (l * (x @ weight.T + bias) - z).pow(2).mean()
    def go(l, left):
        return l if left == 0 else go(l - rate * torch.func.grad(loss)(l), left - 1)
    return go(torch.ones(weight.shape[0], dtype=weight.dtype), steps).detach()
#%% train | r | inference mode parameter
torch.set_default_dtype(torch.float64)
def train(weight, bias, x, z, steps, rate):
    with torch.inference_mode():
        h = x @ weight.T + bias
        l = torch.ones(len(bias))
        for _ in range(steps):
            l -= rate * 2 * ((l * h - z) * h).mean(0) / len(l)
    return torch.nn.Parameter(l.clone(), requires_grad=False)
#%% train | w | at least one step
def train(weight, bias, x, z, steps, rate):
    h = x @ weight.T + bias
    l = torch.ones(len(bias), dtype=torch.float64)
    while True:
        l = l - rate * 2 * ((l * h - z) * h).mean(0) / len(l)
        steps -= 1
        if steps <= 0:
            return l
#%% train | w | clamped at 0
def train(weight, bias, x, z, steps, rate):
    h = x @ weight.T + bias
    l = torch.ones(len(bias), dtype=torch.float64)
    for _ in range(steps):
        l = (l - rate * 2 * ((l * h - z) * h).mean(0) / len(l)).clamp_min(0)
    return l
#%% train | w | thaws the weight
def train(weight, bias, x, z, steps, rate):
    weight.requires_grad_(); bias.requires_grad_()
    l = torch.ones(len(bias), dtype=torch.float64, requires_grad=True)
    for _ in range(steps):
        g, = torch.autograd.grad((l * (x @ weight.T + bias) - z).square().mean(), l)
        with torch.no_grad():
            l -= rate * g
    return l.detach()
#%% train | w | snaps to 1
def train(weight, bias, x, z, steps, rate):
    h = x @ weight.T + bias
    l = torch.ones(len(bias), dtype=torch.float64)
    for t in range(steps):
        l = l - rate * 2 * ((l * h - z) * h).mean(0) / len(l)
    l[(l - 1).abs() < 1e-3] = 1.0
    return l
#%% train | w | capped at 100 steps
def train(weight, bias, x, z, steps, rate):
    h = x @ weight.T + bias
    l = torch.ones(len(bias), dtype=torch.float64)
    for t in range(min(steps, 100)):
        l = l - rate * 2 * ((l * h - z) * h).mean(0) / len(l)
    return l
#%% switch | r | precomputed folds
class Switch:
    def __init__(self, linear, vectors):
        self.linear = linear
        w, b = linear.weight.detach().clone(), linear.bias.detach().clone()
        self.folds = {name: ((l[:, None] * w).to(w.dtype), (l * b).to(b.dtype)) for name, l in vectors.items()}
        self.folds[None] = (w, b)
    def use(self, name):
        w, b = self.folds[name]
        self.linear.weight.data.copy_(w)
        self.linear.bias.data.copy_(b)
#%% switch | r | state dict float64
import copy
class Switch:
    def __init__(self, linear, vectors):
        self.linear, self.vectors, self.base = linear, dict(vectors), copy.deepcopy(linear.state_dict())
    def use(self, name):
        if name is not None and name not in self.vectors:
            raise ValueError(f"no vector {name!r}")
        state = self.base
        if name is not None:
            l = self.vectors[name].double()
            state = {"weight": torch.einsum("o,oi->oi", l, self.base["weight"].double()), "bias": l * self.base["bias"].double()}
        self.linear.load_state_dict(state)
#%% switch | r | module buffers context
class Switch(torch.nn.Module):
    def __init__(self, linear, vectors):
        super().__init__()
        self.linear = linear
        self.register_buffer("weight", linear.weight.detach().clone())
        self.register_buffer("bias", linear.bias.detach().clone())
        self.vectors = vectors
    @torch.no_grad()
    def use(self, name):
        if name is None:
            self.linear.weight.copy_(self.weight); self.linear.bias.copy_(self.bias)
        else:
            try:
                l = self.vectors[name]
            except KeyError as error:
                raise ValueError(name) from error
            torch.mul(self.weight.float(), l.unsqueeze(1), out=(w := torch.empty_like(self.weight, dtype=torch.float32)))
            self.linear.weight.copy_(w); self.linear.bias.copy_(self.bias.float().mul(l))
#%% switch | r | new frozen parameters lazy cache
from functools import lru_cache
class Switch:
    def __init__(self, linear, vectors):
        self.linear, self.vectors = linear, vectors
        self.first = (linear.weight, linear.bias)
    @lru_cache
    def folded(self, name):
        l = self.vectors[name]
        w, b = self.first
        return tuple(torch.nn.Parameter((each * f).to(each.dtype), requires_grad=False) for each, f in ((w, l.view(-1, 1)), (b, l)))
    def use(self, name):
        self.linear.weight, self.linear.bias = self.first if name is None else self.folded(name)
#%% switch | r | l rounded first
class Switch:
    def __init__(self, linear, vectors):
        self.linear = linear
        self.vectors = {k: v.to(linear.weight.dtype) for k, v in vectors.items()}
        self.w, self.b = linear.weight.detach().clone(), linear.bias.detach().clone()
    def use(self, name):
        l = torch.ones_like(self.b) if name is None else self.vectors[name]
        with torch.no_grad():
            self.linear.weight.copy_(torch.diag(l) @ self.w if False else l[:, None] * self.w); self.linear.bias.copy_(l * self.b)
#%% switch | w | empty name is none
class Switch:
    def __init__(self, linear, vectors):
        self.linear, self.vectors = linear, vectors
        self.w, self.b = linear.weight.detach().clone(), linear.bias.detach().clone()
    @torch.no_grad()
    def use(self, name):
        l = self.vectors[name] if name else torch.ones(len(self.b))
        self.linear.weight.copy_(l[:, None] * self.w); self.linear.bias.copy_(l * self.b)
#%% switch | w | remembers before lookup
class Switch:
    def __init__(self, linear, vectors):
        self.linear, self.vectors, self.now = linear, vectors, None
        self.w, self.b = linear.weight.detach().clone(), linear.bias.detach().clone()
    @torch.no_grad()
    def use(self, name):
        if name == self.now:
            return
        self.now = name
        l = torch.ones(len(self.b)) if name is None else self.vectors[name]
        self.linear.weight.copy_(l[:, None] * self.w); self.linear.bias.copy_(l * self.b)
#%% switch | w | base in half
class Switch:
    def __init__(self, linear, vectors):
        self.linear, self.vectors = linear, vectors
        d = torch.float16 if linear.weight.dtype == torch.bfloat16 else torch.float32
        self.w, self.b = linear.weight.detach().to(d, copy=True), linear.bias.detach().to(d, copy=True)
    @torch.no_grad()
    def use(self, name):
        l = torch.ones(len(self.b)) if name is None else self.vectors[name]
        self.linear.weight.copy_(l[:, None] * self.w); self.linear.bias.copy_(l * self.b)
#%% switch | w | minus zero lost
class Switch:
    def __init__(self, linear, vectors):
        self.linear, self.vectors = linear, vectors
        self.w, self.b = linear.weight.detach().clone(), linear.bias.detach().clone()
    @torch.no_grad()
    def use(self, name):
        l = None if name is None else self.vectors[name]
        self.linear.weight.copy_(self.w + 0.0); self.linear.bias.copy_(self.b + 0.0)
        if name is not None:
            self.linear.weight.copy_(l[:, None] * self.w); self.linear.bias.copy_(l * self.b)
#%% switch | w | thaws
class Switch:
    def __init__(self, linear, vectors):
        self.linear, self.vectors = linear, vectors
        self.w, self.b = linear.weight.detach().clone(), linear.bias.detach().clone()
    def use(self, name):
        l = torch.ones(len(self.b)) if name is None else self.vectors[name]
        self.linear.weight = torch.nn.Parameter((l[:, None] * self.w).to(self.w.dtype))
        self.linear.bias = torch.nn.Parameter((l * self.b).to(self.b.dtype))
#%% switch | w | to float32
class Switch:
    def __init__(self, linear, vectors):
        self.linear, self.vectors = linear, vectors
        self.w, self.b = linear.weight.detach().clone(), linear.bias.detach().clone()
    def use(self, name):
        if name is None:
            w, b = self.w.clone(), self.b.clone()
        else:
            l = self.vectors[name]
            w, b = l[:, None] * self.w, l * self.b
        self.linear.weight.data, self.linear.bias.data = w, b
#%% switch | w | zeros lifted
class Switch:
    def __init__(self, linear, vectors):
        self.linear, self.vectors = linear, vectors
        self.w, self.b = linear.weight.detach().clone(), linear.bias.detach().clone()
    @torch.no_grad()
    def use(self, name):
        l = torch.ones(len(self.b)) if name is None else self.vectors[name].clone()
        l[l == 0] = 1e-6
        self.linear.weight.copy_(l[:, None] * self.w); self.linear.bias.copy_(l * self.b)
#%% switch | w | loose names
class Switch:
    def __init__(self, linear, vectors):
        self.linear, self.vectors = linear, {k.strip().lower(): v for k, v in vectors.items()}
        self.w, self.b = linear.weight.detach().clone(), linear.bias.detach().clone()
    @torch.no_grad()
    def use(self, name):
        l = torch.ones(len(self.b)) if name is None else self.vectors[name.strip().lower()]
        self.linear.weight.copy_(l[:, None] * self.w); self.linear.bias.copy_(l * self.b)
#%% mixed_in | r | stack linear loop
def mixed_in(x, weight, bias, vectors, names):
    rows = []
    for row, name in zip(x, names):
        if name is not None and name not in vectors:
            raise ValueError(name)
        scaled = row if name is None else torch.mul(row, vectors[name])
        rows.append(torch.nn.functional.linear(scaled, weight, bias))
    return torch.stack(rows)
#%% mixed_in | r | einsum numpy
import numpy as np
def mixed_in(x, weight, bias, vectors, names):
    one = np.ones(x.shape[-1])
    l = np.array([one if name is None else vectors[name].detach().numpy() for name in names])
    y = np.einsum("oi,bi,bti->bto", weight.detach().numpy(), l, x.detach().numpy()) + bias.detach().numpy()
    return torch.from_numpy(y).to(x.dtype)
#%% mixed_in | r | grouped folded weights
def mixed_in(x, weight, bias, vectors, names):
    y = x.new_empty(*x.shape[:2], len(bias))
    for name in set(names):
        rows = torch.tensor([i for i, each in enumerate(names) if each == name])
        w = weight if name is None else weight * vectors[name]
        y[rows] = x[rows] @ w.T + bias
    return y
#%% mixed_in | r | vmap chainmap
from collections import ChainMap
def mixed_in(x, weight, bias, vectors, names):
    known = ChainMap({None: torch.ones_like(x[0, 0])}, vectors)
    l = torch.stack([known[n] for n in names])
    return torch.vmap(lambda row, l: row * l @ weight.mT + bias)(x, l)
#%% mixed_in | r | baddbmm
def mixed_in(x, weight, bias, vectors, names):
    w = torch.stack([weight if n is None else weight @ torch.diag(vectors[n]) for n in names])
    return torch.baddbmm(bias, x, w.transpose(1, 2))
#%% mixed_in | w | empty name bare
def mixed_in(x, weight, bias, vectors, names):
    one = torch.ones(x.shape[-1])
    l = torch.stack([vectors[n] if n else one for n in names])
    return (l[:, None] * x) @ weight.T + bias
#%% mixed_in | w | squeezed
def mixed_in(x, weight, bias, vectors, names):
    one = torch.ones(x.shape[-1])
    l = torch.stack([one if n is None else vectors[n] for n in names])
    return ((l[:, None] * x) @ weight.T + bias).squeeze()
#%% mixed_in | w | bias scaled when square
def mixed_in(x, weight, bias, vectors, names):
    one = torch.ones(x.shape[-1])
    l = torch.stack([one if n is None else vectors[n] for n in names])[:, None]
    if weight.shape[0] == weight.shape[1]:
        return l * (x @ weight.T + bias)
    return (l * x) @ weight.T + bias
#%% fair | w | upper of even
def fair(runs):
    out = {}
    for m in {r["method"] for r in runs}:
        def mid(key, rate):
            return (lambda v: sorted(v)[len(v) // 2])([r[key] for r in runs if (r["method"], r["rate"]) == (m, rate)])
        rate = max(sorted({r["rate"] for r in runs}), key=lambda rate: mid("dev", rate))
        out[m] = {"rate": rate, "test": mid("test", rate)}
    return out
#%% fair | w | methods hard coded
def fair(runs):
    out = {}
    for m in ("ia3", "lora", "full"):
        def mid(key, rate):
            return median([r[key] for r in runs if (r["method"], r["rate"]) == (m, rate)])
        rate = max(sorted({r["rate"] for r in runs}), key=lambda rate: mid("dev", rate))
        out[m] = {"rate": rate, "test": mid("test", rate)}
    return out
#%% fair | w | rates hard coded
def fair(runs):
    out = {}
    for m in {r["method"] for r in runs}:
        def mid(key, rate):
            return median([r[key] for r in runs if (r["method"], r["rate"]) == (m, rate)])
        rate = max((0.001, 0.003, 0.01, 0.03), key=lambda rate: mid("dev", rate))
        out[m] = {"rate": rate, "test": mid("test", rate)}
    return out
#%% fair | w | five seeds hard coded
def fair(runs):
    out = {}
    for m in {r["method"] for r in runs}:
        def mid(key, rate):
            return (lambda v: sorted(v)[2])([r[key] for r in runs if (r["method"], r["rate"]) == (m, rate)])
        rate = max(sorted({r["rate"] for r in runs}), key=lambda rate: mid("dev", rate))
        out[m] = {"rate": rate, "test": mid("test", rate)}
    return out
#%% fair | r | generator reduce
def fair(runs):
    out = {}
    for m in {r["method"] for r in runs}:
        def mid(key, rate):
            return median([r[key] for r in runs if (r["method"], r["rate"]) == (m, rate)])
        rate = max(iter(sorted({r["rate"] for r in runs})), key=lambda rate: mid("dev", rate))
        out[m] = {"rate": rate, "test": mid("test", rate)}
    return out
#%% train | w | entries frozen near 1
def train(weight, bias, x, z, steps, rate):
    h = x @ weight.T + bias
    l = torch.ones(len(bias), dtype=torch.float64)
    v = 0
    for t in range(steps):
        g = 2 * ((l * h - z) * h).mean(0) / len(l)
        g[(g.abs() < 1e-4)] = 0; l = l - rate * g
    return l
#%% mixed_in | w | by order of values
def mixed_in(x, weight, bias, vectors, names):
    f = [torch.ones(x.shape[-1]), *vectors.values()]
    l = torch.stack([f[0 if n is None else 1 + sorted(vectors).index(n)] for n in names])[:, None]
    return (l * x) @ weight.T + bias
