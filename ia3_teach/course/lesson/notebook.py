"""The one line at the top of every lesson."""

import random

import torch

from ia3_teach.annotated import numbers


@numbers()
def setup(seed: int = 0) -> None:
    """Make a lesson repeatable and quiet: seeds, one thread, figure defaults, no chatter.

    >>> setup(); first = torch.rand(1)
    >>> setup(); bool(torch.rand(1) == first)
    True
    """
    random.seed(seed)
    torch.manual_seed(seed)
    torch.set_num_threads(1)  # sums in one order, so that printed numbers agree between machines
    torch.use_deterministic_algorithms(True, warn_only=True)
    torch.set_printoptions(precision=4, sci_mode=False)
    _quieten()
    _style_figures()


def _quieten() -> None:
    """Loading and mapping bars say nothing that a lesson is about."""
    import datasets
    import transformers

    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    datasets.disable_progress_bars()


def _style_figures() -> None:
    import matplotlib.style

    matplotlib.style.use("ia3_teach.views.figures")
