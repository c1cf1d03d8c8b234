"""Answers to the exercises of this lesson, right and wrong, as other people might write them."""

# ruff: noqa
#%% fused_scale | r | concatenated head by head
def fused_scale(l_k, l_v, n_heads):
    parts = []
    for k, v in zip(l_k.chunk(n_heads), l_v.chunk(n_heads)):
        parts += [torch.ones_like(k), k, v]
    return torch.cat(parts)
#%% fused_scale | w | thirds
def fused_scale(l_k, l_v, n_heads):
    return torch.cat([torch.ones_like(l_k), l_k, l_v])
#%% fused_scale | w | heads of five
def fused_scale(l_k, l_v, n_heads):
    k, v = l_k.view(-1, 5), l_v.view(-1, 5)
    return torch.stack([torch.ones_like(k), k, v], 1).flatten()
#%% fused_scale | w | numbers copied out
def fused_scale(l_k, l_v, n_heads):
    d = len(l_k) // n_heads
    out = []
    for h in range(n_heads):
        out += [1.0] * d + l_k[h * d:(h + 1) * d].tolist() + l_v[h * d:(h + 1) * d].tolist()
    return torch.tensor(out)
#%% fold_queries | r | a copy written to through a view
def fold_queries(l, n_heads):
    new = l.clone()
    view = new.view(n_heads, 3, -1)
    view[:, 1] *= view[:, 0]
    view[:, 0] = 1
    return new
#%% fold_queries | w | keys into queries
def fold_queries(l, n_heads):
    q, k, v = l.view(n_heads, 3, -1).unbind(1)
    return torch.stack([q * k, torch.ones_like(k), v], 1).flatten()
#%% fold_queries | w | geometric mean
def fold_queries(l, n_heads):
    q, k, v = l.view(n_heads, 3, -1).unbind(1)
    return torch.stack([torch.ones_like(q), (q * k) ** 0.5, v], 1).flatten()
#%% fused_scale | w | heads and channels of a head exchanged
def fused_scale(l_k, l_v, n_heads):
    k, v = l_k.view(-1, n_heads), l_v.view(-1, n_heads)
    return torch.stack([torch.ones_like(k), k, v], dim=1).flatten()
#%% fold_queries | w | read head by head, laid in thirds
def fold_queries(l, n_heads):
    q, k, v = l.view(n_heads, 3, -1).unbind(dim=1)
    return torch.stack([torch.ones_like(q), q * k, v]).flatten()
