"""Answers to the exercises of this lesson, right and wrong, as other people might write them."""

# ruff: noqa
#%% merge_linear | r | state dict
def merge_linear(linear, l, side):
    f = l.unsqueeze(1) if side == "out" else l.unsqueeze(0)
    new = nn.Linear(linear.in_features, linear.out_features, bias=linear.bias is not None, dtype=linear.weight.dtype)
    state = {"weight": (linear.weight.float() * f).to(linear.weight.dtype)}
    if linear.bias is not None:
        state["bias"] = (linear.bias.float() * l if side == "out" else linear.bias).to(linear.bias.dtype)
    new.load_state_dict(state)
    return new
#%% merge_linear | w | always a bias
def merge_linear(linear, l, side):
    new = nn.Linear(linear.in_features, linear.out_features).to(linear.weight.dtype)
    new.weight.data.copy_(linear.weight.float() * (l[:, None] if side == "out" else l))
    if linear.bias is not None:
        new.bias.data.copy_(linear.bias.float() * (l if side == "out" else 1))
    else:
        new.bias.data.zero_()
    return new
#%% merge_linear | w | shares the bias
def merge_linear(linear, l, side):
    new = nn.Linear(linear.in_features, linear.out_features, bias=linear.bias is not None).to(linear.weight.dtype)
    new.weight.data.copy_(linear.weight.float() * (l[:, None] if side == "out" else l))
    if linear.bias is not None:
        new.bias.data = (linear.bias.float() * l).to(linear.weight.dtype) if side == "out" else linear.bias.data
    return new
#%% merge_with_undo | r | copies in a dict
def merge_with_undo(linear, l):
    kept = {name: p.detach().clone() for name, p in linear.named_parameters()}
    with torch.no_grad():
        linear.weight.copy_(torch.diag(l) @ linear.weight.float() if l.isfinite().all() else linear.weight * l[:, None])
        linear.bias.copy_(linear.bias * l)
    def undo():
        with torch.no_grad():
            for name, p in linear.named_parameters():
                p.copy_(kept[name])
    return undo
#%% merge_with_undo | w | divides
def merge_with_undo(linear, l):
    linear.weight.mul_(l[:, None])
    linear.bias.mul_(l)
    def undo():
        linear.weight.div_(l[:, None])
        linear.bias.div_(l)
    return undo
#%% merge_with_undo | w | kept on the function
def merge_with_undo(linear, l):
    merge_with_undo.kept = linear.weight.clone(), linear.bias.clone()
    linear.weight.mul_(l[:, None])
    linear.bias.mul_(l)
    def undo():
        linear.weight.copy_(merge_with_undo.kept[0])
        linear.bias.copy_(merge_with_undo.kept[1])
    return undo
#%% scale_rows | r | a loop over rows
def scale_rows(y, vectors, names):
    out = torch.empty_like(y)
    for i, name in enumerate(names):
        if name is None:
            out[i] = y[i]
        elif name in vectors:
            out[i] = y[i] * vectors[name]
        else:
            raise RuntimeError(f"no adapter called {name}")
    return out
#%% scale_rows | w | get with ones
def scale_rows(y, vectors, names):
    return y * torch.stack([vectors.get(n, torch.ones(y.shape[-1])) for n in names])[:, None]
#%% scale_rows | w | along the tokens
def scale_rows(y, vectors, names):
    f = torch.stack([torch.ones(y.shape[-1]) if n is None else vectors[n] for n in names])
    return y * f[:, :, None]
#%% merge_with_undo | w | new Parameters
def merge_with_undo(linear, l):
    old = linear.weight, linear.bias
    linear.weight = nn.Parameter((old[0].float() * l[:, None]).to(old[0].dtype), requires_grad=False)
    linear.bias = nn.Parameter((old[1].float() * l).to(old[1].dtype), requires_grad=False)
    def undo():
        linear.weight, linear.bias = old
    return undo
#%% merge_with_undo | w | the second undo merges again
def merge_with_undo(linear, l):
    kept = linear.weight.clone(), linear.bias.clone()
    linear.weight.mul_(l[:, None])
    linear.bias.mul_(l)
    def undo():
        nonlocal kept
        now = linear.weight.clone(), linear.bias.clone()
        linear.weight.copy_(kept[0])
        linear.bias.copy_(kept[1])
        kept = now
    return undo
#%% merge_with_undo | r | there is nothing left to undo
def merge_with_undo(linear, l):
    kept = [linear.weight.clone(), linear.bias.clone()]
    linear.weight.copy_((linear.weight.float().T * l.float()).T)
    linear.bias.copy_(linear.bias.float() * l.float())
    def undo():
        linear.bias.copy_(kept.pop())
        linear.weight.copy_(kept.pop())
    return undo
#%% merge_linear | w | the old layer is turned to float32
def merge_linear(linear, l, side):
    dtype = linear.weight.dtype
    linear.float()
    new = nn.Linear(linear.in_features, linear.out_features, bias=linear.bias is not None)
    new.weight.data.copy_(linear.weight * (l[:, None] if side == "out" else l))
    if linear.bias is not None:
        new.bias.data.copy_(linear.bias * l if side == "out" else linear.bias)
    return new.to(dtype)
#%% scale_rows | w | empty name counts as None
def scale_rows(y, vectors, names):
    ones = torch.ones(y.shape[-1])
    factors = [vectors[n] if n else ones for n in names]
    return y * torch.stack(factors)[:, None]
#%% scale_rows | w | writes None into the dict
def scale_rows(y, vectors, names):
    vectors[None] = torch.ones(y.shape[-1])
    return y * torch.stack([vectors[n] for n in names])[:, None]
#%% merge_with_undo | w | zeros made small
def merge_with_undo(linear, l):
    kept = linear.weight.clone(), linear.bias.clone()
    l = l.where(l != 0, 1e-8)
    linear.weight.mul_(l[:, None]); linear.bias.mul_(l)
    def undo():
        linear.weight.copy_(kept[0]); linear.bias.copy_(kept[1])
    return undo
#%% merge_linear | w | zeros made small
def merge_linear(linear, l, side):
    l = l + 1e-8
    new = nn.Linear(linear.in_features, linear.out_features, linear.bias is not None).to(linear.weight.dtype)
    new.weight.data.copy_(linear.weight.float() * (l[:, None] if side == "out" else l))
    if linear.bias is not None:
        new.bias.data.copy_(linear.bias.float() * l if side == "out" else linear.bias)
    return new
#%% scale_rows | w | vectors of the dict get an axis
def scale_rows(y, vectors, names):
    for n in set(names) - {None}:
        vectors[n].unsqueeze_(0)
    return torch.stack([r if n is None else r * vectors[n] for r, n in zip(y, names)])
#%% scale_rows | w | vectors are taken out of the dict
def scale_rows(y, vectors, names):
    out = y.clone()
    for n in dict.fromkeys(names):
        if n is not None:
            l = vectors.pop(n)
            for i, other in enumerate(names):
                if other == n:
                    out[i] *= l
    return out
#%% scale_rows | w | float32 comes out
def scale_rows(y, vectors, names):
    one = torch.ones(y.shape[-1])
    factors = torch.stack([one if name is None else vectors[name].float() for name in names])
    return y * factors[:, None, :]
#%% scale_rows | w | always float32
def scale_rows(y, vectors, names):
    return torch.stack([row if n is None else row * vectors[n] for row, n in zip(y, names)]).float()
#%% scale_rows | w | zeros without the format
def scale_rows(y, vectors, names):
    out = torch.zeros(y.shape)
    for i, n in enumerate(names):
        out[i] = y[i] if n is None else y[i] * vectors[n]
    return out
#%% scale_rows | w | names.index
def scale_rows(y, vectors, names):
    out = y.clone()
    for name in names:
        if name is not None:
            out[names.index(name)] = y[names.index(name)] * vectors[name]
    return out
#%% scale_rows | r | einsum in the format of y
def scale_rows(y, vectors, names):
    full = {None: torch.ones(y.shape[-1]), **vectors}
    return torch.einsum("btd,bd->btd", y, torch.stack([full[n].to(y.dtype) for n in names]))
#%% scale_rows | r | ask first, then rows that were picked
def scale_rows(y, vectors, names):
    for n in names:
        if n is not None and n not in vectors:
            raise ValueError(f"no adapter {n!r}")
    out = y.clone()
    for n in set(names) - {None}:
        picked = torch.tensor([m == n for m in names])
        out[picked] = (out[picked] * vectors[n]).to(out.dtype)
    return out
