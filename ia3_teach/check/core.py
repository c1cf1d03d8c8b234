"""Checks as lists of properties: run in order, stop at the first that does not hold."""

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from ia3_teach.check.failure import (
    CheckFailed,
    Picture,
    describe,
    learner_error,
    not_written_yet,
)
from ia3_teach.check.unwritten import show_in_grey

Property = Callable[[Any], None]


def run_properties(answer: Any, properties: Sequence[Property]) -> None:
    """Try each property on the learner's answer; print a line or raise CheckFailed.

    The docstring of a property is its name. Random numbers are seeded and put back afterwards.

    >>> def doubles(answer):
    ...     "twice the number"
    ...     expect_equal(answer(3), 6, "f(3)", "look at the factor")
    >>> run_properties(lambda number: 2 * number, [doubles])
    public checks passed: 1 of 1 properties
    """
    if not callable(answer):
        raise CheckFailed("a function or a class", describe(answer), "hand over its name, uncalled")
    with torch.random.fork_rng(devices=[]), torch.enable_grad():
        for holds in properties:
            torch.manual_seed(0)
            _try(holds, answer)
    print(f"public checks passed: {len(properties)} of {len(properties)} properties")


def _try(holds: Property, answer: Any) -> None:
    """One property; whatever goes wrong in it becomes a CheckFailed."""
    try:
        holds(answer)
    except CheckFailed as failure:
        _draw(failure.picture)
        raise
    except NotImplementedError:
        show_in_grey()
        raise not_written_yet(getattr(sys, "last_value", None)) from None
    except Exception as error:  # the learner's code may raise anything at all
        raise learner_error(error, during=(holds.__doc__ or "").strip()) from error


def _draw(picture: Picture | None) -> None:
    """Target, yours, difference; only where there is a notebook, and more to see than two flat squares."""
    shell = sys.modules.get("IPython")
    if picture is None or shell is None or shell.get_ipython() is None:
        return
    if all(part.numel() and (part == part.flatten()[0]).all() for part in (picture.target, picture.yours)):
        return  # flat squares show nothing that the message does not say
    from ia3_teach.views.style import describe, plot_triptych, show

    figure = plot_triptych(picture.target, picture.yours, as_scale=picture.as_scale)
    words = "Three panels: the target, your result, and the difference between them"
    show(describe(figure, f"{words}; a ring marks the entry that differs most."))


def expect(condition: bool, expected: str, found: str, mistake: str) -> None:
    """Raise CheckFailed unless `condition` holds.

    >>> expect(True, "1 vector", "1 vector", "")
    """
    if not condition:
        raise CheckFailed(expected, found, mistake)


def expect_equal(found: Any, expected: Any, what: str, mistake: str) -> None:
    """Plain equality, for numbers, tuples, names.

    >>> expect_equal(found=(2, 3), expected=(2, 3), what="shape", mistake="")
    """
    expect(found == expected, f"{what} = {describe(expected)}", describe(found), mistake)


def expect_shape(found: Any, shape: tuple[int, ...], what: str, mistake: str) -> None:
    """A tensor of exactly this shape.

    >>> expect_shape(torch.ones(2, 3), (2, 3), "y", mistake="")
    """
    forgot = "the function returns nothing: is `return` missing?"
    expect(
        isinstance(found, Tensor),
        f"{what} is a tensor of shape {shape}",
        describe(found),
        forgot if found is None else mistake,
    )
    expect(tuple(found.shape) == shape, f"{what} of shape {shape}", describe(found), mistake)


def expect_close(
    found: Any,
    expected: Tensor,
    what: str,
    mistake: str,
    known: Mapping[str, Tensor] | None = None,
    tolerance: float = 1e-5,
    as_scale: bool = False,
) -> None:
    """The same numbers up to `tolerance`; a `known` wrong value names its own mistake.

    >>> expect_close(torch.ones(2), torch.ones(2), "l", mistake="")
    """
    expect_shape(found, tuple(expected.shape), what, mistake)
    finite = not found.isnan().any()
    expect(finite, f"{what} without NaN", describe(found), "a division by zero, or log of it?")
    if _close(found, expected, tolerance):
        return
    for wrong, value in (known or {}).items():
        if _close(found, value, tolerance):
            mistake = wrong
            break
    difference = (found.detach().double() - expected.double()).abs()
    place = tuple(index.item() for index in torch.unravel_index(difference.argmax(), found.shape))
    raise CheckFailed(
        f"{what} = {describe(expected)}",
        f"{describe(found)} (largest difference {difference.max():.3g} at {list(place)})",
        mistake,
        Picture(expected, found, as_scale) if found.ndim else None,  # a single number needs no picture
    )


def _close(found: Tensor, value: Tensor, tolerance: float) -> bool:
    """Equal up to rounding, whatever the dtypes; a known wrong value may have another shape."""
    if found.shape != value.shape:
        return False
    pair = found.detach().double(), value.detach().double()
    return torch.allclose(*pair, rtol=tolerance, atol=tolerance)


def expect_raises(
    error: type[Exception], call: Callable[[], Any], what: str, mistake: str
) -> None:
    """`call()` must raise `error`.

    >>> expect_raises(ValueError, lambda: int("x"), "int('x')", mistake="")
    """
    try:
        result = call()
    except error:
        return
    raise CheckFailed(f"{what} raises {error.__name__}", describe(result), mistake)
