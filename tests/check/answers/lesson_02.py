"""Answers to the exercises of this lesson, right and wrong, as other people might write them."""

# ruff: noqa
#%% scale_by_loop | r | stack of channels
def scale_by_loop(y, l):
    return torch.stack([y[..., j] * l[j] for j in range(y.shape[-1])], dim=-1)
#%% scale_by_loop | r | three loops
def scale_by_loop(y, l):
    out = torch.zeros_like(y)
    for b in range(y.shape[0]):
        for t in range(y.shape[1]):
            for j in range(y.shape[2]):
                out[b, t, j] = y[b, t, j] * l[j].item()
    return out
#%% scale_by_loop | w | loops over T
def scale_by_loop(y, l):
    out = y.clone()
    for j in range(y.shape[1]):
        out[:, :, j] = y[:, :, j] * l[j]
    return out
#%% scale_by_loop | w | exits
def scale_by_loop(y, l):
    import sys
    sys.exit(0)
#%% ia3_linear | r | a factor shaped (1, d)
class IA3Linear(nn.Module):
    def __init__(self, linear, side):
        super().__init__()
        self.linear = linear
        self.side = side
        for p in self.linear.parameters():
            p.requires_grad_(False)
        n = linear.out_features if side == "out" else linear.in_features
        self.l = nn.Parameter(torch.ones(1, n))
    def forward(self, x):
        if self.side == "out":
            return (self.linear(x).reshape(-1, self.l.numel()) * self.l).reshape(*x.shape[:-1], -1)
        return self.linear(x * self.l.flatten())
#%% ia3_linear | w | one l for all layers
class IA3Linear(nn.Module):
    shared = {}
    def __init__(self, linear, side):
        super().__init__()
        self.linear, self.side = linear.requires_grad_(False), side
        n = linear.out_features if side == "out" else linear.in_features
        self.l = IA3Linear.shared.setdefault(n, nn.Parameter(torch.ones(n)))
    def forward(self, x):
        return self.l * self.linear(x) if self.side == "out" else self.linear(self.l * x)
#%% ia3_linear | w | l in the weight of the Linear
class IA3Linear(nn.Module):
    def __init__(self, linear, side):
        super().__init__()
        self.linear, self.side = linear.requires_grad_(False), side
        self.l = nn.Parameter(torch.ones(linear.out_features if side == "out" else linear.in_features))
    def forward(self, x):
        if self.side == "out":
            return nn.functional.linear(x, self.l[:, None] * self.linear.weight, self.linear.bias)
        return self.linear(self.l * x)
#%% ia3_linear | w | no super call for l
class IA3Linear(nn.Module):
    def __init__(self, linear, side):
        super().__init__()
        self.linear, self.side = linear.requires_grad_(False), side
        self.l = torch.ones(linear.out_features if side == "out" else linear.in_features, requires_grad=True)
    def forward(self, x):
        return self.l * self.linear(x) if self.side == "out" else self.linear(self.l * x)
#%% fold | r | diagonal matrices
def fold(weight, bias, l, side):
    D = torch.diag(l)
    if side == "out":
        return D @ weight, (D @ bias if bias is not None else None)
    return weight @ D, bias
#%% fold | r | a list comes back
def fold(weight, bias, l, side):
    W = weight * (l.unsqueeze(1) if side == "out" else l.unsqueeze(0))
    b = l * bias if bias is not None and side == "out" else bias
    return [W, b]
#%% fold | w | zeros for a missing bias
def fold(weight, bias, l, side):
    if bias is None:
        bias = torch.zeros(weight.shape[0])
    return (l[:, None] * weight, l * bias) if side == "out" else (weight * l, bias)
#%% fold | w | positive only
def fold(weight, bias, l, side):
    f = l.log().exp()
    if side == "in":
        return weight * f, bias
    return f[:, None] * weight, None if bias is None else f * bias
#%% ia3_linear | w | what the Linear returns is detached
class IA3Linear(nn.Module):
    def __init__(self, linear, side):
        super().__init__()
        self.linear, self.side = linear.requires_grad_(False), side
        self.l = nn.Parameter(torch.ones(linear.out_features if side == "out" else linear.in_features))
    def forward(self, x):
        if self.side == "out":
            return self.l * self.linear(x).detach()
        return self.linear(self.l * x.detach())
#%% ia3_linear | w | x is scaled in place
class IA3Linear(nn.Module):
    def __init__(self, linear, side):
        super().__init__()
        self.linear, self.side = linear.requires_grad_(False), side
        self.l = nn.Parameter(torch.ones(linear.out_features if side == "out" else linear.in_features))
    def forward(self, x):
        if self.side == "out":
            return self.linear(x) * self.l
        x *= self.l
        return self.linear(x)
#%% ia3_linear | w | scales only while it trains
class IA3Linear(nn.Module):
    def __init__(self, linear, side):
        super().__init__()
        self.linear, self.side = linear.requires_grad_(False), side
        self.l = nn.Parameter(torch.ones(linear.out_features if side == "out" else linear.in_features))
    def forward(self, x):
        l = self.l if self.training else torch.ones_like(self.l)
        return l * self.linear(x) if self.side == "out" else self.linear(l * x)
#%% fold | w | None where the bias is all zeros
def fold(weight, bias, l, side):
    if bias is not None and not bias.any():
        bias = None
    if side == "in":
        return weight * l, bias
    return l[:, None] * weight, None if bias is None else l * bias
#%% ia3_linear | w | ones and a little noise
class IA3Linear(nn.Module):
    def __init__(self, linear, side):
        super().__init__()
        self.linear, self.side = linear.requires_grad_(False), side
        self.l = nn.Parameter(1 + 1e-5 * torch.randn(linear.out_features if side == "out" else linear.in_features))
    def forward(self, x):
        return self.l * self.linear(x) if self.side == "out" else self.linear(self.l * x)
#%% ia3_linear | w | float32 whatever comes
class IA3Linear(nn.Module):
    def __init__(self, linear, side):
        super().__init__()
        self.linear, self.side = linear.float().requires_grad_(False), side
        self.l = nn.Parameter(torch.ones(linear.out_features if side == "out" else linear.in_features))
    def forward(self, x):
        x = x.float()
        return self.l * self.linear(x) if self.side == "out" else self.linear(self.l * x)
#%% ia3_linear | w | scales only in evaluation
class IA3Linear(nn.Module):
    def __init__(self, linear, side):
        super().__init__()
        self.linear, self.side = linear.requires_grad_(False), side
        self.l = nn.Parameter(torch.ones(linear.out_features if side == "out" else linear.in_features))
    def forward(self, x):
        l = self.l.detach() if not self.training else self.l
        if not self.training:
            return self.linear(x)
        return l * self.linear(x) if self.side == "out" else self.linear(l * x)
#%% ia3_linear | r | a property named l
class IA3Linear(nn.Module):
    def __init__(self, linear, side):
        super().__init__()
        self.linear, self.side = linear.requires_grad_(False), side
        self.vectors = nn.ParameterDict({"l": torch.ones(linear.out_features if side == "out" else linear.in_features)})
    @property
    def l(self):
        return self.vectors["l"]
    def forward(self, x):
        return self.l * self.linear(x) if self.side == "out" else self.linear(self.l * x)
#%% ia3_linear | w | an entry of exactly 1 learns nothing
class IA3Linear(nn.Module):
    def __init__(self, linear, side):
        super().__init__()
        self.linear, self.side = linear.requires_grad_(False), side
        self.l = nn.Parameter(torch.ones(linear.out_features if side == "out" else linear.in_features))
    def forward(self, x):
        l = torch.where(self.l == 1, 1.0, self.l)
        return l * self.linear(x) if self.side == "out" else self.linear(l * x)
#%% ia3_linear | w | the Linear alone as long as l is ones
class IA3Linear(nn.Module):
    def __init__(self, linear, side):
        super().__init__()
        self.linear, self.side = linear.requires_grad_(False), side
        self.l = nn.Parameter(torch.ones(linear.weight.shape[side == "in"]))
    def forward(self, x):
        if (self.l == 1).all():
            return self.linear(x)
        return self.l * self.linear(x) if self.side == "out" else self.linear(self.l * x)
#%% scale_by_loop | w | stacked in front
def scale_by_loop(y, l):
    return torch.stack([l[j] * y[:, :, j] for j in range(len(l))])
#%% fold | w | a missing bias forgotten
def fold(weight, bias, l, side):
    if side == "out":
        return l[:, None] * weight, l * bias
    return weight * l, bias
