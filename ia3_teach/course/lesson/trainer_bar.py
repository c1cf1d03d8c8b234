"""A progress bar for `transformers.Trainer`."""

from __future__ import annotations

from tqdm import tqdm
from transformers import TrainerCallback


class Bar(TrainerCallback):
    """One line on stderr with the last loss beside it.

    Trainer's own callbacks print each log on stdout, or add a row to a table in the notebook.
    """

    def on_train_begin(self, args, state, control, **kwargs) -> None:
        """Start with as many steps as there will be updates."""
        self.bar = tqdm(total=state.max_steps, unit="step", delay=2, leave=False)

    def on_step_end(self, args, state, control, **kwargs) -> None:
        """One update is done."""
        self.bar.update(1)

    def on_log(self, args, state, control, logs=None, **kwargs) -> None:
        """Show the loss."""
        if "loss" in (logs or {}):
            self.bar.set_postfix(loss=f"{logs['loss']:.3f}", refresh=False)

    def on_train_end(self, args, state, control, **kwargs) -> None:
        """Take the bar away."""
        self.bar.close()


def losses_of(trainer) -> list[float]:
    """The loss of each logged step."""
    return [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
