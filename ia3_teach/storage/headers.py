"""What is looked at before a file is read: its size, its header, the lengths of names.

A safetensors file is 8 bytes with the length of its header, the header, which is JSON, and the values.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from safetensors import safe_open

from ia3_teach.storage.plain_files import check_file, read_json
from ia3_teach.wording import brief, short

MOST_SETTINGS = 4 * 2**20  # bytes of adapter_config.json; 10,000 sites with long paths come to 1 MB
MOST_HEADER = 16 * 2**20
LONGEST_NAME = 500


@dataclass(frozen=True)
class Outline:
    """A tensor of which no value has been read."""

    shape: tuple[int, ...]


def read_settings(path: Path) -> dict[str, object]:
    """The JSON object in a file. Raises ValueError for a file too large for settings, or of another kind."""
    check_file(path, MOST_SETTINGS)
    try:
        config = read_json(path, MOST_SETTINGS)
    except ValueError as error:  # no text, no JSON, or more digits or depth than Python takes
        raise ValueError(f"{short(path)} is damaged ({short(error, 300)}); copy or save it again") from error
    if not isinstance(config, dict):
        raise ValueError(f"{short(path)} should hold a JSON object; found {type(config).__name__}")
    return config


def check_header(path: Path) -> None:
    """Refuse a file whose header cannot be one, before a byte of the header is read."""
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
    size = path.stat().st_size
    if length > min(MOST_HEADER, max(size - 8, 0)):
        raise ValueError(
            f"{short(path)} is damaged: a header of {length:,} bytes cannot be (the file has {size:,}, and "
            f"headers {MOST_HEADER:,} at most); copy or save it again"
        )


def outlines(opened: safe_open) -> dict[str, Outline]:
    """{name: shape} from the header alone. Raises ValueError for a name that is too long."""
    names = list(opened.keys())
    long = next((name for name in names if len(name) > LONGEST_NAME), None)
    if long is not None:
        raise ValueError(
            f"a tensor has a name of {len(long):,} characters, which starts with {brief(long[:40])}; "
            f"{LONGEST_NAME} are the most"
        )
    return {name: Outline(tuple(opened.get_slice(name).get_shape())) for name in names}
