"""Checks of lesson 03: three hooks on one BERT block; `four_vectors.py` checks the second exercise."""

from collections.abc import Callable

import torch
from torch import Tensor

from ia3_teach.check.comparing import different, same
from ia3_teach.check.core import expect
from ia3_teach.check.drawing import Draw
from ia3_teach.check.failure import describe
from ia3_teach.check.four_vectors import fold_four as fold_four
from ia3_teach.check.judging import EITHER
from ia3_teach.check.layer_properties import IN_USE, SAME, noted, reached
from ia3_teach.check.probing.blocks import hooks_on_a_block
from ia3_teach.check.probing.calls import case
from ia3_teach.check.seen import Seen
from ia3_teach.check.shape import Cases, Exercise, Property
from ia3_teach.check.toy_block import Weights, block_weights, by_hand, linear
from ia3_teach.wording import with_article


def _cases(seed: int) -> Cases:
    draw = Draw(seed)

    def one(width: int, inner: int, *batch: int, make: Callable[[int], Tensor] = draw.factors) -> dict:
        x = draw.tensor(*batch, width, low=-1, high=1)
        vectors = [make(width), make(width), make(inner)]
        return case(block_weights(draw, width, inner), x, *vectors, tolerance=1e-4)

    return {
        "vectors of ones": one(4, 4, 4, 4, make=torch.ones),
        "B = T = d_model = d_ff": one(4, 4, 4, 4),
        "d_ff larger than d_model": one(4, 6, 2, 3),
        "one text of one token": one(6, 4, 1, 1),
        "negative factors and a zero": one(4, 6, 2, 2, make=draw.signed),
        "factors near 1": one(4, 6, 2, 2, make=draw.near_one),
    }


ALL = tuple(_cases(0))
ONES, SQUARE = ALL[:2]


def _three(weights: Weights, x: Tensor, k: Tensor, v: Tensor, ff: Tensor) -> Tensor:
    return by_hand(weights, x, key=k, value=v, inner=ff)


def _bare(weights: Weights, x: Tensor, *_: Tensor) -> Tensor:
    return by_hand(weights, x)


def _places(k: Tensor, v: Tensor, ff: Tensor) -> dict[str, dict[str, Tensor | int]]:
    """Known wrong places, by what to say about them."""
    right = {"key": k, "value": v, "inner": ff}
    return {
        "nothing happened: a hook must RETURN the new output (or input)": {},
        "l_ff acts before GELU: hook the input of output.dense": right | {"inner": 1, "before_gelu": ff},
        "l_ff acts on the output of the second layer; it belongs on its input":
            right | {"inner": 1, "after": ff},
        "l_v acts on the output of attention.output.dense, where the heads are mixed already":
            right | {"value": 1, "attended": v},
        "l_v runs over positions T, not over channels": right | {"value": v[:, None]},
        "l_k runs over positions T, not over channels": right | {"key": k[:, None]},
        "l_k and l_v are swapped": right | {"key": v, "value": k},
        "l_k scales the INPUT of the key layer; it belongs on its output": right | {"key": 1, "to_key": k},
        "l_v scales the INPUT of the value layer; it belongs on its output": right | {"value": 1, "to_value":
            v},
        "l_k had no effect": right | {"key": 1},
        "l_v had no effect": right | {"value": 1},
        "l_ff had no effect": right | {"inner": 1},
        "l_k acts twice": right | {"key": k * k},
        "l_v acts twice": right | {"value": v * v},
        "l_ff acts twice": right | {"inner": ff * ff},
        "each hook used the last vector: a lambda in a loop looks its variable up when it is called":
            {"key": ff, "value": ff, "inner": ff},
    }  # fmt: skip


def _returns_handles(seen: Seen) -> None:
    kind = reached(seen, ONES, "kind")
    wanted = "a list of the handles that register_forward_hook returned"
    mistake = "without its handle a hook cannot be taken off again"
    expect(kind in ("list", "tuple"), wanted, with_article(kind), "return the handles as a list; " + mistake)
    handles = reached(seen, ONES, "handles")
    expect(all(handles), wanted, describe(handles), mistake)


def _ones_change_nothing(seen: Seen) -> None:
    mistake = "a vector multiplies what its own layer gives: adding it, or a hook elsewhere, does more"
    equal = torch.equal(reached(seen, ONES, "output"), reached(seen, ONES, "bare"))
    expect(equal, "the block's own output, with vectors of ones", "another one", mistake)


def _computes_ia3(seen: Seen) -> None:
    weights, x, *vectors = seen.arguments(SQUARE)
    found, wanted = reached(seen, SQUARE, "output"), _three(weights, x, *vectors)
    if same(found, wanted, 1e-4):
        _lets_gradients_through(seen)
        return
    guesses = {text: by_hand(weights, x, **factors) for text, factors in _places(*vectors).items()}
    mistake = EITHER.join(text for text, guess in guesses.items() if same(found, guess, 1e-4))
    hint = "test one vector at a time, with the other two at ones"
    raise different(found, wanted, "the block's output", mistake or hint, known=bool(mistake))


def _lets_gradients_through(seen: Seen) -> None:
    weights, x, *vectors = seen.arguments(SQUARE)
    before = x.clone().requires_grad_()
    wanted = torch.autograd.grad(_three(weights, before, *vectors).square().sum(), before)[0]
    found = reached(seen, SQUARE, "gradient")
    if not same(found, wanted, 1e-3):
        told = "the blocks below learn through this one: a hook may not detach what it scales"
        raise different(found, wanted, f"the gradient at x ({SQUARE})", told)


def _sits_where_the_paper_says(seen: Seen) -> None:
    told = {
        "key": "the block computes the same, because scores see only the product of query and key: "
        "l_q and l_k are one. The paper's vector sits on the keys; with rotary positions the two differ",
        "value": "the block computes the same, because a factor on the input of W_O is one on the values. "
        "The paper's vector sits on the values",
    }
    weights, x, k, v, _ = seen.arguments(SQUARE)
    for name, vector in (("key", k), ("value", v)):
        found, wanted = reached(seen, SQUARE, name), vector * linear(weights, f"attention.self.{name}", x)
        if not same(found, wanted, 1e-4):
            bias = weights[f"attention.self.{name}.bias"].double()
            without = same(found, wanted - vector * bias + bias, 1e-4)
            mistake = "the vector multiplies all that the layer returns, its bias too"
            mistake = mistake if without else told[name]
            raise different(found, wanted, f"the output of attention.self.{name}", mistake, known=True)


def _can_be_taken_off(seen: Seen) -> None:
    for name in ALL:
        kept = reached(seen, name, "kept")
        mistake = "return the handle of every hook that you register"
        expect(kept == 0, f"no hook left ({name})", f"{kept} still there", mistake)
        freed, bare = reached(seen, name, "freed"), reached(seen, name, "bare")
        mistake = (
            "something stays when the handles are removed: hooks alone may change what the block computes"
        )
        expect(
            torch.equal(freed, bare),
            f"the block's own output, without the hooks ({name})",
            "another",
            mistake,
        )


def _nothing_else_changes(seen: Seen) -> None:
    for name in ALL:
        weights, _, *vectors = seen.arguments(name)
        now = reached(seen, name, "weights")
        kept = all(torch.equal(now[key], weights[key]) for key in weights)
        expect(
            kept, f"the block's weights as they were ({name})", "others", "the frozen weights were changed"
        )
        kept = all(map(torch.equal, reached(seen, name, "vectors"), vectors))
        mistake = "the vectors that were handed in were changed in place"
        expect(kept, f"l_k, l_v and l_ff as they were ({name})", "others", mistake)
        kept = torch.equal(reached(seen, name, "other block"), reached(seen, name, "bare"))
        mistake = "another block changed as well: hook modules of the block that is handed in"
        expect(kept, f"another block as it was ({name})", "another output", mistake)


place_hooks = Exercise(
    "lesson_03.place_hooks", "place_hooks", _cases, hooks_on_a_block,
    (
        Property("the handles are returned", _returns_handles),
        Property("vectors of ones change nothing, bit for bit", _ones_change_nothing),
        Property("the block computes softmax(q (l_k k)) (l_v v) and W_2 (l_ff GELU(W_1 x))", _computes_ia3),
        noted("the same for any sizes, and factors of any sign", ALL[2:], "output", _three,
        "the block's output",
              "no size may be written into the code; test one vector at a time"),
        noted("the hooks act at every call", ALL, "second",
              lambda weights, x, *vectors: _three(weights, 2 * x, *vectors), "the output of the next call",
              "the next call gave something else: a hook must do the same every time"),
        noted(IN_USE, ALL, "evaluated", _three, "the output after block.eval(), under no_grad", SAME),
        Property("keys and values themselves are scaled, not something that has the same effect",
                 _sits_where_the_paper_says),
        Property("no weight, no vector and no other block is touched", _nothing_else_changes),
        Property("without the hooks the block is what it was", _can_be_taken_off),
    ),
)  # fmt: skip
