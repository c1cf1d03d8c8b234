"""Names of marks: clear of marks, of one another, and of what stands there already."""

from itertools import combinations

from ia3_teach.views.name_spots import offsets, overlap

PANEL = 6.0, 3.3


def test_names_cover_neither_marks_nor_one_another() -> None:
    places = {f"Method{number}": (2 + number / 8, 1.5 + number % 3 / 10) for number in range(9)}
    found, boxes = offsets(places, *PANEL), []
    for name, (across, up) in found.items():
        (x, y), width = places[name], 0.078 * len(name)
        left = x + across - (width if across < 0 else 0)
        boxes.append((left, left + width, y + up - 0.08, y + up + 0.08))
    assert not any(overlap(*pair) for pair in combinations(boxes, 2))
    assert not any(overlap(box, (x, x, y, y)) for box in boxes for x, y in places.values())


def test_names_keep_out_of_the_words_of_a_level() -> None:
    places, said = {"VeRA": (1.0, 1.0)}, (0.0, 1.6, 0.95, 1.11)
    (free,) = offsets(places, *PANEL).values()
    ((across, up),) = offsets(places, *PANEL, [said]).values()
    assert free[1] == 0 and not overlap((1 + across, 1.3 + across, 0.92 + up, 1.08 + up), said)
