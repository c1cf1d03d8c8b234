"""The README's pictures are drawn from the shipped model, vectors and runs."""

from PIL import Image

from ia3_teach.views.dial_grid import STOPS
from ia3_teach.views.readme_picture import WIDTH, write_pictures


def test_the_dial_turns_through_its_stops_and_the_outcomes_are_a_picture(tmp_path) -> None:
    film, table = write_pictures(tmp_path)
    with Image.open(film) as turned:
        assert turned.n_frames == len(STOPS) and turned.width == WIDTH
    assert table.read_bytes().startswith(b"\x89PNG") and film.stat().st_size < 300_000
