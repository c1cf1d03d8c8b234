"""What a problem set hands to each learner: layers, layouts, splits of their own, drawn from a name."""

from typing import TYPE_CHECKING

from ia3_teach.lazy import handed_out

if TYPE_CHECKING:  # what editors see; the same names as below
    from ia3_teach.course.sets.few_pairs import own_examples
    from ia3_teach.course.sets.layouts import own_attention
    from ia3_teach.course.sets.planted import planted_layer
    from ia3_teach.course.sets.readings import own_reading
    from ia3_teach.course.sets.targets import own_change
    from ia3_teach.course.sets.variants import seed_of

__all__, __getattr__, __dir__ = handed_out(
    __name__,
    {
        "variants": "seed_of",
        "planted": "planted_layer",
        "layouts": "own_attention",
        "targets": "own_change",
        "few_pairs": "own_examples",
        "readings": "own_reading",
    },
)
