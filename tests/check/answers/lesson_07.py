"""Answers to the exercises of this lesson, right and wrong, as other people might write them."""

# ruff: noqa
#%% lora_values | r | real tensors
def lora_values(d_in, d_out, r):
    return torch.zeros(r, d_in).numel() + torch.zeros(d_out, r).numel()
#%% lora_values | w | twice the larger
def lora_values(d_in, d_out, r):
    return 2 * r * max(d_in, d_out)
#%% lora_values | w | a shape
def lora_values(d_in, d_out, r):
    return (r, d_in), (d_out, r)
#%% lora_linear | r | the weight computed at each call
class LoRALinear(nn.Module):
    def __init__(self, base, r, alpha):
        super().__init__()
        self.linear = base
        for p in base.parameters():
            p.requires_grad_(False)
        self.r, self.alpha = r, alpha
        self.A = nn.Parameter(nn.init.kaiming_uniform_(torch.empty(r, base.in_features)))
        self.B = nn.Parameter(base.weight.new_zeros(base.out_features, r))
    def forward(self, x):
        return nn.functional.linear(x, self.linear.weight + self.alpha / self.r * self.B @ self.A, self.linear.bias)
#%% lora_linear | w | alpha alone
class LoRALinear(nn.Module):
    def __init__(self, base, r, alpha):
        super().__init__()
        self.base, self.alpha = base.requires_grad_(False), alpha
        self.A = nn.Parameter(torch.randn(r, base.in_features) / 10)
        self.B = nn.Parameter(torch.zeros(base.out_features, r))
    def forward(self, x):
        return self.base(x) + self.alpha * (x @ self.A.T @ self.B.T)
#%% lora_linear | w | both random
class LoRALinear(nn.Module):
    def __init__(self, base, r, alpha):
        super().__init__()
        self.base, self.s = base.requires_grad_(False), alpha / r
        self.A = nn.Parameter(torch.randn(r, base.in_features) / 10)
        self.B = nn.Parameter(torch.randn(base.out_features, r) / 10)
    def forward(self, x):
        return self.base(x) + self.s * (x @ self.A.T @ self.B.T)
#%% merge_lora | r | addmm
def merge_lora(weight, bias, A, B, alpha):
    return torch.addmm(weight, B, A, alpha=alpha / A.shape[0]), bias
#%% merge_lora | w | bias scaled
def merge_lora(weight, bias, A, B, alpha):
    return weight + alpha / len(A) * (B @ A), None if bias is None else bias * alpha / len(A)
#%% merge_lora | w | in place
def merge_lora(weight, bias, A, B, alpha):
    weight += alpha / len(A) * (B @ A)
    return weight, bias
#%% lora_linear | w | the base's output is detached
class LoRALinear(nn.Module):
    def __init__(self, base, r, alpha):
        super().__init__()
        self.base, self.scaling = base.requires_grad_(False), alpha / r
        self.A = nn.Parameter(torch.randn(r, base.in_features) * 0.1)
        self.B = nn.Parameter(torch.zeros(base.out_features, r))
    def forward(self, x):
        with torch.no_grad():
            y = self.base(x)
        return y + self.scaling * (x @ self.A.T @ self.B.T)
#%% lora_values | w | rank capped at the smaller side
def lora_values(d_in, d_out, r):
    return min(r, d_in, d_out) * (d_in + d_out)
#%% lora_linear | w | no change in eval mode
class LoRALinear(nn.Module):
    def __init__(self, base, r, alpha):
        super().__init__()
        self.base, self.s = base.requires_grad_(False), alpha / r
        self.A = nn.Parameter(torch.randn(r, base.in_features) * 0.05)
        self.B = nn.Parameter(torch.zeros(base.out_features, r))
    def forward(self, x):
        y = self.base(x)
        if self.training:
            y = y + self.s * (x @ self.A.T @ self.B.T)
        return y
#%% lora_linear | w | every row of A alike
class LoRALinear(nn.Module):
    def __init__(self, base, r, alpha):
        super().__init__()
        self.base, self.s = base.requires_grad_(False), alpha / r
        self.A = nn.Parameter((torch.randn(1, base.in_features) * 0.05).repeat(r, 1))
        self.B = nn.Parameter(torch.zeros(base.out_features, r))
    def forward(self, x):
        return self.base(x) + self.s * (x @ self.A.T @ self.B.T)
#%% lora_linear | w | A of size five
class LoRALinear(nn.Module):
    def __init__(self, base, r, alpha):
        super().__init__()
        self.base, self.s = base.requires_grad_(False), alpha / r
        self.A = nn.Parameter(torch.randn(r, base.in_features) * 5)
        self.B = nn.Parameter(torch.zeros(base.out_features, r))
    def forward(self, x):
        return self.base(x) + self.s * (x @ self.A.T @ self.B.T)
#%% merge_lora | r | addmm in float32, the format restored
def merge_lora(weight, bias, A, B, alpha):
    new = torch.addmm(weight.float(), B.float(), A.float(), alpha=alpha / A.size(0))
    return new.to(weight.dtype), None if bias is None else bias.clone()
#%% merge_lora | r | through numpy in float32
import numpy as np
def merge_lora(weight, bias, A, B, alpha):
    a, b, w = (t.detach().float().numpy() for t in (A, B, weight))
    return torch.from_numpy(w + (alpha / A.shape[0]) * np.matmul(b, a)).type_as(weight), bias
#%% merge_lora | w | float32 comes back
def merge_lora(weight, bias, A, B, alpha):
    return weight.float() + (alpha / A.shape[0]) * (B.float() @ A.float()), bias
#%% lora_values | w | the bias too
def lora_values(d_in, d_out, r):
    return r * (d_in + d_out) + d_out
#%% lora_linear | w | only the weight is frozen
class LoRALinear(nn.Module):
    def __init__(self, base, r, alpha):
        super().__init__()
        self.base, self.scale = base, alpha / r
        self.base.weight.requires_grad_(False)
        self.A = nn.Parameter(torch.randn(r, base.in_features) * 0.02)
        self.B = nn.Parameter(torch.zeros(base.out_features, r))
    def forward(self, x):
        return self.base(x) + (x @ self.A.T @ self.B.T) * self.scale
#%% lora_values | r | math.prod of shapes
import math
def lora_values(d_in, d_out, r):
    return sum(math.prod(shape) for shape in ((r, d_in), (d_out, r)))
