"""Answers to the exercises of this lesson, right and wrong, as other people might write them."""


# ruff: noqa
# %% fold_ssf | r | diag and zeros
def fold_ssf(weight, bias, gamma, beta):
    b = torch.zeros_like(beta) if bias is None else bias
    return torch.diag(gamma) @ weight, torch.addcmul(beta, gamma, b)


# %% fold_ssf | w | IA3's fold
def fold_ssf(weight, bias, gamma, beta):
    return weight * gamma.unsqueeze(1), None if bias is None else bias * gamma


# %% fold_ssf | w | shift before scale
def fold_ssf(weight, bias, gamma, beta):
    b = beta if bias is None else bias + beta
    return weight * gamma.unsqueeze(1), b * gamma


# %% fold_ssf | w | crashes without a bias
def fold_ssf(weight, bias, gamma, beta):
    return weight * gamma[:, None], bias * gamma + beta


# %% fold_ssf | w | bias overwritten
def fold_ssf(weight, bias, gamma, beta):
    if bias is None:
        return weight * gamma[:, None], beta
    bias.mul_(gamma).add_(beta)
    return weight * gamma[:, None], bias


# %% masked_step | r | indices put back
def masked_step(optimizer, weight, mask):
    kept = weight.data[~mask].clone()
    optimizer.step()
    weight.data[~mask] = kept


# %% masked_step | r | gradient masked as well
def masked_step(optimizer, weight, mask):
    if weight.grad is not None:
        weight.grad = weight.grad * mask
    old = weight.detach().clone()
    optimizer.step()
    weight.data = torch.where(mask, weight.data, old)


# %% masked_step | w | the gradient alone
def masked_step(optimizer, weight, mask):
    weight.grad[~mask] = 0
    optimizer.step()


# %% masked_step | w | zeros
def masked_step(optimizer, weight, mask):
    optimizer.step()
    with torch.no_grad():
        weight.mul_(mask)


# %% masked_step | w | no copy
def masked_step(optimizer, weight, mask):
    before = weight.detach()
    optimizer.step()
    with torch.no_grad():
        weight.copy_(torch.where(mask, weight, before))


# %% masked_step | w | decay off
def masked_step(optimizer, weight, mask):
    weight.grad *= mask
    decay = optimizer.param_groups[0]["weight_decay"]
    optimizer.param_groups[0]["weight_decay"] = 0
    optimizer.step()
    optimizer.param_groups[0]["weight_decay"] = decay


# %% dora_weight | r | normalize would keep the norm in backward, so by hand
def dora_weight(W, A, B, m, scaling):
    V = torch.addmm(W, B, A, alpha=scaling)
    with torch.no_grad():
        n = V.pow(2).sum(-1, keepdim=True).sqrt()
    return m.unsqueeze(-1) * V / n


# %% dora_weight | w | normalize
def dora_weight(W, A, B, m, scaling):
    return m[:, None] * nn.functional.normalize(W + scaling * B @ A, dim=1)


# %% dora_weight | w | columns
def dora_weight(W, A, B, m, scaling):
    V = W + scaling * B @ A
    return m[:, None] * V / V.norm(dim=0, keepdim=True).detach()


# %% dora_weight | w | W's own norm
def dora_weight(W, A, B, m, scaling):
    return (m / W.norm(dim=1))[:, None] * (W + scaling * B @ A)


# %% dora_weight | w | V detached too
def dora_weight(W, A, B, m, scaling):
    V = (W + scaling * B @ A).detach()
    return (m / V.norm(dim=1))[:, None] * V
