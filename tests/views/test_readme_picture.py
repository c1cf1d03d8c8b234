"""The README's picture is drawn from the shipped vectors."""

from ia3_teach.views.readme_picture import write_front_picture


def test_it_is_written_as_png(tmp_path) -> None:
    path = write_front_picture(tmp_path)
    assert path.read_bytes().startswith(b"\x89PNG")
    assert path.name == "sentiment_vectors.png"
