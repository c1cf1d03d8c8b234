"""Work through cells with a crew: hand out what can be named by now, keep each result at once, go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, wait
from dataclasses import dataclass, field

from tqdm.auto import tqdm

from ia3_teach.course.making.crews import Crew
from ia3_teach.course.making.grid import Cell
from ia3_teach.course.making.run_table import RunTable
from ia3_teach.course.making.tracing import TracedRun
from ia3_teach.course.shipped.results import Run
from ia3_teach.wording import brief, short

LIVES = 3  # times that workers may die without a run finished in between


@dataclass
class Engine:
    """Cells, the table that they fill, what makes a run, and the crew that does it.

    Whoever does the runs and in whatever order they finish: one process alone writes the table, and a run is
    handed out only while it is neither in the table nor under way.
    """

    cells: Sequence[Cell]
    table: RunTable
    make: Callable[[Run], TracedRun]
    crew: Crew
    under_way: dict[Future, tuple[Run, Executor]] = field(default_factory=dict)
    deaths: int = 0

    def work(self) -> None:
        """Until every run of every cell is in the table."""
        total = sum(cell.count for cell in self.cells)
        with tqdm(total=total, initial=total - self.left(), unit="run") as bar:
            self.hand_out()
            while self.under_way:
                finished, _ = wait(self.under_way, return_when=FIRST_COMPLETED)
                for future in finished:
                    self.collect(future, *self.under_way.pop(future))
                bar.update(total - self.left() - bar.n)
                self.hand_out()

    def left(self) -> int:
        """How many runs are still to be finished, those that cannot be named yet included."""
        done = self.table.done
        return sum(cell.count - sum(run.key in done for run in cell.wanted(done)) for cell in self.cells)

    def hand_out(self) -> None:
        """Give the crew as much as it takes."""
        for run in self.missing():
            if len(self.under_way) >= self.crew.width():
                return
            executor = self.crew.executor
            try:
                future = executor.submit(self.make, run)
            except self.crew.dies_of as error:
                future = Future()
                future.set_exception(error)
            self.under_way[future] = (run, executor)

    def missing(self) -> Iterator[Run]:
        """The runs that can begin now."""
        begun = {run.key for run, _ in self.under_way.values()}
        for cell in self.cells:
            for run in cell.wanted(self.table.done):
                if run.key not in self.table.done and run.key not in begun:
                    yield run

    def collect(self, future: Future, run: Run, executor: Executor) -> None:
        """Keep a result. Where its worker died the run is left missing, to be handed out again."""
        try:
            self.table.add(future.result())
            self.deaths = 0
        except self.crew.dies_of as error:
            if executor is self.crew.executor:
                self.bury(run, error)
        except CancelledError:
            raise ValueError(
                f"the scheduler is gone. What was finished stands in {short(self.table.path)}; begin the "
                "scheduler again, and the same command goes on"
            ) from None
        except Exception as error:
            error.add_note(f"This was the run {run}. What was finished stands in {self.table.path}.")
            raise

    def bury(self, run: Run, error: Exception) -> None:
        """Go on with new workers, unless they only die."""
        self.deaths += 1
        if self.deaths >= LIVES:
            raise ValueError(
                f"workers died {brief(self.deaths)} times with no run finished in between, last at "
                f"{short(run)} ({short(error)}). "
                "Most often memory is short: try fewer at once. What was finished is kept"
            ) from None
        self.crew.renew()
