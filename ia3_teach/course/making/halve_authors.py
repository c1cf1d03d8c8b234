"""Make the shipped copy of the vectors that the authors of T-Few trained for T0-3B.

    python -m ia3_teach.course.making.halve_authors --file t03b_ia3_finish.pt

It writes l - 1 in half precision, and names source, licence and sum of the original in the manifest.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from safetensors.torch import save_file
from torch import Tensor

from ia3_teach.course.shipped import manifest
from ia3_teach.course.shipped.authors import FOLDER, Stacks, authors_vectors
from ia3_teach.course.shipped.paths import own_data_dir
from ia3_teach.storage.atomic import replacing

SOURCE = {
    "repository": "r-three/t-few",
    "file": "pretrained_checkpoints/t03b_ia3_finish.pt",
    "licence": "MIT, (c) 2022 r-three",
    "trained": "T0-3B on T0's mixture of tasks, 100,000 steps",
    "kept": "l - 1 in half precision",
}


def halve(path: Path, directory: Path) -> None:
    """Write the copy of a T-Few checkpoint into a data directory, and list it in the manifest."""
    found = authors_vectors(path)
    target = directory / FOLDER / "vectors.safetensors"
    target.parent.mkdir(parents=True, exist_ok=True)
    with replacing(target) as beside:
        # one entry: several would come in another order each time, and with them another sum
        save_file(departures(found), beside, metadata={"source": "; ".join(SOURCE.values())})
    facts = SOURCE | {"bytes": path.stat().st_size, "sha256": manifest.sha256(path)}
    manifest.write(directory, {"vectors of T0-3B": facts})


def departures(stacks: Stacks) -> dict[str, Tensor]:
    """{"encoder.l_k": l - 1, ...} in half precision.

    >>> departures({"encoder": {"l_k": Tensor([[1.5]])}})
    {'encoder.l_k': tensor([[0.5000]], dtype=torch.float16)}
    """
    return {f"{stack}.{kind}": (l - 1).half() for stack, kinds in stacks.items() for kind, l in kinds.items()}


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and write the copy."""
    shape = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=shape)
    parser.add_argument("--file", type=Path, required=True, help="the authors' t03b_ia3_finish.pt")
    halve(parser.parse_args(arguments).file, own_data_dir())


if __name__ == "__main__":
    main()
