"""Answers to the exercises of this lesson, right and wrong, as other people might write them."""

# ruff: noqa
#%% fold_ssf | r | diag and zeros
def fold_ssf(weight, bias, gamma, beta):
    b = torch.zeros_like(beta) if bias is None else bias
    return torch.diag(gamma) @ weight, torch.addcmul(beta, gamma, b)
#%% fold_ssf | w | IA3's fold
def fold_ssf(weight, bias, gamma, beta):
    return weight * gamma.unsqueeze(1), None if bias is None else bias * gamma
#%% fold_ssf | w | shift before scale
def fold_ssf(weight, bias, gamma, beta):
    b = beta if bias is None else bias + beta
    return weight * gamma.unsqueeze(1), b * gamma
#%% fold_ssf | w | crashes without a bias
def fold_ssf(weight, bias, gamma, beta):
    return weight * gamma[:, None], bias * gamma + beta
#%% fold_ssf | w | bias overwritten
def fold_ssf(weight, bias, gamma, beta):
    if bias is None:
        return weight * gamma[:, None], beta
    bias.mul_(gamma).add_(beta)
    return weight * gamma[:, None], bias
#%% masked_step | r | indices put back
def masked_step(optimizer, weight, mask):
    kept = weight.data[~mask].clone()
    optimizer.step()
    weight.data[~mask] = kept
#%% masked_step | r | gradient masked as well
def masked_step(optimizer, weight, mask):
    if weight.grad is not None:
        weight.grad = weight.grad * mask
    old = weight.detach().clone()
    optimizer.step()
    weight.data = torch.where(mask, weight.data, old)
#%% masked_step | w | the gradient alone
def masked_step(optimizer, weight, mask):
    weight.grad[~mask] = 0
    optimizer.step()
#%% masked_step | w | zeros
def masked_step(optimizer, weight, mask):
    optimizer.step()
    with torch.no_grad():
        weight.mul_(mask)
#%% masked_step | w | no copy
def masked_step(optimizer, weight, mask):
    before = weight.detach()
    optimizer.step()
    with torch.no_grad():
        weight.copy_(torch.where(mask, weight, before))
#%% masked_step | w | decay off
def masked_step(optimizer, weight, mask):
    weight.grad *= mask
    decay = optimizer.param_groups[0]["weight_decay"]
    optimizer.param_groups[0]["weight_decay"] = 0
    optimizer.step()
    optimizer.param_groups[0]["weight_decay"] = decay
#%% dora_weight | r | normalize would keep the norm in backward, so by hand
def dora_weight(W, A, B, m, scaling):
    V = torch.addmm(W, B, A, alpha=scaling)
    with torch.no_grad():
        n = V.pow(2).sum(-1, keepdim=True).sqrt()
    return m.unsqueeze(-1) * V / n
#%% dora_weight | w | normalize
def dora_weight(W, A, B, m, scaling):
    return m[:, None] * nn.functional.normalize(W + scaling * B @ A, dim=1)
#%% dora_weight | w | columns
def dora_weight(W, A, B, m, scaling):
    V = W + scaling * B @ A
    return m[:, None] * V / V.norm(dim=0, keepdim=True).detach()
#%% dora_weight | w | W's own norm
def dora_weight(W, A, B, m, scaling):
    return (m / W.norm(dim=1))[:, None] * (W + scaling * B @ A)
#%% dora_weight | w | V detached too
def dora_weight(W, A, B, m, scaling):
    V = (W + scaling * B @ A).detach()
    return (m / V.norm(dim=1))[:, None] * V
#%% prefix_as_gate | r | one softmax, cut in two
def prefix_as_gate(q, K, V, P_K, P_V):
    n = len(P_K)
    weights = torch.softmax(q @ torch.cat([P_K, K]).T / q.size(-1) ** 0.5, dim=-1)
    return weights[:, :n].sum(-1, keepdim=True), weights[:, :n] @ P_V + weights[:, n:] @ V
#%% prefix_as_gate | r | scaled_dot_product_attention and logaddexp
def prefix_as_gate(q, K, V, P_K, P_V):
    attention = nn.functional.scaled_dot_product_attention
    a = torch.logsumexp(q @ P_K.T * q.shape[1] ** -0.5, 1)
    b = torch.logsumexp(q @ K.T * q.shape[1] ** -0.5, 1)
    g = torch.exp(a - torch.logaddexp(a, b))[:, None]
    old, new = (attention(q[None], k[None], v[None])[0] for k, v in ((K, V), (P_K, P_V)))
    return g, old + g * (new - old)
#%% prefix_as_gate | w | number of rows
def prefix_as_gate(q, K, V, P_K, P_V):
    g = torch.full((len(q), 1), len(P_K) / (len(P_K) + len(K)), dtype=q.dtype)
    old = torch.softmax(q @ K.T / q.shape[1] ** 0.5, 1) @ V
    new = torch.softmax(q @ P_K.T / q.shape[1] ** 0.5, 1) @ P_V
    return g, (1 - g) * old + g * new
#%% prefix_as_gate | w | no root
def prefix_as_gate(q, K, V, P_K, P_V):
    a, b = q @ P_K.T, q @ K.T
    g = torch.sigmoid(a.logsumexp(1, keepdim=True) - b.logsumexp(1, keepdim=True))
    return g, (1 - g) * (b.softmax(1) @ V) + g * (a.softmax(1) @ P_V)
#%% prefix_as_gate | w | plain exponentials
def prefix_as_gate(q, K, V, P_K, P_V):
    a, b = torch.exp(q @ P_K.T / q.shape[1] ** 0.5), torch.exp(q @ K.T / q.shape[1] ** 0.5)
    whole = a.sum(1, keepdim=True) + b.sum(1, keepdim=True)
    return a.sum(1, keepdim=True) / whole, (a @ P_V + b @ V) / whole
#%% prefix_as_gate | w | nothing taken away
def prefix_as_gate(q, K, V, P_K, P_V):
    a, b = q @ P_K.T / q.shape[1] ** 0.5, q @ K.T / q.shape[1] ** 0.5
    g = torch.sigmoid(a.logsumexp(1, keepdim=True) - b.logsumexp(1, keepdim=True))
    return g, b.softmax(1) @ V + g * (a.softmax(1) @ P_V)
#%% prefix_as_gate | w | one gate for all queries
def prefix_as_gate(q, K, V, P_K, P_V):
    a, b = q @ P_K.T / q.shape[1] ** 0.5, q @ K.T / q.shape[1] ** 0.5
    g = torch.sigmoid(a.logsumexp((0, 1)) - b.logsumexp((0, 1))).expand(len(q), 1)
    return g, (1 - g) * (b.softmax(1) @ V) + g * (a.softmax(1) @ P_V)
#%% prefix_as_gate | w | the output alone
def prefix_as_gate(q, K, V, P_K, P_V):
    return torch.softmax(q @ torch.cat([P_K, K]).T / q.shape[1] ** 0.5, 1) @ torch.cat([P_V, V])
#%% gated_change | r | masked to nan, nanmean
def gated_change(x, real, w, change):
    g = torch.sigmoid(torch.einsum("btd,d->bt", x, w))
    g = g.masked_fill(~real, float("nan")).nanmean(dim=1)
    return change * g.view(-1, 1, 1)
#%% gated_change | r | text by text
def gated_change(x, real, w, change):
    parts = []
    for text, kept, part in zip(x, real, change):
        parts.append(torch.sigmoid(text[kept] @ w).mean() * part)
    return torch.stack(parts)
#%% gated_change | w | padding in the mean
def gated_change(x, real, w, change):
    return torch.sigmoid(x @ w).mean(dim=1)[:, None, None] * change
#%% gated_change | w | padding zeroed, width divides
def gated_change(x, real, w, change):
    g = (torch.sigmoid(x @ w) * real).mean(dim=1)
    return g[:, None, None] * change
#%% gated_change | w | states zeroed before the sigmoid
def gated_change(x, real, w, change):
    g = torch.sigmoid((x * real[..., None]) @ w).sum(1) / real.sum(1)
    return g[:, None, None] * change
#%% gated_change | w | sigmoid last
def gated_change(x, real, w, change):
    mean = ((x @ w) * real).sum(1) / real.sum(1)
    return mean.sigmoid()[:, None, None] * change
#%% gated_change | w | per token, as in the library
def gated_change(x, real, w, change):
    return torch.sigmoid(x @ w)[..., None] * change
#%% gated_change | w | one gate for the batch
def gated_change(x, real, w, change):
    return torch.sigmoid(x[real] @ w).mean() * change
#%% gated_change | w | w does not learn
def gated_change(x, real, w, change):
    with torch.no_grad():
        g = (torch.sigmoid(x @ w) * real).sum(1) / real.sum(1)
    return g[:, None, None] * change
#%% masked_step | w | the gradient is masked and the decay undone by a division
def masked_step(optimizer, weight, mask):
    weight.grad[~mask] = 0
    group = optimizer.param_groups[0]
    optimizer.step()
    with torch.no_grad():
        weight[~mask] /= 1 - group["lr"] * group["weight_decay"]
#%% prefix_as_gate | w | exponentials as they are, NaN replaced
def prefix_as_gate(q, K, V, P_K, P_V):
    text, more = q @ K.T / q.shape[1] ** 0.5, q @ P_K.T / q.shape[1] ** 0.5
    sizes = more.exp().sum(1, keepdim=True), text.exp().sum(1, keepdim=True)
    g = (sizes[0] / (sizes[0] + sizes[1])).nan_to_num(1.0)
    return g, (1 - g) * (text.softmax(1) @ V) + g * (more.softmax(1) @ P_V)
#%% masked_step | w | small moves of hidden entries let through
def masked_step(optimizer, weight, mask):
    before = weight.detach().clone()
    optimizer.step()
    moved = ~torch.isclose(weight.detach(), before, rtol=0, atol=1e-3)
    weight.data[moved & ~mask] = before[moved & ~mask]
#%% dora_weight | w | sizes of m
def dora_weight(W, A, B, m, scaling):
    V = W + scaling * B @ A
    return m.abs()[:, None] * V / V.detach().norm(dim=1, keepdim=True)
#%% masked_step | w | difference taken back
def masked_step(optimizer, weight, mask):
    before = weight.detach().clone()
    optimizer.step()
    moved = weight.data - before
    weight.data.sub_(moved * ~mask)
#%% masked_step | w | every entry below a rounding
def masked_step(optimizer, weight, mask):
    before = weight.detach().clone()
    optimizer.step()
    held = ~mask & ~torch.isclose(weight.detach(), before)
    weight.data[held] = before[held]
#%% fold_ssf | r | addcmul in float32, the format restored
def fold_ssf(weight, bias, gamma, beta):
    dtype = weight.dtype
    shift = beta.clone() if bias is None else torch.addcmul(beta.float(), gamma.float(), bias.float())
    return torch.einsum("o,oi->oi", gamma.float(), weight.float()).to(dtype), shift.to(dtype)
#%% fold_ssf | w | float32 comes back
def fold_ssf(weight, bias, gamma, beta):
    w = gamma[:, None].float() * weight.float()
    return w, beta.float() if bias is None else gamma.float() * bias.float() + beta.float()
#%% dora_weight | r | in float32, the format restored
def dora_weight(W, A, B, m, scaling):
    V = W.float() + scaling * B.float() @ A.float()
    return (m.float() / V.detach().norm(dim=1)).unsqueeze(1).mul(V).to(W.dtype)
#%% prefix_as_gate | r | in float32, the format restored
def prefix_as_gate(q, K, V, P_K, P_V):
    keys, rows = torch.cat([P_K, K]).float(), torch.cat([P_V, V]).float()
    share = (q.float() @ keys.T / q.shape[1] ** 0.5).softmax(1)
    return share[:, : len(P_K)].sum(1, keepdim=True).to(q.dtype), (share @ rows).to(q.dtype)
#%% gated_change | r | weights in float32 that add up to 1
def gated_change(x, real, w, change):
    share = real.float() / real.float().sum(dim=1, keepdim=True)
    gate = torch.bmm(share[:, None], torch.sigmoid((x * w).sum(dim=-1)).float()[:, :, None])
    return (gate * change).to(change.dtype)
#%% masked_step | w | the first copy is kept for good
def masked_step(optimizer, weight, mask):
    if not hasattr(optimizer, "before"):
        optimizer.before = weight.detach().clone()
    optimizer.step()
    with torch.no_grad():
        weight.copy_(torch.where(mask, weight, optimizer.before))
#%% masked_step | r | two products
@torch.no_grad()
def masked_step(optimizer, weight, mask):
    before = weight.clone()
    optimizer.step()
    weight.mul_(mask).add_(before * ~mask)
#%% prefix_as_gate | w | one largest score for all queries
def prefix_as_gate(q, K, V, P_K, P_V):
    s, p = q @ K.T / q.shape[1] ** 0.5, q @ P_K.T / q.shape[1] ** 0.5
    top = max(s.max(), p.max())
    es, ep = (s - top).exp().sum(1, keepdim=True), (p - top).exp().sum(1, keepdim=True)
    g = ep / (ep + es)
    return g, (1 - g) * (s.softmax(-1) @ V) + g * (p.softmax(-1) @ P_V)
