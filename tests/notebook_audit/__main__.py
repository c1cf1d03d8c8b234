"""For authors: PYTHONPATH=tests python -m notebook_audit notebooks/02_*.ipynb"""

import sys
from pathlib import Path

import nbformat

from notebook_audit import problems

found = {path: problems(nbformat.read(path, as_version=4)) for path in sys.argv[1:]}
for path, lines in found.items():
    print(f"{Path(path).name}: {len(lines)} problems", *lines, sep="\n  ")
sys.exit(any(found.values()))
