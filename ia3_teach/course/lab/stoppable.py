"""A client of a notebook's kernel for which Ctrl-C is no error of the notebook."""

import asyncio
import signal
from contextlib import suppress
from typing import Any

from nbclient import NotebookClient


class StoppableClient(NotebookClient):
    """Ends its kernel at Ctrl-C and raises KeyboardInterrupt.

    NotebookClient takes the kernel away and leaves the cell that waits for it to fail, which looks like
    the fault of that cell.
    """

    stopped = False

    async def async_start_new_kernel(self, **settings: Any) -> None:
        """Start; from here on Ctrl-C cancels the run (on Windows, which has no such signals, as before)."""
        task = asyncio.current_task()

        def stop() -> None:
            self.stopped = True
            task.cancel()

        with suppress(NotImplementedError, RuntimeError):
            asyncio.get_running_loop().add_signal_handler(signal.SIGINT, stop)
        await super().async_start_new_kernel(**settings)

    def execute(self, **settings: Any) -> Any:
        """Run the whole notebook. Raises KeyboardInterrupt at Ctrl-C."""
        try:
            return super().execute(**settings)
        except BaseException:  # what a run ends with that was cancelled depends on where it was
            if self.stopped:
                raise KeyboardInterrupt from None
            raise
