"""Print by how many bytes training raises the memory of this process, which holds the model already.

python tests/bench/peak.py "bert-base" "IA3"
"""

import sys
import threading
import time
from pathlib import Path

import psutil
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench import shapes
from bench.training import trainer
from bench.ways import WAYS

STEPS = 3


class Watch(threading.Thread):
    """The largest resident size seen, looked at every few milliseconds."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.process, self.largest, self.stop = psutil.Process(), 0, threading.Event()

    def run(self) -> None:
        while not self.stop.wait(0.002):
            self.largest = max(self.largest, self.process.memory_info().rss)


def main(shape_name: str, way: str) -> None:
    """Train for a few steps and compare with the resident size before the adapter was attached."""
    torch.set_num_threads(1)
    every = [*shapes.SMALL, *shapes.FULL_SIZE, *shapes.TINY]
    shape = next(shape for shape in every if shape.name == shape_name)
    model = shapes.build(shape)
    time.sleep(0.1)
    watch = Watch()
    start = watch.process.memory_info().rss
    watch.start()
    step = trainer(WAYS[way](model), shape)
    for _ in range(STEPS):
        step()
    watch.stop.set()
    watch.join()
    print(watch.largest - start)


if __name__ == "__main__":
    main(*sys.argv[1:])
