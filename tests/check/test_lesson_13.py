"""The checks of lesson 13 accept the reference and name every known wrong answer."""

import torch
from torch import Tensor

from ia3_teach.check import lesson_13
from ia3_teach.check.mutants import assert_rejects


def top(l: Tensor, k: int) -> float:
    return of(l, k, lambda l: (l - 1).square())


def of(l: Tensor, k: int, size) -> float:
    """The share that the k largest sizes have of all sizes."""
    sizes = size(l).flatten().sort(descending=True).values
    return (sizes[:k].sum() / sizes.sum()).item()


def in_place_top(l: Tensor, k: int) -> float:
    l.sub_(1)
    return of(l, k, torch.square)


def amplified(l: Tensor, k: int) -> float:
    return ((l.flatten().topk(k).values - 1).square().sum() / (l - 1).square().sum()).item()


def by_row(l: Tensor, k: int) -> float:
    squares = (l - 1).square()
    return (squares.sort(dim=1, descending=True).values[:, :k].sum() / squares.sum()).item()


def mean_of_rows(l: Tensor, k: int) -> float:
    return sum(top(row, k) for row in l) / len(l)


def ranked_by_powers(l: Tensor, k: int) -> float:
    squares = (l - 1).square().flatten()
    return (squares[l.flatten().log2().abs().topk(k).indices].sum() / squares.sum()).item()


def test_top_share_rejects_every_known_wrong_answer() -> None:
    assert_rejects(
        lesson_13.top_share,
        reference=top,
        mutants={
            "sizes": (lambda l, k: of(l, k, lambda l: (l - 1).abs()), "not their squares"),
            "l squared": (lambda l, k: of(l, k, torch.square), "that is the share of l squared"),
            "l": (lambda l, k: of(l, k, lambda l: l), "that is the share of l itself"),
            "the mean": (lambda l, k: of(l, k, lambda l: (l - l.mean()).square()), "the movement began at 1"),
            "logarithms": (lambda l, k: of(l, k, lambda l: l.log2().square()), "have no logarithm"),
            "powers": (ranked_by_powers, "ranked by |log2 l|"),
            "amplified": (amplified, "entries below 1 have moved as well"),
            "nearest": (lambda l, k: 1 - top(l, l.numel() - k), "sort in descending order"),
            "the others": (lambda l, k: 1 - top(l, k), "1 minus the share"),
            "each row": (by_row, "k entries of each row"),
            "mean of rows": (mean_of_rows, "row by row, then the mean"),
            "one less": (lambda l, k: top(l, k - 1), "one entry too few"),
            "one more": (lambda l, k: top(l, k + 1), "one entry too many"),
            "a sum": (lambda l, k: top(l, k) * (l - 1).square().sum().item(), "divide by that of all"),
            "a mean": (lambda l, k: top(l, k) * (l - 1).square().mean().item(), "by the number of entries"),
            "percent": (lambda l, k: 100 * top(l, k), "between 0 and 1"),
            "of entries": (lambda l, k: k / l.numel(), "asked is what they carry"),
            "in place": (in_place_top, "in place"),
            "nothing": (lambda l, k: None, "returns nothing"),
        },
    )


def shuffle(x: Tensor, seed: int) -> Tensor:
    return x.gather(1, torch.rand(x.shape, generator=torch.Generator().manual_seed(seed)).argsort(1))


def together(x: Tensor, seed: int) -> Tensor:
    return shuffle(x.view(1, -1), seed).view_as(x)


def one_order(x: Tensor, seed: int) -> Tensor:
    return x[:, shuffle(torch.arange(x.shape[1])[None], seed)[0]]


def put_back(x: Tensor, seed: int) -> Tensor:
    return x.gather(1, torch.randint(x.shape[1], x.shape, generator=torch.Generator().manual_seed(seed)))


def rolled(x: Tensor, seed: int) -> Tensor:
    return torch.stack([row.roll(1 + (seed + number) % (len(row) - 1)) for number, row in enumerate(x)])


def halves(x: Tensor, seed: int) -> Tensor:
    half = x.shape[1] // 2
    return torch.cat([shuffle(x[:, :half], seed), shuffle(x[:, half:], seed + 1)], dim=1)


def in_place_shuffle(x: Tensor, seed: int) -> Tensor:
    return x.copy_(shuffle(x, seed))


def unseeded(x: Tensor, seed: int) -> Tensor:
    return shuffle(x, int(torch.randint(10**6, (1,))))


def test_shuffle_rows_rejects_every_known_wrong_answer() -> None:
    assert_rejects(
        lesson_13.shuffle_rows,
        reference=shuffle,
        mutants={
            "nothing done": (lambda x, seed: x.clone(), "nothing was shuffled"),
            "all together": (together, "went over into other rows"),
            "rows": (lambda x, seed: x.roll(1, 0), "rows changed places"),
            "one order": (one_order, "all rows have one order"),
            "put back": (put_back, "draw without putting back"),
            "sorted": (lambda x, seed: x.sort(dim=1).values, "an order and not a shuffle"),
            "flipped": (lambda x, seed: x.flip(1), "the row was turned round"),
            "rolled": (rolled, "the row was moved along"),
            "in halves": (halves, "stay near their places"),
            "no seed": (unseeded, "the same seed gave another"),
            "one seed": (lambda x, seed: shuffle(x, 0), "hand the seed to the generator"),
            "other values": (lambda x, seed: shuffle(x, seed) + 1, "keeps exactly its own entries"),
            "turned": (lambda x, seed: shuffle(x, seed).T, "of the shape of x"),
            "in float32": (lambda x, seed: shuffle(x, seed).float(), "another format"),
            "in place": (in_place_shuffle, "in place"),
            "nothing": (lambda x, seed: None, "returns nothing"),
        },
    )


def between(x: Tensor, n_heads: int) -> float:
    around = x - x.mean(1, keepdim=True)
    means = around.view(len(x), n_heads, -1).mean(2)
    return (x.shape[1] / n_heads * means.square().sum() / around.square().sum()).item()


def around_one_mean(x: Tensor, n_heads: int) -> float:
    means = (x - x.mean()).view(len(x), n_heads, -1).mean(2)
    return (x.shape[1] / n_heads * means.square().sum() / (x - x.mean()).square().sum()).item()


def around_nothing(x: Tensor, n_heads: int) -> float:
    means = x.view(len(x), n_heads, -1).mean(2)
    return (x.shape[1] / n_heads * means.square().sum() / x.square().sum()).item()


def interleaved(x: Tensor, n_heads: int) -> float:
    return between(x.view(len(x), -1, n_heads).transpose(1, 2).reshape(len(x), -1), n_heads)


def sample(x: Tensor, n_heads: int) -> float:
    return (x.view(len(x), n_heads, -1).mean(2).var(1).sum() / x.var(1).sum()).item()


def in_place_between(x: Tensor, n_heads: int) -> float:
    x -= x.mean(1, keepdim=True)
    return between(x, n_heads)


def test_between_heads_rejects_every_known_wrong_answer() -> None:
    assert_rejects(
        lesson_13.between_heads,
        reference=between,
        mutants={
            "inside": (lambda x, n: 1 - between(x, n), "inside of the heads"),
            "unweighted": (lambda x, n: between(x, n) * n / x.shape[1], "it stands for all its channels"),
            "one mean": (around_one_mean, "take each layer's own"),
            "no mean": (around_nothing, "mean was not taken off"),
            "interleaved": (interleaved, "lie side by side"),
            "swapped": (lambda x, n: between(x, x.shape[1] // n), "are swapped"),
            "mean of shares": (lambda x, n: sum(between(row[None], n) for row in x) / len(x), "then divide"),
            "deviations": (lambda x, n: between(x, n) ** 0.5, "squares add up"),
            "sample": (sample, "correction=0"),
            "a ratio": (lambda x, n: between(x, n) / (1 - between(x, n)), "divide by all of the variance"),
            "percent": (lambda x, n: 100 * between(x, n), "between 0 and 1"),
            "64": (lambda x, n: 64 * between(x, n) * n / x.shape[1], "d_head was taken for 64"),
            "in place": (in_place_between, "in place"),
            "nothing": (lambda x, n: None, "returns nothing"),
        },
    )
