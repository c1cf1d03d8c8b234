"""Answers to the exercises of this lesson, right and wrong, as other people might write them."""

# ruff: noqa
#%% length_normalised_loss | r | cross_entropy
def length_normalised_loss(log_p, real, right):
    beta = torch.where(real, log_p, 0).sum(-1) / real.sum(-1)
    return nn.functional.cross_entropy(beta, right)
#%% length_normalised_loss | r | a loop
def length_normalised_loss(log_p, real, right):
    losses = []
    for p, mask, label in zip(log_p, real, right):
        beta = torch.stack([tokens[keep].mean() for tokens, keep in zip(p, mask)])
        losses.append(-beta.log_softmax(0)[label])
    return torch.stack(losses).mean()
#%% length_normalised_loss | w | sums
def length_normalised_loss(log_p, real, right):
    return nn.functional.cross_entropy((log_p * real).sum(-1), right)
#%% length_normalised_loss | w | mean over padding
def length_normalised_loss(log_p, real, right):
    return nn.functional.cross_entropy((log_p * real).mean(-1), right)
#%% length_normalised_loss | w | padding added
def length_normalised_loss(log_p, real, right):
    return nn.functional.cross_entropy(log_p.mean(-1), right)
#%% length_normalised_loss | w | exp and log apart
def length_normalised_loss(log_p, real, right):
    beta = (log_p * real).sum(-1) / real.sum(-1)
    share = beta.exp() / beta.exp().sum(-1, keepdim=True)
    return -share[torch.arange(len(right)), right].log().mean()
#%% length_normalised_loss | w | language model
def length_normalised_loss(log_p, real, right):
    beta = (log_p * real).sum(-1) / real.sum(-1)
    return -beta[torch.arange(len(right)), right].mean()
#%% length_normalised_loss | w | a float
def length_normalised_loss(log_p, real, right):
    beta = (log_p * real).sum(-1) / real.sum(-1)
    return nn.functional.cross_entropy(beta, right).item()
#%% length_normalised_loss | w | in place
def length_normalised_loss(log_p, real, right):
    with torch.no_grad():
        log_p[~real] = 0
    return nn.functional.cross_entropy(log_p.sum(-1) / real.sum(-1), right)
#%% unlikelihood_loss | r | log1p
def unlikelihood_loss(log_p, real, right):
    wrong = real & (torch.arange(real.shape[1]) != right[:, None])[..., None]
    p = log_p.masked_fill(~wrong, -torch.inf).exp()
    return (-torch.log1p(-p).sum((1, 2)) / wrong.sum((1, 2))).mean()
#%% unlikelihood_loss | r | a loop
def unlikelihood_loss(log_p, real, right):
    losses = []
    for p, mask, label in zip(log_p.exp(), real, right):
        tokens = torch.cat([p[c][mask[c]] for c in range(len(p)) if c != label])
        losses.append(-(1 - tokens).log().mean())
    return torch.stack(losses).mean()
#%% unlikelihood_loss | w | the authors'
def unlikelihood_loss(log_p, real, right):
    wrong = real & (torch.arange(real.shape[1]) != right[:, None])[..., None]
    p = log_p.exp() * wrong
    return -torch.log(1 - p + 1e-2).sum() / wrong.sum()
#%% unlikelihood_loss | w | 0.01 alone
def unlikelihood_loss(log_p, real, right):
    wrong = real & (torch.arange(real.shape[1]) != right[:, None])[..., None]
    return ((-torch.log(1 - log_p.exp() + 1e-2) * wrong).sum((1, 2)) / wrong.sum((1, 2))).mean()
#%% unlikelihood_loss | w | 0 times inf
def unlikelihood_loss(log_p, real, right):
    wrong = real & (torch.arange(real.shape[1]) != right[:, None])[..., None]
    return ((-torch.log(1 - log_p.exp()) * wrong).sum((1, 2)) / wrong.sum((1, 2))).mean()
#%% unlikelihood_loss | w | where after the logarithm
def unlikelihood_loss(log_p, real, right):
    wrong = real & (torch.arange(real.shape[1]) != right[:, None])[..., None]
    terms = torch.where(wrong, -torch.log(1 - log_p.exp()), 0)
    return (terms.sum((1, 2)) / wrong.sum((1, 2))).mean()
#%% unlikelihood_loss | w | over the batch
def unlikelihood_loss(log_p, real, right):
    wrong = real & (torch.arange(real.shape[1]) != right[:, None])[..., None]
    return -torch.log1p(-log_p[wrong].exp()).mean()
#%% unlikelihood_loss | w | the right one too
def unlikelihood_loss(log_p, real, right):
    p = log_p.masked_fill(~real, -torch.inf).exp()
    return (-torch.log1p(-p).sum((1, 2)) / real.sum((1, 2))).mean()
#%% unlikelihood_loss | w | the likelihood
def unlikelihood_loss(log_p, real, right):
    wrong = real & (torch.arange(real.shape[1]) != right[:, None])[..., None]
    return (-(log_p * wrong).sum((1, 2)) / wrong.sum((1, 2))).mean()
#%% rank_answers | r | where
def rank_answers(log_p, real, length_normalised=True):
    total, tokens = torch.where(real, log_p, 0).sum(-1), real.sum(-1)
    scores = total / tokens if length_normalised else total
    return torch.where(tokens > 0, scores, -torch.inf).argmax(-1)
#%% rank_answers | r | a loop
def rank_answers(log_p, real, length_normalised=True):
    best = []
    for p, mask in zip(log_p, real):
        tokens = [row[keep] for row, keep in zip(p, mask) if keep.any()]
        best.append(max(range(len(tokens)), key=lambda c: tokens[c].mean() if length_normalised else tokens[c].sum()))
    return torch.tensor(best)
#%% rank_answers | w | always the mean
def rank_answers(log_p, real, length_normalised=True):
    scores = (log_p * real).sum(-1) / real.sum(-1)
    return scores.nan_to_num(-torch.inf).argmax(-1)
#%% rank_answers | w | mean over padding
def rank_answers(log_p, real, length_normalised=True):
    return (log_p * real).mean(-1).masked_fill(~real.any(-1), -torch.inf).argmax(-1)
#%% rank_answers | w | missing choices win
def rank_answers(log_p, real, length_normalised=True):
    total = (log_p * real).sum(-1)
    return (total / real.sum(-1).clamp_min(1) if length_normalised else total).argmax(-1)
#%% rank_answers | w | smallest
def rank_answers(log_p, real, length_normalised=True):
    total = -(log_p * real).sum(-1)
    scores = total / real.sum(-1).clamp_min(1) if length_normalised else total
    return scores.masked_fill(~real.any(-1), -torch.inf).argmax(-1)
#%% rank_answers | w | scores
def rank_answers(log_p, real, length_normalised=True):
    total = (log_p * real).sum(-1)
    return total / real.sum(-1) if length_normalised else total
#%% paired_interval | r | quantile
def paired_interval(first, second, draws):
    means = (first - second)[draws].mean(dim=1)
    return means.quantile(0.025).item(), means.quantile(0.975).item()
#%% paired_interval | r | both gathered by the same draw
def paired_interval(first, second, draws):
    means = first[draws].mean(1) - second[draws].mean(1)
    low, high = torch.quantile(means, torch.tensor([0.025, 0.975], dtype=means.dtype))
    return low, high
#%% paired_interval | w | torn apart
def paired_interval(first, second, draws):
    means = first[draws].mean(1) - second[draws.flip(0)].mean(1)
    return means.quantile(0.025), means.quantile(0.975)
#%% paired_interval | w | single differences
def paired_interval(first, second, draws):
    found = (first - second)[draws].flatten()
    return found.quantile(0.025), found.quantile(0.975)
#%% paired_interval | w | 90 %
def paired_interval(first, second, draws):
    means = (first - second)[draws].mean(1)
    return means.quantile(0.05), means.quantile(0.95)
#%% paired_interval | w | two standard deviations
def paired_interval(first, second, draws):
    means = (first - second)[draws].mean(1)
    return means.mean() - 1.96 * means.std(), means.mean() + 1.96 * means.std()
#%% paired_interval | w | turned
def paired_interval(first, second, draws):
    means = (second - first)[draws].mean(1)
    return means.quantile(0.025), means.quantile(0.975)
#%% take_out_bias | r | in logarithms
def take_out_bias(scores, measured):
    shares = measured.log_softmax(dim=-1)
    return scores - shares.logsumexp(dim=0) + torch.tensor(float(len(measured))).log()
#%% take_out_bias | r | by softmax
def take_out_bias(scores, measured):
    lean = torch.softmax(measured, dim=1).mean(dim=0)
    return scores - torch.log(lean)
#%% take_out_bias | w | exp and its sum
def take_out_bias(scores, measured):
    p = measured.exp()
    lean = (p / p.sum(-1, keepdim=True)).mean(0)
    return scores - lean.log()
#%% take_out_bias | w | mean of logarithms
def take_out_bias(scores, measured):
    return scores - measured.log_softmax(-1).mean(0)
#%% take_out_bias | w | no shares
def take_out_bias(scores, measured):
    return scores - measured.exp().mean(0).log()
#%% take_out_bias | w | other axis
def take_out_bias(scores, measured):
    return scores - measured.softmax(0).mean(0).log()
#%% take_out_bias | w | without the logarithm
def take_out_bias(scores, measured):
    return scores - measured.softmax(-1).mean(0)
#%% take_out_bias | w | divided
def take_out_bias(scores, measured):
    return scores / measured.softmax(-1).mean(0)
#%% take_out_bias | w | in place
def take_out_bias(scores, measured):
    scores -= measured.softmax(-1).mean(0).log()
    return scores
#%% rank_answers | w | divided by the logarithm of the length
def rank_answers(log_p, real, length_normalised=True):
    scores = log_p.masked_fill(~real, 0).sum(-1)
    if length_normalised:
        scores = scores / (1 + real.sum(-1).float()).log()
    return scores.masked_fill(~real.any(-1), -torch.inf).argmax(-1)
#%% paired_interval | r | both quantiles in one tensor
def paired_interval(first, second, draws):
    ends = torch.tensor([0.025, 0.975], dtype=first.dtype)
    return torch.quantile((first - second)[draws].mean(-1), ends)
#%% paired_interval | w | both ends in one number
def paired_interval(first, second, draws):
    return torch.tensor([(first - second)[draws].mean(-1).quantile(0.025)])
#%% rank_answers | w | -100 for missing choices
def rank_answers(log_p, real, length_normalised=True):
    total = log_p.masked_fill(~real, 0).sum(-1)
    score = total / real.sum(-1).clamp(min=1) if length_normalised else total
    return score.masked_fill(~real.any(-1), -100.0).argmax(-1)
#%% length_normalised_loss | w | double exp with 1e-300
def length_normalised_loss(log_p, real, right):
    beta = log_p.masked_fill(~real, 0).sum(-1) / real.sum(-1)
    p = beta.double().exp()
    own = p.gather(1, right[:, None]).squeeze(1)
    return -((own + 1e-300) / (p.sum(1) + 1e-300)).log().mean().to(log_p.dtype)
#%% rank_answers | w | NaN choices to -1e4
def rank_answers(log_p, real, length_normalised=True):
    n = real.sum(-1)
    s = log_p.masked_fill(~real, 0).sum(-1) / (n if length_normalised else 1)
    s[n == 0] = -1e4
    return s.argmax(-1)
#%% take_out_bias | w | double exp without shift
def take_out_bias(scores, measured):
    e = measured.double().exp()
    return scores - (e / e.sum(-1, keepdim=True)).mean(0).log().to(scores.dtype)
#%% take_out_bias | w | one largest score for all texts
def take_out_bias(scores, measured):
    p = (measured - measured.max()).exp()
    return scores - (p / p.sum(-1, keepdim=True)).mean(0).log()
#%% take_out_bias | w | one largest score for all texts, in float64
def take_out_bias(scores, measured):
    p = (measured - measured.max()).double().exp()
    return scores - (p / p.sum(-1, keepdim=True)).mean(0).log().to(scores.dtype)
#%% take_out_bias | r | logsumexp twice
import math
def take_out_bias(scores, measured):
    log_share = measured - measured.logsumexp(dim=1, keepdim=True)
    return scores - (log_share.logsumexp(dim=0) - math.log(len(measured)))
#%% rank_answers | w | exp before argmax
def rank_answers(log_p, real, length_normalised=True):
    score = log_p.masked_fill(~real, 0).sum(-1)
    score = score / real.sum(-1).clamp(min=1) if length_normalised else score
    return (score.exp() * real.any(-1)).argmax(-1)
#%% rank_answers | w | -inf inside the sum
def rank_answers(log_p, real, length_normalised=True):
    score = log_p.masked_fill(~real, -torch.inf).sum(-1)
    return (score / real.sum(-1).clamp(min=1) if length_normalised else score).argmax(-1)
#%% rank_answers | r | nan for padding
def rank_answers(log_p, real, length_normalised=True):
    blank = torch.where(real, log_p, torch.nan)
    score = blank.nanmean(-1) if length_normalised else blank.nansum(-1).where(real.any(-1), torch.nan)
    return score.nan_to_num(nan=-torch.inf, neginf=-torch.inf).sort(dim=-1, descending=True).indices[..., 0]
#%% paired_interval | w | np.percentile with shares
import numpy as np
def paired_interval(first, second, draws):
    means = (first - second)[draws].mean(dim=1).numpy()
    return float(np.percentile(means, 0.025)), float(np.percentile(means, 0.975))
#%% rank_answers | w | no tokens, no division, and a sum of 0
def rank_answers(log_p, real, length_normalised=True):
    total, n = (log_p * real).sum(-1), real.sum(-1)
    return (total / n).nan_to_num(nan=-torch.inf).argmax(-1) if length_normalised else total.argmax(-1)
