"""Answers to the exercises of this lesson, right and wrong, as other people might write them."""

# ruff: noqa
#%% top_share | r | topk
def top_share(l, k):
    squares = (l - 1).pow(2).flatten()
    return (squares.topk(k).values.sum() / squares.sum()).item()
#%% top_share | r | cumulative, as a tensor
def top_share(l, k):
    s = (l.double() - 1).flatten() ** 2
    s, _ = torch.sort(s, descending=True)
    return (s.cumsum(0) / s.sum())[k - 1].float()
#%% top_share | w | absolute values
def top_share(l, k):
    d = (l - 1).abs().flatten().sort(descending=True).values
    return (d[:k].sum() / d.sum()).item()
#%% top_share | w | around the mean
def top_share(l, k):
    d = (l - l.mean()).square().flatten().sort(descending=True).values
    return (d[:k].sum() / d.sum()).item()
#%% top_share | w | largest l
def top_share(l, k):
    top = l.flatten().topk(k).values
    return ((top - 1).square().sum() / (l - 1).square().sum()).item()
#%% top_share | w | ascending
def top_share(l, k):
    d = (l - 1).square().flatten().sort().values
    return (d[:k].sum() / d.sum()).item()
#%% top_share | w | each row
def top_share(l, k):
    d = (l - 1).square().sort(dim=1, descending=True).values
    return (d[:, :k].sum() / d.sum()).item()
#%% top_share | w | logarithms
def top_share(l, k):
    d = l.log2().square().flatten().sort(descending=True).values
    return (d[:k].sum() / d.sum()).item()
#%% top_share | w | in place
def top_share(l, k):
    l -= 1
    d = l.square().flatten().sort(descending=True).values
    return (d[:k].sum() / d.sum()).item()
#%% shuffle_rows | r | randperm for each row
def shuffle_rows(x, seed):
    generator = torch.Generator().manual_seed(seed)
    return torch.stack([row[torch.randperm(len(row), generator=generator)] for row in x])
#%% shuffle_rows | r | argsort of random numbers
def shuffle_rows(x, seed):
    torch.manual_seed(seed)
    return torch.gather(x, 1, torch.rand(x.shape).argsort(1))
#%% shuffle_rows | w | all entries together
def shuffle_rows(x, seed):
    generator = torch.Generator().manual_seed(seed)
    return x.flatten()[torch.randperm(x.numel(), generator=generator)].view_as(x)
#%% shuffle_rows | w | one order for all
def shuffle_rows(x, seed):
    generator = torch.Generator().manual_seed(seed)
    return x[:, torch.randperm(x.shape[1], generator=generator)]
#%% shuffle_rows | w | the seed begins anew in each row
def shuffle_rows(x, seed):
    return torch.stack([row[torch.randperm(len(row), generator=torch.Generator().manual_seed(seed))] for row in x])
#%% shuffle_rows | w | rows
def shuffle_rows(x, seed):
    generator = torch.Generator().manual_seed(seed)
    return x[torch.randperm(len(x), generator=generator)]
#%% shuffle_rows | w | with putting back
def shuffle_rows(x, seed):
    generator = torch.Generator().manual_seed(seed)
    return x.gather(1, torch.randint(x.shape[1], x.shape, generator=generator))
#%% shuffle_rows | w | rolled
def shuffle_rows(x, seed):
    generator = torch.Generator().manual_seed(seed)
    return torch.stack([row.roll(int(torch.randint(1, len(row), (1,), generator=generator))) for row in x])
#%% shuffle_rows | w | seed forgotten
def shuffle_rows(x, seed):
    return torch.stack([row[torch.randperm(len(row))] for row in x])
#%% shuffle_rows | w | one seed for ever
def shuffle_rows(x, seed):
    generator = torch.Generator().manual_seed(0)
    return torch.stack([row[torch.randperm(len(row), generator=generator)] for row in x])
#%% shuffle_rows | w | in place
def shuffle_rows(x, seed):
    generator = torch.Generator().manual_seed(seed)
    for row in x:
        row.copy_(row[torch.randperm(len(row), generator=generator)])
    return x
#%% between_heads | r | means of heads, weighted
def between_heads(x, n_heads):
    d = x.shape[1] // n_heads
    centred = x - x.mean(1, keepdim=True)
    heads = centred.reshape(len(x), n_heads, d).mean(2)
    return float((heads ** 2).sum() * d / (centred ** 2).sum())
#%% between_heads | r | one minus inside
def between_heads(x, n_heads):
    parts = x.view(x.shape[0], n_heads, -1)
    inside = (parts - parts.mean(-1, keepdim=True)).square().sum()
    total = (x - x.mean(-1, keepdim=True)).square().sum()
    return 1 - inside / total
#%% between_heads | w | whole mean
def between_heads(x, n_heads):
    d = x.shape[1] // n_heads
    centred = x - x.mean()
    heads = centred.view(len(x), n_heads, d).mean(2)
    return float((heads ** 2).sum() * d / (centred ** 2).sum())
#%% between_heads | w | no weight
def between_heads(x, n_heads):
    centred = x - x.mean(1, keepdim=True)
    heads = centred.view(len(x), n_heads, -1).mean(2)
    return float((heads ** 2).sum() / (centred ** 2).sum())
#%% between_heads | w | interleaved
def between_heads(x, n_heads):
    centred = x - x.mean(1, keepdim=True)
    heads = centred.view(len(x), -1, n_heads).mean(1)
    return float((heads ** 2).sum() * x.shape[1] / n_heads / (centred ** 2).sum())
#%% between_heads | w | inside
def between_heads(x, n_heads):
    parts = x.view(len(x), n_heads, -1)
    inside = (parts - parts.mean(-1, keepdim=True)).square().sum()
    return float(inside / (x - x.mean(-1, keepdim=True)).square().sum())
#%% between_heads | w | sample variances
def between_heads(x, n_heads):
    heads = x.view(len(x), n_heads, -1).mean(2)
    return float(heads.var(1).sum() / x.var(1).sum())
#%% between_heads | w | mean of shares
def between_heads(x, n_heads):
    heads = x.view(len(x), n_heads, -1).mean(2)
    return float((heads.var(1, correction=0) / x.var(1, correction=0)).mean())
#%% shuffle_rows | w | the last entry stays
def shuffle_rows(x, seed):
    g = torch.Generator().manual_seed(seed)
    n = x.shape[1]
    rows = [torch.cat([row[torch.randperm(n - 1, generator=g)], row[-1:]]) for row in x]
    return torch.stack(rows)
#%% shuffle_rows | w | one shuffle, moved along from row to row
def shuffle_rows(x, seed):
    order = torch.randperm(x.shape[1], generator=torch.Generator().manual_seed(seed))
    return torch.stack([row[order.roll(number)] for number, row in enumerate(x)])
#%% shuffle_rows | w | two orders in turn
def shuffle_rows(x, seed):
    g = torch.Generator().manual_seed(seed)
    orders = [torch.randperm(x.shape[1], generator=g) for _ in range(2)]
    return torch.stack([row[orders[number % 2]] for number, row in enumerate(x)])
#%% top_share | w | all that lie as far as the k-th
def top_share(l, k):
    s = (l - 1).square().flatten()
    limit = s.topk(k).values[-1]
    return (s[s >= limit].sum() / s.sum()).item()
#%% top_share | w | equal entries once
def top_share(l, k):
    s = (l - 1).square().flatten().unique()
    return (s.topk(k).values.sum() / s.sum()).item()
#%% shuffle_rows | w | seed 0 is no seed
import random
def shuffle_rows(x, seed):
    rng = random.Random(seed or None)
    return torch.stack([row[rng.sample(range(len(row)), len(row))] for row in x])
#%% shuffle_rows | w | a few random exchanges
def shuffle_rows(x, seed):
    g = torch.Generator().manual_seed(seed)
    out = x.clone()
    for row in out:
        for _ in range(4):
            i, j = torch.randperm(len(row), generator=g)[:2].tolist()
            row[[i, j]] = row[[j, i]]
    return out
#%% shuffle_rows | w | powers of one order
def shuffle_rows(x, seed):
    order = torch.randperm(x.shape[1], generator=torch.Generator().manual_seed(seed))
    now, rows = order.clone(), []
    for row in x:
        rows.append(row[now])
        now = now[order]
    return torch.stack(rows)
#%% top_share | r | Fraction
from fractions import Fraction
def top_share(l, k):
    s = sorted((Fraction(v) - 1) ** 2 for v in l.flatten().tolist())
    return sum(s[len(s) - k:]) / sum(s)
#%% top_share | w | ranked by the logarithm
def top_share(l, k):
    order = l.flatten().log2().abs().argsort(descending=True)[:k]
    squares = (l - 1).square().flatten()
    return (squares[order].sum() / squares.sum()).item()
#%% between_heads | w | 64 channels in every head
def between_heads(x, n_heads):
    around = x - x.mean(dim=1, keepdim=True)
    means = around.view(len(x), n_heads, -1).mean(dim=2)
    return (64 * means.square().sum() / around.square().sum()).item()
