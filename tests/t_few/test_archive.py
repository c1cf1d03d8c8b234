"""What torch.save did not write so is refused before torch reads it, and a changed byte after."""

import zipfile
from pathlib import Path

import pytest
import torch

from ia3_teach.t_few.archive import MOST_NAMES, check_archive
from ia3_teach.t_few.checkpoint import read_t_few

VECTORS = {"k.multi_lora_b": torch.arange(1.0, 65.0)[:, None]}


def saved(folder: Path) -> Path:
    torch.save(VECTORS, folder / "vectors.pt")
    return folder / "vectors.pt"


def packed_again(path: Path, longer: int = 0) -> Path:
    """The same records, deflated, as an archive program writes them; the names longer by so many bytes."""
    target = path.with_name("again.pt")
    with zipfile.ZipFile(path) as plain, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as other:
        for record in plain.infolist():
            with other.open(record.filename, "w") as file:
                file.write(plain.read(record))
                if record.filename.endswith(".pkl"):
                    for _ in range(longer // 2**20):
                        file.write(bytes(2**20))
    return target


def test_what_was_packed_again_is_not_read_as_numbers(tmp_path) -> None:
    path = packed_again(saved(tmp_path))
    with pytest.raises(ValueError, match="packed again by another program"):
        read_t_few(path)


def test_names_that_unfold_beyond_all_measure_are_not_unfolded(tmp_path) -> None:
    path = packed_again(saved(tmp_path), longer=MOST_NAMES + 2**20)
    assert path.stat().st_size < 2**18
    stored = path.with_name("stored.pt")
    with zipfile.ZipFile(path) as other, zipfile.ZipFile(stored, "w") as plain:
        for record in other.infolist():
            plain.writestr(record.filename, other.read(record))
    for each, said in ((path, "packed again"), (stored, "bytes of names")):
        with pytest.raises(ValueError, match=said):
            check_archive(each)


def test_every_changed_byte_of_the_numbers_is_noticed(tmp_path) -> None:
    path = saved(tmp_path)
    content = path.read_bytes()
    start = content.index(VECTORS["k.multi_lora_b"].numpy().tobytes())
    for place in range(start, start + 256, 37):
        path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        with pytest.raises(ValueError, match="is damaged"):
            read_t_few(path)
    path.write_bytes(content)
    assert torch.equal(read_t_few(path)["k"], VECTORS["k.multi_lora_b"].flatten())


def test_an_archive_of_other_things_is_refused(tmp_path) -> None:
    path = tmp_path / "many.pt"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(20):
            archive.writestr(f"{number}.txt", "text")
    with pytest.raises(ValueError, match="damaged or holds more than tensors"):
        read_t_few(path)
