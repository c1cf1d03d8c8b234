"""Check of a control: a shuffle within each row, which keeps what a row is and breaks what channels share."""

import itertools

import torch
from torch import Tensor

from ia3_teach.check.comparing import NOTHING
from ia3_teach.check.core import expect
from ia3_teach.check.drawing import Draw
from ia3_teach.check.failure import describe
from ia3_teach.check.judging import keeps_format, untouched
from ia3_teach.check.probing.calls import call_each, case
from ia3_teach.check.seen import Seen
from ia3_teach.check.shape import Cases, Exercise, Property

SEEDS = 4


def _cases(seed: int) -> Cases:
    """No entry comes twice, so that each can be followed to its place."""
    draw = Draw(seed)

    def entries(rows: int, columns: int, dtype: torch.dtype = torch.float32) -> Tensor:
        return draw.factors(rows * columns, dtype).view(rows, columns)

    x, first = entries(4, 12), draw.number(0, 99)
    draws = {f"seed {number + 1} of {SEEDS}": case(x.clone(), first + number) for number in range(SEEDS)}
    return draws | {
        "the first seed again": case(x.clone(), first), "two rows of thirty": case(entries(2, 30), first + 7),
        "one row": case(entries(1, 15), first + 8), "float64": case(entries(3, 9, torch.float64), first + 9),
        "seed 0": case(x.clone(), 0), "seed 0 again": case(x.clone(), 0),
    }  # fmt: skip


ALL = tuple(_cases(0))
SEVERAL = tuple(name for name in ALL if name != "one row")


def _pair(seen: Seen, name: str) -> tuple[Tensor, Tensor]:
    """What was handed in, in the format of what came back, and that, which must have the same shape."""
    found, x = seen[name], seen.arguments(name)[0]
    right = isinstance(found, Tensor) and found.shape == x.shape
    mistake = NOTHING if found is None else "return a matrix of the shape of x"
    expect(right, f"a tensor of shape {tuple(x.shape)} ({name})", describe(found), mistake)
    return x.to(found.dtype), found


def _sorted_rows(x: Tensor) -> list[list[float]]:
    return x.sort(dim=1).values.tolist()


def _rows_keep_their_entries(seen: Seen) -> None:
    for name in ALL:
        x, found = _pair(seen, name)
        if _sorted_rows(found) == _sorted_rows(x):
            continue
        told = {
            "the rows changed places: each stays where it is, and its entries move":
                sorted(_sorted_rows(found)) == sorted(_sorted_rows(x)),
            "entries went over into other rows: a layer that moved far lends its size to the others":
                sorted(found.flatten().tolist()) == sorted(x.flatten().tolist()),
            "entries came twice and others not at all: draw without putting back (randperm, not randint)":
                set(found.flatten().tolist()) < set(x.flatten().tolist()),
        }  # fmt: skip
        mistake = next((text for text, fits in told.items() if fits), "a row keeps exactly its own entries")
        expect(False, f"in each row the entries that it had ({name})", describe(found), mistake)


def _orders(seen: Seen, name: str) -> list[list[int]]:
    """For each row, from which channel each of its entries came; one that it never had is -1."""
    x, found = _pair(seen, name)
    places = [{entry: place for place, entry in enumerate(row)} for row in x.tolist()]
    rows = zip(places, found.tolist(), strict=True)
    return [[came.get(entry, -1) for entry in row] for came, row in rows]


def _orders_are_random(seen: Seen) -> None:
    for name in ALL:
        for order, row in zip(_orders(seen, name), _pair(seen, name)[1].tolist(), strict=True):
            size = len(order)
            steps = {(after - before) % size for before, after in zip(order, order[1:], strict=False)}
            told = {
                "the row is in its old order: nothing was shuffled": order == [*range(size)],
                "the row was sorted, which is an order and not a shuffle":
                    row in (sorted(row), sorted(row)[::-1]),
                "the row was turned round: neighbours are still neighbours": steps == {size - 1},
                "the row was moved along: neighbours are still neighbours": steps == {1},
            }  # fmt: skip
            for mistake, fits in told.items():
                expect(not fits, f"a random order in each row ({name})", f"from channels {order}", mistake)


def _each_row_has_its_own(seen: Seen) -> None:
    _few_stay(seen)
    for name in SEVERAL:
        orders = _orders(seen, name)
        different = len({tuple(order) for order in orders})
        mistake = "rows share an order: channels that hang together in these layers still do"
        if different == 1:
            mistake = "all rows have one order: channels that hang together over the layers still do"
        own = different == len(orders)
        if own and len(orders[0]) >= 12:  # in a shorter row that may happen by chance
            mistake = "one row's order is made from another's: draw for each row anew"
            own = len({_turned(order) for order in orders}) == len(orders)
            own = own and not any(_commute(*both) for both in itertools.combinations(orders, 2))
        found = f"first row from channels {orders[0]}"
        expect(own, f"an order of its own for each row ({name})", found, mistake)


def _commute(first: list[int], second: list[int]) -> bool:
    """One after the other is the same either way, as with two powers of one order."""
    return all(first[second[place]] == second[first[place]] for place in range(len(first)))


def _few_stay(seen: Seen) -> None:
    """One entry of a row, on the average, comes to its own place by chance."""
    orders = [order for name in ALL[:SEEDS] for order in _orders(seen, name)]
    still = sum(place == came for order in orders for place, came in enumerate(order))
    entries = sum(map(len, orders))
    mistake = "most entries stay where they are: shuffle the whole row"
    expect(still < 0.35 * entries, "few entries where they were", f"{still} of {entries}", mistake)


def _turned(order: list[int]) -> tuple[int, ...]:
    """The same for all orders that differ by moving the places, or the channels, along."""
    steps = [(after - before) % len(order) for before, after in zip([order[-1], *order], order, strict=False)]
    return min(tuple(steps[place:] + steps[:place]) for place in range(len(steps)))


def _seed_decides(seen: Seen) -> None:
    first, again = _pair(seen, ALL[0])[1], _pair(seen, ALL[SEEDS])[1]
    mistake = "the same seed gave another shuffle: draw with torch.Generator().manual_seed(seed)"
    later = seen.again(ALL[0])
    same = torch.equal(first, again) and isinstance(later, Tensor) and torch.equal(first, later)
    expect(same, "the same shuffle for the same seed", describe(again), mistake)
    zero = [_pair(seen, name)[1] for name in ("seed 0", "seed 0 again")]
    mistake = "0 is a seed like any other: `if seed` leaves it out"
    expect(torch.equal(*zero), "the same shuffle for seed 0", describe(zero[1]), mistake)
    draws = {tuple(_pair(seen, name)[1].flatten().tolist()) for name in ALL[:SEEDS]}
    mistake = "every seed gave the same shuffle: hand the seed to the generator"
    if len(draws) > 1:
        mistake = "some seeds gave the same shuffle: hand the seed itself to the generator"
    expect(len(draws) == SEEDS, f"{SEEDS} shuffles for {SEEDS} seeds", f"{len(draws)}", mistake)


def _every_place_is_reached(seen: Seen) -> None:
    """A shuffle inside of each half, say, would keep what heads are."""
    orders = [order for name in ALL[:SEEDS] for order in _orders(seen, name)]
    repeated = len(set(map(tuple, orders))) < len(orders)  # which other properties tell
    for place in range(0 if repeated else len(orders[0])):
        came = {order[place] for order in orders}
        mistake = "one place of the row hardly takes part: shuffle all entries, the first and the last too"
        what = f"entries from all over the row at place {place}, in {len(orders)} shuffles"
        expect(len(came) > 2, what, f"from channels {sorted(came)} only", mistake)
    half = len(orders[0]) // 2
    crossed = sum((place < half) != (came < half) for order in orders for place, came in enumerate(order))
    expect(
        crossed > 0.25 * len(orders) * 2 * half, "entries that cross from one half of the row to the other",
        f"{crossed} of {len(orders) * 2 * half}", "entries stay near their places: shuffle the whole row",
    )  # fmt: skip


shuffle_rows = Exercise(
    "lesson_13.shuffle_rows", "shuffle_rows", _cases, call_each,
    (
        Property("each row keeps its own entries", _rows_keep_their_entries),
        Property("each row is in a random order", _orders_are_random),
        Property("each row has an order of its own", _each_row_has_its_own),
        Property("an entry may come to any place of its row", _every_place_is_reached),
        Property("the seed decides, and nothing else", _seed_decides),
        keeps_format(("float64",), 0, lambda value: value, "the shuffle"),
        untouched(ALL, {0: "x"}, "x was changed in place: make a new tensor"),
    ),
)  # fmt: skip
