"""The README's pictures are made from the shipped model, vectors and runs; the film shows a drag."""

import shutil

import pytest
from PIL import Image

from ia3_teach.views import readme_picture
from ia3_teach.views.readme_picture import HEIGHT, STEPS, WIDTH, drag_pictures, write_pictures


def test_without_a_browser_it_says_what_is_missing(monkeypatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(ValueError, match="there is none \\(apt install chromium\\)"):
        drag_pictures()


def test_the_outcomes_and_the_film_are_written(tmp_path, monkeypatch) -> None:
    pages = [Image.new("P", (WIDTH, HEIGHT), step) for step in range(STEPS + 1)]
    monkeypatch.setattr(readme_picture, "drag_pictures", lambda: pages)
    film, table = write_pictures(tmp_path)
    assert film.name == "explorer.gif" and table.read_bytes().startswith(b"\x89PNG")


@pytest.mark.browser
@pytest.mark.slow
def test_the_drag_turns_the_answer_and_every_step_is_another_picture(chromium) -> None:
    taken = drag_pictures()
    assert len(taken) == STEPS + 1 and {picture.size for picture in taken} == {(WIDTH, HEIGHT)}
    assert len({picture.convert("RGB").tobytes() for picture in taken}) == STEPS + 1
