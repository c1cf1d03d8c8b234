"""The authors' vectors: the shipped copy against their own file, and files that are not as theirs."""

from pathlib import Path

import pytest
import torch
from safetensors import safe_open

from ia3_teach.course.lesson.reading import share_of_departure
from ia3_teach.course.shipped.authors import FOLDER, authors_vectors, place_of, stacked
from ia3_teach.course.shipped.manifest import ManifestError, read_manifest, sha256
from ia3_teach.course.shipped.paths import data_dir

ORIGINAL = "data/t0-3b-ia3/t03b_ia3_finish.pt"
WIDTHS = {"l_k": 2048, "l_v": 2048, "l_ff": 5120}
KEY = "encoder.block.0.layer.0.SelfAttention.k"


@pytest.mark.parametrize(
    "path", ["k", "encoder.block.0.q", "shared.block.0.k", "encoder.block.x.k", "encoder.block.0.wo", ""]
)
def test_a_linear_that_carries_no_vector_of_the_paper_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="is no place of l_k, l_v or l_ff in a gated T5"):
        place_of(path)


@pytest.mark.parametrize(
    "vectors",
    [
        {KEY.replace("0", "1", 1): torch.ones(2)},
        {KEY: torch.ones(2), KEY.replace("0", "2", 1): torch.ones(2)},
        {KEY: torch.ones(2), KEY.replace("0", "1", 1): torch.ones(3)},
    ],
    ids=["none for block 0", "a gap", "two lengths"],
)
def test_blocks_that_do_not_fit_together_are_refused(vectors: dict) -> None:
    with pytest.raises(ValueError, match="each block from 0 on has one, all alike"):
        stacked(vectors)


def test_a_missing_file_and_one_of_another_kind_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="there is no file"):
        authors_vectors(tmp_path / "t03b_ia3_finish.pt")
    torch.save({"encoder.q.lora_a": torch.ones(2, 1)}, tmp_path / "lora.pt")
    with pytest.raises(ValueError, match="every name ends in .multi_lora_b"):
        authors_vectors(tmp_path / "lora.pt")


def test_a_changed_copy_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MANIFEST.json", f"{FOLDER}/LICENSE", f"{FOLDER}/vectors.safetensors"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((data_dir() / name).read_bytes())
    (tmp_path / "world").mkdir()
    content = bytearray((tmp_path / FOLDER / "vectors.safetensors").read_bytes())
    content[-1] ^= 1
    (tmp_path / FOLDER / "vectors.safetensors").write_bytes(content)
    monkeypatch.setenv("IA3_TEACH_DATA", str(tmp_path))
    with pytest.raises(ManifestError, match="was changed"):
        authors_vectors()


def test_the_copy_holds_every_vector_in_the_usual_order() -> None:
    found = authors_vectors()
    assert list(found) == ["encoder", "decoder", "cross-attention"]
    assert [list(kinds) for kinds in found.values()] == [[*WIDTHS], [*WIDTHS], ["l_k", "l_v"]]
    every = [(kind, l) for kinds in found.values() for kind, l in kinds.items()]
    assert all(l.shape == (24, WIDTHS[kind]) and l.dtype == torch.float32 for kind, l in every)
    assert sum(l.numel() for _, l in every) == 540_672
    assert not any((l == 1).any() for _, l in every), "half precision around 0 makes no entry exactly 1"


def test_blocks_come_in_the_order_of_their_numbers_and_not_of_their_names() -> None:
    numbers = (10, 2, *range(2), *range(3, 10))
    vectors = {KEY.replace("0", str(n), 1): torch.full((2,), float(n)) for n in numbers}
    assert stacked(vectors)["encoder"]["l_k"][:, 0].tolist() == [*map(float, range(11))]


def test_source_and_licence_stand_beside_the_copy_and_in_it() -> None:
    facts = read_manifest()["vectors of T0-3B"]
    assert facts["repository"] == "r-three/t-few" and facts["licence"].startswith("MIT")
    assert "(c) 2022 r-three" in (data_dir() / FOLDER / "LICENSE").read_text()
    with safe_open(data_dir() / FOLDER / "vectors.safetensors", "pt") as file:
        assert all(fact in file.metadata()["source"] for fact in (facts["repository"], facts["licence"]))


def test_the_copy_is_the_authors_file_up_to_half_precision(shared: Path) -> None:
    """Of l - 1, whose half precision is off by at most one part in 2,048."""
    original, copy = authors_vectors(shared / ORIGINAL), authors_vectors()
    assert sha256(shared / ORIGINAL) == read_manifest()["vectors of T0-3B"]["sha256"]
    assert (shared / ORIGINAL).stat().st_size == read_manifest()["vectors of T0-3B"]["bytes"]
    assert {stack: list(kinds) for stack, kinds in original.items()} == {s: list(k) for s, k in copy.items()}
    for stack, kinds in original.items():
        for kind, l in kinds.items():
            torch.testing.assert_close(copy[stack][kind] - 1, l - 1, rtol=2**-11, atol=1.3e-7)


def test_what_the_lesson_says_of_the_copy_holds_for_the_authors_file(shared: Path) -> None:
    """The same entries are negative; counts near a limit differ by a few, and sizes do not."""
    every = [torch.cat([l.flatten() for kinds in stacks.values() for l in kinds.values()])
             for stacks in (authors_vectors(), authors_vectors(shared / ORIGINAL))]  # fmt: skip
    copy, original = ((l - 1).abs() for l in every)
    assert torch.equal(every[0] < 0, every[1] < 0) and int((every[0] < 0).sum()) == 12
    assert torch.equal(every[0] > 2, every[1] > 2)
    for limit, most in ((0.1, 100), (0.3, 5), (0.5, 5)):
        assert abs(int((copy > limit).sum()) - int((original > limit).sum())) <= most
    sizes = [moved.square().mean().sqrt().item() for moved in (copy, original)]
    assert sizes[0] == pytest.approx(sizes[1], rel=1e-5)
    shares = [share_of_departure(l)[len(l) // 100 - 1].item() for l in every]
    assert shares[0] == pytest.approx(shares[1], rel=1e-4)
