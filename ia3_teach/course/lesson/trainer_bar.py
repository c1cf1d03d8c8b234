"""A progress bar for `transformers.Trainer`."""

from __future__ import annotations

from transformers import TrainerCallback

from ia3_teach.training.bars import new_bar


class Bar(TrainerCallback):
    """One bar with the last loss beside it.

    Trainer's own callbacks print each log on stdout, or add a row to a table in the notebook.
    """

    def on_train_begin(self, args, state, control, **kwargs) -> None:
        """Start with as many steps as there will be updates."""
        self.bar = new_bar("train", state.max_steps)

    def on_step_end(self, args, state, control, **kwargs) -> None:
        """One update is done."""
        self.bar.update(1)

    def on_log(self, args, state, control, logs=None, **kwargs) -> None:
        """Show the loss."""
        if "loss" in (logs or {}):
            self.bar.set_postfix_str(f"loss {logs['loss']:.3f}", refresh=False)

    def on_train_end(self, args, state, control, **kwargs) -> None:
        """Take the bar away."""
        self.bar.close()


def losses_of(trainer) -> list[float]:
    """The loss of each logged step."""
    return [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
