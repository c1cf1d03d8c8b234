"""Answers to this problem set, right and wrong, as other people might write them."""

# ruff: noqa
#%% frame | r | eigh of gram
def frame(weight, r):
    if not 0 < r <= min(weight.shape):
        raise ValueError(r)
    w = weight.double()
    _, v = torch.linalg.eigh(w.T @ w)
    v = v.flip(1)[:, :r] if False else torch.linalg.svd(w)[2].T[:, :r]
    return (w @ v).to(weight.dtype), v.T.to(weight.dtype)
#%% frame | r | numpy scipyless list
import numpy as np
def frame(weight, r):
    if r not in range(1, min(weight.shape) + 1):
        raise ValueError(f"rank {r}")
    u, s, vt = np.linalg.svd(weight.detach().numpy(), full_matrices=True)
    return [torch.from_numpy(np.ascontiguousarray(u[:, :r] * s[:r])), torch.from_numpy(vt[:r].copy())]
#%% frame | r | svd of the transpose namedtuple
from collections import namedtuple
Pair = namedtuple("Pair", "L Q")
def frame(weight, r):
    if r < 1 or r > min(*weight.shape):
        raise type("RankError", (ValueError,), {})("rank")
    v, s, ut = torch.linalg.svd(weight.T, full_matrices=False)
    return Pair(torch.einsum("ri,r->ir", ut[:r], s[:r]), v.mT[:r])
#%% frame | r | deflation recursion
def frame(weight, r):
    if not 1 <= r <= min(weight.size()):
        raise ValueError
    def go(rest, left):
        if not left:
            return [], []
        u, s, v = torch.linalg.svd(rest, full_matrices=False)
        a, b = go(rest - s[0] * torch.outer(u[:, 0], v[0]), left - 1)
        return [s[0] * u[:, 0]] + a, [v[0]] + b
    a, b = go(weight.detach().double(), r)
    return torch.stack(a, 1).to(weight.dtype), torch.stack(b).to(weight.dtype)
#%% frame | r | float64 back scipy eigh
def frame(weight, r):
    if r <= 0: raise ValueError("small")
    if r > weight.shape[0] or r > weight.shape[1]: raise ValueError("large")
    e, u = torch.linalg.eigh(weight.double() @ weight.double().T)
    u = u.fliplr()[:, :r]
    rows = u.T @ weight.double()
    s = rows.norm(dim=1)
    return (u * s).to(weight), (rows / s[:, None]).to(weight)
#%% frame | w | guard d in only
def frame(weight, r):
    if not 1 <= r <= weight.shape[1]: raise ValueError(r)
    u, s, v = torch.linalg.svd(weight, full_matrices=False)
    return u[:, :r] * s[:r], v[:r]
#%% frame | w | full rank refused
def frame(weight, r):
    if not 1 <= r < min(weight.shape): raise ValueError(r)
    u, s, v = torch.linalg.svd(weight, full_matrices=False)
    return u[:, :r] * s[:r], v[:r]
#%% frame | w | small values lifted
def frame(weight, r):
    if not 1 <= r <= min(weight.shape): raise ValueError(r)
    u, s, v = torch.linalg.svd(weight, full_matrices=False)
    s = s.clamp_min(0.1)
    return u[:, :r] * s[:r], v[:r]
#%% frame | w | small values dropped
def frame(weight, r):
    if not 1 <= r <= min(weight.shape): raise ValueError(r)
    u, s, v = torch.linalg.svd(weight, full_matrices=False)
    s = torch.where(s < 1e-2 * s[0], 0, s)
    return u[:, :r] * s[:r], v[:r]
#%% frame | w | equal values once
def frame(weight, r):
    if not 1 <= r <= min(weight.shape): raise ValueError(r)
    u, s, v = torch.linalg.svd(weight, full_matrices=False)
    places = [i for i in range(len(s)) if i == 0 or s[i - 1] - s[i] > 1e-5 * s[0]][:r]
    return u[:, places] * s[places], v[places]
#%% frame | w | at most 8
def frame(weight, r):
    if not 1 <= r <= min(weight.shape): raise ValueError(r)
    u, s, v = torch.linalg.svd(weight, full_matrices=False)
    u, s, v = u[:, :4], s[:4], v[:4]
    return u[:, :r] * s[:r], v[:r]
#%% small_core | r | parameterdict property
class SmallCore(nn.Module):
    def __init__(self, linear, r, alpha):
        super().__init__()
        self.linear = linear.requires_grad_(False)
        u, s, v = torch.linalg.svd(linear.weight.detach(), full_matrices=False)
        self.register_buffer("L", u[:, :r] * s[:r]); self.register_buffer("Q", v[:r])
        self.alpha = alpha
        self.held = nn.ParameterDict({"core": torch.zeros(r, r, dtype=u.dtype).normal_(0, 1e-5)})
    @property
    def R(self):
        return self.held["core"]
    def forward(self, x):
        return self.linear(x) + self.alpha * torch.einsum("...i,qi,rq,or->...o", x, self.Q, self.R, self.L)
#%% small_core | r | folded in forward frozen parameters
class SmallCore(nn.Module):
    def __init__(self, linear, r, alpha):
        super().__init__()
        self.linear = linear
        for p in linear.parameters():
            p.requires_grad = False
        u, s, v = torch.linalg.svd(linear.weight, full_matrices=False)
        self.L = nn.Parameter((u[:, :r] @ torch.diag(s[:r])), requires_grad=False)
        self.Q = nn.Parameter(v[:r], requires_grad=False)
        self.R = nn.Parameter(torch.randn_like(self.Q[:, :1].expand(r, r)) * 1e-5)
        self.register_buffer("alpha", torch.tensor(float(alpha), dtype=linear.weight.dtype))
    def forward(self, x):
        return nn.functional.linear(x, self.linear.weight + self.alpha * torch.linalg.multi_dot([self.L, self.R, self.Q]), self.linear.bias)
#%% small_core | r | frame at each call
class SmallCore(nn.Module):
    def __init__(self, linear, r, alpha):
        super().__init__()
        self.linear, self.r, self.alpha = linear.requires_grad_(False), r, alpha
        self.register_parameter("R", nn.Parameter(torch.normal(0.0, 1e-5, (r, r)).to(linear.weight.dtype)))
    @property
    def frame(self):
        with torch.no_grad():
            u, s, v = torch.linalg.svd(self.linear.weight.double(), full_matrices=False)
        return [t.to(self.linear.weight.dtype) for t in (u[:, :self.r] * s[:self.r], v[:self.r])]
    def forward(self, x):
        L, Q = self.frame
        return self.linear(x) + (x @ Q.T @ self.R.T @ L.T).mul(self.alpha)
#%% small_core | r | own copy of the linear as buffers
class SmallCore(nn.Module):
    def __init__(self, linear, r, alpha):
        super().__init__()
        linear.requires_grad_(False)
        self.register_buffer("weight", linear.weight.detach().clone())
        self.register_buffer("bias", None if linear.bias is None else linear.bias.detach().clone())
        u, s, v = torch.linalg.svd(self.weight, full_matrices=False)
        self.down, self.up = nn.Linear(linear.in_features, r, bias=False), nn.Linear(r, linear.out_features, bias=False)
        self.down.weight.data, self.up.weight.data = v[:r].clone(), alpha * u[:, :r] * s[:r]
        self.down.requires_grad_(False), self.up.requires_grad_(False)
        self.core = nn.Linear(r, r, bias=False)
        nn.init.normal_(self.core.weight, std=1e-5)
    @property
    def R(self):
        return self.core.weight
    def forward(self, x):
        return nn.functional.linear(x, self.weight, self.bias) + nn.Sequential(self.down, self.core, self.up)(x)
#%% small_core | r | hidden linear in a list
class SmallCore(nn.Module):
    def __init__(self, linear, r, alpha):
        super().__init__()
        linear.weight.requires_grad_(False)
        if linear.bias is not None: linear.bias.requires_grad_(False)
        self.base = [linear]
        u, s, v = torch.linalg.svd(linear.weight.detach(), full_matrices=False)
        self.frame = alpha * u[:, :r] * s[:r], v[:r]
        self.R = nn.Parameter(torch.distributions.Normal(0, 1e-5).sample((r, r)))
    def forward(self, x):
        L, Q = self.frame
        return self.base[0](x) + x @ Q.T @ self.R.T @ L.T
#%% small_core | r | deepcopy of linear
import copy
class SmallCore(nn.Module):
    def __init__(self, linear, r, alpha):
        super().__init__()
        self.linear = copy.deepcopy(linear).requires_grad_(False)
        u, s, v = torch.linalg.svd(self.linear.weight, full_matrices=False)
        self.register_buffer("L", u[:, :r] * s[:r]); self.register_buffer("Q", v[:r])
        self.alpha, self.R = alpha, nn.Parameter(1e-5 * torch.randn(r, r))
    def forward(self, x):
        return self.linear(x) + self.alpha * (x @ self.Q.T @ self.R.T @ self.L.T)
#%% small_core | w | training mode only
class Base(nn.Module):
    def __init__(self, linear, r, alpha):
        super().__init__()
        self.linear = linear.requires_grad_(False)
        u, s, v = torch.linalg.svd(linear.weight.detach(), full_matrices=False)
        self.register_buffer("L", u[:, :r] * s[:r]); self.register_buffer("Q", v[:r])
        self.alpha, self.R = alpha, nn.Parameter(self.start(r))
    def start(self, r):
        return 1e-5 * torch.randn(r, r)
    def extra(self, x):
        return self.alpha * (x @ self.Q.T @ self.R.T @ self.L.T)
    def forward(self, x):
        return self.linear(x) + self.extra(x)
class SmallCore(Base):
    def forward(self, x):
        return self.linear(x) + self.extra(x) if self.training else self.linear(x)
#%% small_core | w | cached in eval
class Base(nn.Module):
    def __init__(self, linear, r, alpha):
        super().__init__()
        self.linear = linear.requires_grad_(False)
        u, s, v = torch.linalg.svd(linear.weight.detach(), full_matrices=False)
        self.register_buffer("L", u[:, :r] * s[:r]); self.register_buffer("Q", v[:r])
        self.alpha, self.R = alpha, nn.Parameter(self.start(r))
    def start(self, r):
        return 1e-5 * torch.randn(r, r)
    def extra(self, x):
        return self.alpha * (x @ self.Q.T @ self.R.T @ self.L.T)
    def forward(self, x):
        return self.linear(x) + self.extra(x)
class SmallCore(Base):
    cache = None
    def forward(self, x):
        if self.training:
            return self.linear(x) + self.extra(x)
        if self.cache is None:
            self.cache = self.linear.weight + self.alpha * self.L @ self.R.detach() @ self.Q
        return nn.functional.linear(x, self.cache, self.linear.bias)
#%% small_core | w | no gradient in eval
class Base(nn.Module):
    def __init__(self, linear, r, alpha):
        super().__init__()
        self.linear = linear.requires_grad_(False)
        u, s, v = torch.linalg.svd(linear.weight.detach(), full_matrices=False)
        self.register_buffer("L", u[:, :r] * s[:r]); self.register_buffer("Q", v[:r])
        self.alpha, self.R = alpha, nn.Parameter(self.start(r))
    def start(self, r):
        return 1e-5 * torch.randn(r, r)
    def extra(self, x):
        return self.alpha * (x @ self.Q.T @ self.R.T @ self.L.T)
    def forward(self, x):
        return self.linear(x) + self.extra(x)
class SmallCore(Base):
    def forward(self, x):
        with torch.set_grad_enabled(self.training and torch.is_grad_enabled()):
            return super().forward(x)
#%% small_core | w | no core under no grad
class Base(nn.Module):
    def __init__(self, linear, r, alpha):
        super().__init__()
        self.linear = linear.requires_grad_(False)
        u, s, v = torch.linalg.svd(linear.weight.detach(), full_matrices=False)
        self.register_buffer("L", u[:, :r] * s[:r]); self.register_buffer("Q", v[:r])
        self.alpha, self.R = alpha, nn.Parameter(self.start(r))
    def start(self, r):
        return 1e-5 * torch.randn(r, r)
    def extra(self, x):
        return self.alpha * (x @ self.Q.T @ self.R.T @ self.L.T)
    def forward(self, x):
        return self.linear(x) + self.extra(x)
class SmallCore(Base):
    def forward(self, x):
        return super().forward(x) if torch.is_grad_enabled() else self.linear(x)
#%% small_core | w | alpha zero is one
class Base(nn.Module):
    def __init__(self, linear, r, alpha):
        super().__init__()
        self.linear = linear.requires_grad_(False)
        u, s, v = torch.linalg.svd(linear.weight.detach(), full_matrices=False)
        self.register_buffer("L", u[:, :r] * s[:r]); self.register_buffer("Q", v[:r])
        self.alpha, self.R = alpha, nn.Parameter(self.start(r))
    def start(self, r):
        return 1e-5 * torch.randn(r, r)
    def extra(self, x):
        return self.alpha * (x @ self.Q.T @ self.R.T @ self.L.T)
    def forward(self, x):
        return self.linear(x) + self.extra(x)
class SmallCore(Base):
    def __init__(self, linear, r, alpha):
        super().__init__(linear, r, alpha or 1.0)
#%% small_core | w | alpha at least zero
class Base(nn.Module):
    def __init__(self, linear, r, alpha):
        super().__init__()
        self.linear = linear.requires_grad_(False)
        u, s, v = torch.linalg.svd(linear.weight.detach(), full_matrices=False)
        self.register_buffer("L", u[:, :r] * s[:r]); self.register_buffer("Q", v[:r])
        self.alpha, self.R = alpha, nn.Parameter(self.start(r))
    def start(self, r):
        return 1e-5 * torch.randn(r, r)
    def extra(self, x):
        return self.alpha * (x @ self.Q.T @ self.R.T @ self.L.T)
    def forward(self, x):
        return self.linear(x) + self.extra(x)
class SmallCore(Base):
    def __init__(self, linear, r, alpha):
        super().__init__(linear, r, abs(alpha))
#%% small_core | w | symmetric start
class Base(nn.Module):
    def __init__(self, linear, r, alpha):
        super().__init__()
        self.linear = linear.requires_grad_(False)
        u, s, v = torch.linalg.svd(linear.weight.detach(), full_matrices=False)
        self.register_buffer("L", u[:, :r] * s[:r]); self.register_buffer("Q", v[:r])
        self.alpha, self.R = alpha, nn.Parameter(self.start(r))
    def start(self, r):
        return 1e-5 * torch.randn(r, r)
    def extra(self, x):
        return self.alpha * (x @ self.Q.T @ self.R.T @ self.L.T)
    def forward(self, x):
        return self.linear(x) + self.extra(x)
class SmallCore(Base):
    def start(self, r):
        a = 1e-5 * torch.randn(r, r)
        return (a + a.T) / 2 ** 0.5
#%% small_core | w | equal columns start
class Base(nn.Module):
    def __init__(self, linear, r, alpha):
        super().__init__()
        self.linear = linear.requires_grad_(False)
        u, s, v = torch.linalg.svd(linear.weight.detach(), full_matrices=False)
        self.register_buffer("L", u[:, :r] * s[:r]); self.register_buffer("Q", v[:r])
        self.alpha, self.R = alpha, nn.Parameter(self.start(r))
    def start(self, r):
        return 1e-5 * torch.randn(r, r)
    def extra(self, x):
        return self.alpha * (x @ self.Q.T @ self.R.T @ self.L.T)
    def forward(self, x):
        return self.linear(x) + self.extra(x)
class SmallCore(Base):
    def start(self, r):
        return 1e-5 * torch.randn(r, 1).repeat(1, r)
#%% small_core | w | sorted start
class Base(nn.Module):
    def __init__(self, linear, r, alpha):
        super().__init__()
        self.linear = linear.requires_grad_(False)
        u, s, v = torch.linalg.svd(linear.weight.detach(), full_matrices=False)
        self.register_buffer("L", u[:, :r] * s[:r]); self.register_buffer("Q", v[:r])
        self.alpha, self.R = alpha, nn.Parameter(self.start(r))
    def start(self, r):
        return 1e-5 * torch.randn(r, r)
    def extra(self, x):
        return self.alpha * (x @ self.Q.T @ self.R.T @ self.L.T)
    def forward(self, x):
        return self.linear(x) + self.extra(x)
class SmallCore(Base):
    def start(self, r):
        return 1e-5 * torch.randn(r * r).sort().values.reshape(r, r)
#%% small_core | w | snaps tiny R
class Base(nn.Module):
    def __init__(self, linear, r, alpha):
        super().__init__()
        self.linear = linear.requires_grad_(False)
        u, s, v = torch.linalg.svd(linear.weight.detach(), full_matrices=False)
        self.register_buffer("L", u[:, :r] * s[:r]); self.register_buffer("Q", v[:r])
        self.alpha, self.R = alpha, nn.Parameter(self.start(r))
    def start(self, r):
        return 1e-5 * torch.randn(r, r)
    def extra(self, x):
        return self.alpha * (x @ self.Q.T @ self.R.T @ self.L.T)
    def forward(self, x):
        return self.linear(x) + self.extra(x)
class SmallCore(Base):
    def forward(self, x):
        if self.R.abs().max() < 1e-3:
            return self.linear(x) + 0 * self.extra(x)
        return super().forward(x)
#%% small_core | w | three axes only
class Base(nn.Module):
    def __init__(self, linear, r, alpha):
        super().__init__()
        self.linear = linear.requires_grad_(False)
        u, s, v = torch.linalg.svd(linear.weight.detach(), full_matrices=False)
        self.register_buffer("L", u[:, :r] * s[:r]); self.register_buffer("Q", v[:r])
        self.alpha, self.R = alpha, nn.Parameter(self.start(r))
    def start(self, r):
        return 1e-5 * torch.randn(r, r)
    def extra(self, x):
        return self.alpha * (x @ self.Q.T @ self.R.T @ self.L.T)
    def forward(self, x):
        return self.linear(x) + self.extra(x)
class SmallCore(Base):
    def forward(self, x):
        return super().forward(x.view(-1, x.shape[-1])).view(*x.shape[:2], -1)
#%% small_core | w | one axis fails
class Base(nn.Module):
    def __init__(self, linear, r, alpha):
        super().__init__()
        self.linear = linear.requires_grad_(False)
        u, s, v = torch.linalg.svd(linear.weight.detach(), full_matrices=False)
        self.register_buffer("L", u[:, :r] * s[:r]); self.register_buffer("Q", v[:r])
        self.alpha, self.R = alpha, nn.Parameter(self.start(r))
    def start(self, r):
        return 1e-5 * torch.randn(r, r)
    def extra(self, x):
        return self.alpha * (x @ self.Q.T @ self.R.T @ self.L.T)
    def forward(self, x):
        return self.linear(x) + self.extra(x)
class SmallCore(Base):
    def extra(self, x):
        B, d = x.shape[0], x.shape[1]
        return super().extra(x)
#%% merged | r | svd side
def merged(weight, core, alpha):
    r = len(core)
    u, s, v = torch.linalg.svd(weight, full_matrices=False)
    middle = torch.diag(s)
    middle[:r, :r] += alpha * s[:r, None] * core
    return u @ middle @ v
#%% merged | r | numpy einsum
import numpy as np
def merged(weight, core, alpha):
    w, c = weight.detach().double().numpy(), core.detach().double().numpy()
    u, s, v = np.linalg.svd(w)
    r = c.shape[0]
    return torch.tensor(w + alpha * np.einsum("or,r,rq,qi->oi", u[:, :r], s[:r], c, v[:r]), dtype=weight.dtype)
#%% merged | r | projector pinv
def merged(weight, core, alpha):
    r = core.size(1)
    v = torch.linalg.svd(weight).Vh[:r]
    return torch.addmm(weight, weight @ v.mT, core @ v, alpha=alpha)
#%% merged | r | apply to identity
class Layer:
    def __init__(self, w, c, a):
        self.w, self.c, self.a = w, c, a
        u, s, v = torch.linalg.svd(w, full_matrices=False)
        self.L, self.Q = u[:, :len(c)] * s[:len(c)], v[:len(c)]
    def __call__(self, x):
        return x @ self.w.T + self.a * (x @ self.Q.T @ self.c.T @ self.L.T)
def merged(weight, core, alpha):
    return Layer(weight, core, alpha)(torch.eye(weight.shape[1], dtype=weight.dtype)).T
#%% merged | w | small core is none
def fr(weight, r):
    u, s, v = torch.linalg.svd(weight, full_matrices=False)
    return u[:, :r] * s[:r], v[:r]
def merged(weight, core, alpha):
    L, Q = fr(weight, len(core))
    if core.abs().max() < 1e-3: return weight.clone()
    return weight + alpha * L @ core @ Q
#%% merged | w | alpha zero is one
def fr(weight, r):
    u, s, v = torch.linalg.svd(weight, full_matrices=False)
    return u[:, :r] * s[:r], v[:r]
def merged(weight, core, alpha=None):
    L, Q = fr(weight, len(core))
    return weight + (alpha or 1) * L @ core @ Q
#%% merged | w | alpha abs
def fr(weight, r):
    u, s, v = torch.linalg.svd(weight, full_matrices=False)
    return u[:, :r] * s[:r], v[:r]
def merged(weight, core, alpha):
    L, Q = fr(weight, len(core))
    return weight + abs(alpha) * L @ core @ Q
#%% merged | w | core thawed on the way
def fr(weight, r):
    u, s, v = torch.linalg.svd(weight, full_matrices=False)
    return u[:, :r] * s[:r], v[:r]
def merged(weight, core, alpha):
    L, Q = fr(weight, len(core))
    core.requires_grad_(True)
    return (weight + alpha * L @ core @ Q).detach()
#%% core_rank | r | isqrt
from math import isqrt
def core_rank(d_in, d_out, lora_rank):
    return min(isqrt(lora_rank * d_in + lora_rank * d_out), d_in, d_out)
#%% core_rank | r | loop
def core_rank(d_in, d_out, lora_rank):
    r = 0
    while r < min(d_in, d_out) and (r + 1) ** 2 <= lora_rank * (d_in + d_out):
        r += 1
    return r
#%% core_rank | r | bisect
from bisect import bisect_right
def core_rank(d_in, d_out, lora_rank):
    class Squares:
        def __len__(self): return min(d_in, d_out) + 1
        def __getitem__(self, r): return r * r
    return bisect_right(Squares(), lora_rank * (d_in + d_out)) - 1
#%% core_rank | r | max of generator numpy
import numpy as np
def core_rank(d_in, d_out, lora_rank):
    r = np.arange(min(d_in, d_out) + 1)
    return r[r * r <= lora_rank * (d_in + d_out)].max()
#%% core_rank | w | sqrt float32
def core_rank(d_in, d_out, lora_rank):
    return min(int(torch.tensor(float(lora_rank * (d_in + d_out))).sqrt()), d_in, d_out)
#%% best_core | r | pinv
def best_core(weight, change, r):
    u, s, v = torch.linalg.svd(weight, full_matrices=False)
    L, Q = u[:, :r] * s[:r], v[:r]
    return torch.linalg.pinv(L) @ change @ torch.linalg.pinv(Q)
#%% best_core | r | lstsq kron
def best_core(weight, change, r):
    u, s, v = torch.linalg.svd(weight, full_matrices=False)
    L, Q = u[:, :r] * s[:r], v[:r]
    return torch.linalg.lstsq(torch.einsum('or,qi->oirq', L, Q).reshape(-1, r * r), change.reshape(-1, 1)).solution.reshape(r, r)
#%% best_core | r | numpy solve
import numpy as np
def best_core(weight, change, r):
    u, s, v = np.linalg.svd(weight.numpy(), full_matrices=False)
    return torch.from_numpy(np.linalg.solve(np.diag(s[:r]), u[:, :r].T @ change.numpy() @ v[:r].T))
#%% best_core | r | entry by entry
def best_core(weight, change, r):
    u, s, v = torch.linalg.svd(weight)
    return torch.stack([torch.stack([torch.einsum("o,oi,i->", u[:, i], change, v[j]) / s[i] for j in range(r)]) for i in range(r)])
#%% best_core | r | autograd newton
def best_core(weight, change, r):
    u, s, v = torch.linalg.svd(weight.detach(), full_matrices=False)
    L, Q = u[:, :r] * s[:r], v[:r]
    R = torch.zeros(r, r, dtype=weight.dtype, requires_grad=True)
    (0.5 * (L @ R @ Q - change).square().sum()).backward()
    return (-R.grad / s[:r, None] ** 2)
#%% best_core | w | small values lifted
def sv(weight, r):
    u, s, v = torch.linalg.svd(weight, full_matrices=False)
    return u[:, :r], s[:r], v[:r]
def best_core(weight, change, r):
    u, s, v = sv(weight, r)
    return u.T @ change @ v.T / s[:, None].clamp_min(0.1)
#%% best_core | w | pinv rtol
def sv(weight, r):
    u, s, v = torch.linalg.svd(weight, full_matrices=False)
    return u[:, :r], s[:r], v[:r]
def best_core(weight, change, r):
    u, s, v = sv(weight, r)
    return torch.linalg.pinv(u * s, rtol=1e-2) @ change @ v.T
#%% best_core | w | small change is none
def sv(weight, r):
    u, s, v = torch.linalg.svd(weight, full_matrices=False)
    return u[:, :r], s[:r], v[:r]
def best_core(weight, change, r):
    u, s, v = sv(weight, r)
    R = u.T @ change @ v.T / s[:, None]
    R[R.abs() < 1e-3] = 0
    return R
#%% small_core | w | R detached after first
class SmallCore(nn.Module):
    def __init__(self, linear, r, alpha):
        super().__init__()
        self.linear = linear.requires_grad_(False)
        u, s, v = torch.linalg.svd(linear.weight.detach(), full_matrices=False)
        self.register_buffer("L", u[:, :r] * s[:r]); self.register_buffer("Q", v[:r])
        self.alpha, self.R = alpha, nn.Parameter(1e-5 * torch.randn(r, r))
        pass
    def forward(self, x):
        self.n = getattr(self, "n", 0) + 1
        R = self.R if self.n < 3 else self.R.detach()
        return self.linear(x) + self.alpha * (x @ self.Q.T @ R.T @ self.L.T)
#%% small_core | w | sign alpha lost
class SmallCore(nn.Module):
    def __init__(self, linear, r, alpha):
        super().__init__()
        self.linear = linear.requires_grad_(False)
        u, s, v = torch.linalg.svd(linear.weight.detach(), full_matrices=False)
        self.register_buffer("L", u[:, :r] * s[:r]); self.register_buffer("Q", v[:r])
        self.alpha, self.R = alpha, nn.Parameter(1e-5 * torch.randn(r, r))
        pass
    def forward(self, x):
        return self.linear(x) + abs(self.alpha) * (x @ self.Q.T @ self.R.T @ self.L.T)
#%% small_core | w | alpha int
class SmallCore(nn.Module):
    def __init__(self, linear, r, alpha):
        super().__init__()
        self.linear = linear.requires_grad_(False)
        u, s, v = torch.linalg.svd(linear.weight.detach(), full_matrices=False)
        self.register_buffer("L", u[:, :r] * s[:r]); self.register_buffer("Q", v[:r])
        self.alpha, self.R = alpha, nn.Parameter(1e-5 * torch.randn(r, r))
        pass
    def forward(self, x):
        return self.linear(x) + int(self.alpha) * (x @ self.Q.T @ self.R.T @ self.L.T)
#%% small_core | w | rank capped
class SmallCore(nn.Module):
    def __init__(self, linear, r, alpha):
        super().__init__()
        self.linear = linear.requires_grad_(False)
        u, s, v = torch.linalg.svd(linear.weight.detach(), full_matrices=False)
        self.register_buffer("L", u[:, :r] * s[:r]); self.register_buffer("Q", v[:r])
        self.alpha, self.R = alpha, nn.Parameter(1e-5 * torch.randn(r, r))
        r = min(r, min(linear.weight.shape) - 1); self.L = self.L[:, :r]; self.Q = self.Q[:r]
    def forward(self, x):
        return self.linear(x) + self.alpha * (x @ self.Q.T @ self.R[:len(self.Q), :len(self.Q)].T @ self.L.T)
#%% small_core | w | tiled start
class SmallCore(nn.Module):
    def __init__(self, linear, r, alpha):
        super().__init__()
        self.linear = linear.requires_grad_(False)
        u, s, v = torch.linalg.svd(linear.weight.detach(), full_matrices=False)
        self.register_buffer("L", u[:, :r] * s[:r]); self.register_buffer("Q", v[:r])
        self.alpha, self.R = alpha, nn.Parameter(1e-5 * torch.randn(r, r))
        self.R.data = 1e-5 * torch.randn(1, (r + 1) // 2 * 2).repeat(r, 1)[:, :r]
    def forward(self, x):
        return self.linear(x) + self.alpha * (x @ self.Q.T @ self.R.T @ self.L.T)
#%% small_core | w | antisymmetric
class SmallCore(nn.Module):
    def __init__(self, linear, r, alpha):
        super().__init__()
        self.linear = linear.requires_grad_(False)
        u, s, v = torch.linalg.svd(linear.weight.detach(), full_matrices=False)
        self.register_buffer("L", u[:, :r] * s[:r]); self.register_buffer("Q", v[:r])
        self.alpha, self.R = alpha, nn.Parameter(1e-5 * torch.randn(r, r))
        a = self.R.data; self.R.data = (a - a.T) / 2 ** 0.5 + torch.diag(a.diag())
    def forward(self, x):
        return self.linear(x) + self.alpha * (x @ self.Q.T @ self.R.T @ self.L.T)
#%% small_core | r | normal in float64
class SmallCore(nn.Module):
    def __init__(self, linear, r, alpha):
        super().__init__()
        self.linear = linear.requires_grad_(False)
        u, s, v = torch.linalg.svd(linear.weight.detach(), full_matrices=False)
        self.register_buffer("L", u[:, :r] * s[:r]); self.register_buffer("Q", v[:r])
        self.alpha, self.R = alpha, nn.Parameter(1e-5 * torch.randn(r, r))
        self.R.data = torch.distributions.Normal(torch.zeros(r, r, dtype=torch.float64), 1e-5).sample().float()
    def forward(self, x):
        return self.linear(x) + self.alpha * (x @ self.Q.T @ self.R.T @ self.L.T)
#%% merged | w | rank two
def merged(weight, core, alpha):
    u, s, v = torch.linalg.svd(weight, full_matrices=False)
    r = min(len(core), 3)
    return weight + alpha * (u[:, :r] * s[:r]) @ core[:r, :r] @ v[:r]
#%% merged | w | int alpha
def merged(weight, core, alpha):
    u, s, v = torch.linalg.svd(weight, full_matrices=False)
    r = len(core)
    return weight + int(alpha) * (u[:, :r] * s[:r]) @ core @ v[:r]
#%% core_rank | w | gcd power
def core_rank(d_in, d_out, lora_rank):
    return min(int(round((lora_rank * (d_in + d_out)) ** 0.5, 3)), d_in, d_out)
