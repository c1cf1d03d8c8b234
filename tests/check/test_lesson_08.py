"""The checks of lesson 08 accept the reference and name every known wrong answer."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from ia3_teach.check import lesson_08
from ia3_teach.check.mutants import assert_rejects


def new_layer(linear: nn.Linear, weight: Tensor, bias: Tensor | None) -> nn.Linear:
    layer = nn.Linear(linear.in_features, linear.out_features, bias=bias is not None).requires_grad_(False)
    layer.weight.data = weight
    if bias is not None:
        layer.bias.data = bias
    return layer


def merge_linear(
    linear: nn.Linear, l: Tensor, side: str, *, rows: bool | None = None, scale_bias: bool | None = None,
    cast_first: bool = False, cast_back: bool = True, copy_bias: bool = True,
) -> nn.Linear:  # fmt: skip
    """The reference, with switches for what can go wrong."""
    rows, scale_bias = (side == "out" if choice is None else choice for choice in (rows, scale_bias))
    dtype = linear.weight.dtype
    l = l.to(dtype).float() if cast_first else l
    weight = linear.weight.float() * (l[:, None] if rows else l)
    bias = linear.bias
    if bias is not None and scale_bias:
        bias = bias.float() * l
    elif bias is not None and copy_bias:
        bias = bias.clone()
    back = dtype if cast_back else torch.float32
    return new_layer(linear, weight.to(back), None if bias is None else bias.to(back))


def in_place(linear: nn.Linear, l: Tensor, side: str) -> nn.Linear:
    new = merge_linear(linear, l, side)
    linear.weight.data, linear.bias = new.weight.data, linear.bias
    return new


def always_a_bias(linear: nn.Linear, l: Tensor, side: str) -> nn.Linear:
    new = merge_linear(linear, l, side)
    return new if new.bias is not None else new_layer(new, new.weight, torch.zeros(len(new.weight)))


def test_merge_linear_rejects_every_known_wrong_answer() -> None:
    def wrong(**switches: bool) -> Callable:
        return lambda linear, l, side: merge_linear(linear, l, side, **switches)

    assert_rejects(
        lesson_08.merge_linear,
        merge_linear,
        {
            "columns for out": (wrong(rows=False), 'side "out" scaled the columns'),
            "rows for in": (wrong(rows=True), 'side "in" scaled the rows'),
            "bias forgotten": (wrong(scale_bias=False), "the bias was forgotten"),
            "bias scaled on the input side": (wrong(scale_bias=True), "scaled on the input side: b"),
            "bias made up": (always_a_bias, "bias=False) has none"),
            "left in float32": (wrong(cast_back=False), "cast the product back"),
            "vector rounded first": (wrong(cast_first=True), "l was rounded to torch.bfloat16 first"),
            "in place": (in_place, "the original was overwritten"),
            "a pair": (lambda linear, l, side: (linear.weight, linear.bias), "make one with nn.Linear"),
        },
    )


def test_sharing_the_old_bias_is_noticed() -> None:
    def sharing(linear: nn.Linear, l: Tensor, side: str) -> nn.Linear:
        return merge_linear(linear, l, side, copy_bias=False)

    assert_rejects(
        lesson_08.merge_linear,
        merge_linear,
        {
            "shared": (sharing, "shares its memory"),
            "nothing": (lambda linear, l, side: None, "is `return` missing"),
            "raises": (lambda linear, l, side: linear.no_such, "your code stopped"),
        },
    )


def merge_with_undo(linear: nn.Linear, l: Tensor) -> Callable[[], None]:
    weight, bias = linear.weight.clone(), linear.bias.clone()
    linear.weight.mul_(l[:, None])
    linear.bias.mul_(l)

    def undo() -> None:
        linear.weight.copy_(weight)
        linear.bias.copy_(bias)

    return undo


def dividing(linear: nn.Linear, l: Tensor, by: Tensor) -> Callable[[], None]:
    merge_with_undo(linear, l)

    def undo() -> None:
        linear.weight.div_(by[:, None])
        linear.bias.div_(by)

    return undo


def sparing_zeros(linear: nn.Linear, l: Tensor) -> Callable[[], None]:
    return dividing(linear, torch.where(l == 0, 1.0, l), torch.where(l == 0, 1.0, l))


def another_name(linear: nn.Linear, l: Tensor) -> Callable[[], None]:
    weight, bias = linear.weight, linear.bias
    merge_with_undo(linear, l)

    def undo() -> None:
        linear.weight.copy_(weight)
        linear.bias.copy_(bias)

    return undo


def bias_lost(linear: nn.Linear, l: Tensor) -> Callable[[], None]:
    weight = linear.weight.clone()
    merge_with_undo(linear, l)
    return lambda: linear.weight.copy_(weight)


def weight_alone(linear: nn.Linear, l: Tensor) -> Callable[[], None]:
    weight = linear.weight.clone()
    linear.weight.mul_(l[:, None])
    return lambda: linear.weight.copy_(weight)


def columns(linear: nn.Linear, l: Tensor) -> Callable[[], None]:
    undo = merge_with_undo(linear, torch.ones_like(l))
    linear.weight.mul_(l)
    linear.bias.mul_(l)
    return undo


def test_merge_with_undo_rejects_every_known_wrong_answer() -> None:
    assert_rejects(
        lesson_08.merge_with_undo,
        merge_with_undo,
        {
            "division": (lambda linear, l: dividing(linear, l, l), "0 / 0 is NaN"),
            "epsilon": (lambda linear, l: dividing(linear, l, l + 1e-8), "a small number added"),
            "division but for zeros": (sparing_zeros, "0 times a row"),
            "a second name": (another_name, "is no copy"),
            "bias not brought back": (bias_lost, "has to come back as well"),
            "bias not merged": (weight_alone, "the bias was not merged"),
            "columns": (columns, "the columns were scaled"),
            "unmerged": (lambda linear, l: lambda: None, "left unmerged"),
            "called at once": (lambda linear, l: merge_with_undo(linear, l)(), "without parentheses"),
        },
    )


Vectors = dict[str, Tensor]
Names = list[str | None]


def factors(y: Tensor, vectors: Vectors, names: Names, bare: float = 1.0) -> Tensor:
    none = torch.full((y.shape[-1],), bare)
    return torch.stack([none if name is None else vectors[name] for name in names])


def scale_rows(y: Tensor, vectors: Vectors, names: Names) -> Tensor:
    return (y * factors(y, vectors, names)[:, None]).to(y.dtype)


def only_the_first(y: Tensor, vectors: Vectors, names: Names) -> Tensor:
    changed = y.clone()
    for name in names:
        if name is not None:
            changed[names.index(name)] = y[names.index(name)] * vectors[name]
    return changed


def in_order_of_the_dict(y: Tensor, vectors: Vectors, names: Names) -> Tensor:
    mine = list(vectors.values())
    return y * torch.stack([mine[row % len(mine)] for row in range(len(y))])[:, None]


def with_get(y: Tensor, vectors: Vectors, names: Names) -> Tensor:
    ones = torch.ones(y.shape[-1])
    return y * torch.stack([vectors.get(name, ones) for name in names])[:, None]


def in_place_rows(y: Tensor, vectors: Vectors, names: Names) -> Tensor:
    return y.mul_(factors(y, vectors, names)[:, None])


def all_of_them(y: Tensor, vectors: Vectors, names: Names) -> Tensor:
    for l in vectors.values():
        y = y * l
    return y


def test_scale_rows_rejects_every_known_wrong_answer() -> None:
    assert_rejects(
        lesson_08.scale_rows,
        scale_rows,
        {
            "over positions": (lambda y, v, n: y * factors(y, v, n), "the factors run over positions"),
            "over tokens": (lambda y, v, n: y * factors(y, v, n)[:, :, None], "(B, d, 1) scales tokens"),
            "None is zero": (lambda y, v, n: y * factors(y, v, n, bare=0.0)[:, None], "None silences"),
            "the first for all": (lambda y, v, n: y * factors(y, v, n)[0], "the first row's adapter"),
            "all of them": (all_of_them, "every row got all adapters"),
            "order of the dict": (in_order_of_the_dict, "in the order of the dict"),
            "unknown names": (with_get, "a misspelt name went through"),
            "in place": (in_place_rows, "y was changed in place"),
            "nothing": (lambda y, v, n: y.clone(), "nothing was scaled"),
            "names.index": (only_the_first, "names.index finds no other"),
            "float32 comes out": (
                lambda y, v, n: y * factors(y, v, n)[:, None], "expected: the scaled batch in torch.bfloat16",
            ),
        },
    )  # fmt: skip
