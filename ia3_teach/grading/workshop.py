"""What the submissions of a class share: the course as a box shows it, limits, and whether there is a box."""

from __future__ import annotations

import shutil
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path

from ia3_teach.grading.box import Box
from ia3_teach.grading.boxed import Ran, run_boxed
from ia3_teach.grading.inside.frames import read_json
from ia3_teach.grading.keeping import LARGEST_FILE
from ia3_teach.grading.limits import Limits
from ia3_teach.grading.shown import python
from ia3_teach.grading.work import ENDED, Work


@dataclass(frozen=True)
class Workshop:
    """Runs modules of grading/inside; `bell`, once set, ends every box."""

    course: Path
    data: Path | None
    limits: Limits = Limits()
    boxed: bool = True
    bell: threading.Event = field(default_factory=threading.Event)

    @property
    def root(self) -> str:
        """Where the course lies for who runs in a box."""
        return "/course" if self.boxed else str(self.course)

    def run(self, job: Path, module: str, argument: str) -> Ran:
        """Run a module on a file of the folder `job`."""
        box = Box(self.course, job, self.data, self.limits)
        script = [python(), "-P", "-m", f"ia3_teach.grading.inside.{module}"]
        if self.boxed:
            command = [*box.command(), *script, f"/job/{argument}"]
            return run_boxed(command, self.limits, self.bell.is_set, env={})
        with tempfile.TemporaryDirectory() as scratch:
            environment = box.environment(self.root, str(self.data or ""))
            command = [*script, str(job.resolve() / argument)]
            return run_boxed(command, self.limits, self.bell.is_set, cwd=scratch, env=environment)

    def read(self, file: Path, work: Work) -> bool:
        """The cells of a notebook file into `work`; False, with a line, where there are none."""
        if any(part.is_symlink() for part in (file, file.parent, file.parent.parent)):
            work.lines.append("a link was handed in, and no notebook; it was not followed")
            return False
        if not file.is_file():
            work.lines.append("no notebook of this name was handed in")
            return False
        if file.stat().st_size > LARGEST_FILE:
            work.lines.append(f"the file has {file.stat().st_size / 1e6:.0f} MB and was not read")
            return False
        with tempfile.TemporaryDirectory() as folder:
            shutil.copyfile(file, Path(folder) / "notebook.ipynb")
            return keep_notebook(self.run(Path(folder), "reading", "notebook.ipynb"), work)


def keep_notebook(ran: Ran, work: Work) -> bool:
    """What the reader found."""
    for said, payload in ran.frames:
        if "notebook" in said:
            read = read_json(payload)
            work.cells = read["cells"]
            work.lines += read["lines"]
            if read["format"] != "4":
                work.lines.append(f"a notebook of format {read['format']}, read as well as it can be")
            if read["language"].lower() != "python":
                work.lines.append(f"its kernel is for {read['language']}; run as Python")
            return True
        if "refused" in said:
            work.lines.append(f"not a notebook: {said['refused']}")
            return False
    work.lines.append(f"the file could not be read: {ENDED.get(ran.ended, ran.ended)}; {ran.tail()}")
    return False
