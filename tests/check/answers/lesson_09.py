"""Answers to the exercises of this lesson, right and wrong, as other people might write them."""

# ruff: noqa
#%% most_moved | r | sorted pairs
def most_moved(l, k):
    places = [(i, j) for i in range(l.shape[0]) for j in range(l.shape[1])]
    places.sort(key=lambda p: max(l[p].item(), 1 / l[p].item()), reverse=True)
    return torch.tensor(places[:k])
#%% most_moved | r | natural logarithm, topk
def most_moved(l, k):
    p = torch.topk(l.reshape(-1).log().abs(), k).indices
    return torch.stack([p // l.size(1), p % l.size(1)], -1)
#%% most_moved | w | distance from 1
def most_moved(l, k):
    p = (l - 1).abs().flatten().argsort(descending=True)[:k]
    return torch.stack(torch.unravel_index(p, l.shape), dim=1)
#%% most_moved | w | always three
def most_moved(l, k):
    p = l.log2().abs().flatten().argsort(descending=True)[:3]
    return torch.stack(torch.unravel_index(p, l.shape), dim=1)
#%% ablate | r | a list, numpy's random numbers
def ablate(measure, l, k, seed):
    import numpy as np
    first, second = l.clone(), l.clone()
    first.view(-1)[l.log().abs().flatten().topk(k).indices] = 1.0
    second.view(-1)[torch.from_numpy(np.random.default_rng(seed).permutation(l.numel())[:k])] = 1.0
    return [measure(first), measure(second)]
#%% ablate | r | the global seed
def ablate(measure, l, k, seed):
    def without(places):
        x = l.reshape(-1).clone()
        x[places] = 1
        return measure(x.reshape(l.shape))
    torch.manual_seed(seed)
    return without(l.log2().abs().flatten().argsort(descending=True)[:k]), without(torch.randperm(l.numel())[:k])
#%% ablate | w | unseeded
def ablate(measure, l, k, seed):
    out = []
    for c in (l.log2().abs().flatten().argsort(descending=True)[:k], torch.randperm(l.numel())[:k]):
        x = l.flatten().clone()
        x[c] = 1.0
        out.append(measure(x.view_as(l)))
    return tuple(out)
#%% ablate | w | drawn with putting back
def ablate(measure, l, k, seed):
    out = []
    g = torch.Generator().manual_seed(seed)
    for c in (l.log2().abs().flatten().argsort(descending=True)[:k], torch.randint(l.numel(), (k,), generator=g)):
        x = l.flatten().clone()
        x[c] = 1.0
        out.append(measure(x.view_as(l)))
    return tuple(out)
#%% ablate | w | always the same control
def ablate(measure, l, k, seed):
    out = []
    g = torch.Generator().manual_seed(0)
    for c in (l.log2().abs().flatten().argsort(descending=True)[:k], torch.randperm(l.numel(), generator=g)[:k]):
        x = l.flatten().clone()
        x[c] = 1.0
        out.append(measure(x.view_as(l)))
    return tuple(out)
#%% mix | r | sum of products
def mix(vectors, weights):
    out = torch.ones(vectors.shape[1])
    for w, row in zip(weights, vectors):
        out = out + w * (row - 1)
    return out
#%% mix | w | around 0
def mix(vectors, weights):
    return torch.tensor(weights) @ vectors
#%% mix | w | in place
def mix(vectors, weights):
    vectors -= 1
    return 1 + torch.tensor(weights) @ vectors
#%% ablate | r | the control is measured first, after the model as it is
def ablate(measure, l, k, seed):
    measure(l.clone())
    order = l.log2().abs().flatten().argsort(descending=True)
    g = torch.Generator().manual_seed(seed)
    drawn = torch.randperm(l.numel(), generator=g)[:k]
    def without(places):
        changed = l.clone().flatten()
        changed[places] = 1
        return measure(changed.view_as(l))
    control = without(drawn)
    return without(order[:k]), control
#%% ablate | w | the difference to the model as it is
def ablate(measure, l, k, seed):
    base = measure(l.clone())
    order = l.log2().abs().flatten().argsort(descending=True)
    g = torch.Generator().manual_seed(seed)
    numbers = []
    for places in (order[:k], torch.randperm(l.numel(), generator=g)[:k]):
        changed = l.clone().flatten()
        changed[places] = 1
        numbers.append(measure(changed.view_as(l)) - base)
    return tuple(numbers)
#%% ablate | w | seed 0 is no seed
import random
def ablate(measure, l, k, seed):
    def with_(p):
        c = l.flatten().clone(); c[p] = 1.0
        return measure(c.view_as(l))
    rng = random.Random(seed or None)
    return with_(l.log().abs().flatten().topk(k).indices), with_(torch.tensor(rng.sample(range(l.numel()), k), dtype=torch.long))
#%% ablate | w | a random stretch of neighbours
def ablate(measure, l, k, seed):
    order = l.log().abs().flatten().argsort(descending=True)
    start = torch.randint(l.numel() - k + 1, (), generator=torch.Generator().manual_seed(seed)).item()
    def without(chosen):
        changed = l.flatten().clone()
        changed[chosen] = 1.0
        return measure(changed.view_as(l))
    return without(order[:k]), without(torch.arange(start, start + k))
#%% ablate | w | flatten without a clone
def ablate(measure, l, k, seed):
    far = l.flatten()
    far[far.log2().abs().argsort(descending=True)[:k]] = 1
    first = measure(far.view_as(l))
    control = l.flatten()
    control[torch.randperm(len(control), generator=torch.Generator().manual_seed(seed))[:k]] = 1
    return first, measure(control.view_as(l))
#%% ablate | w | what it costs instead of what is measured
def ablate(measure, l, k, seed):
    whole = measure(l)
    def cost(chosen):
        changed = l.flatten().clone()
        changed[chosen] = 1.0
        return whole - measure(changed.view_as(l))
    far = l.log2().abs().flatten().topk(k).indices
    g = torch.Generator().manual_seed(seed)
    return cost(far), cost(torch.randperm(l.numel(), generator=g)[:k])
