"""IA3, LoRA and their relatives, taught on models small enough for a laptop.

Every verb of the course can be imported from here; nothing heavy is imported before it is used.
"""

from typing import TYPE_CHECKING

from ia3_teach.lazy import handed_out

__version__ = "0.1.0"

if TYPE_CHECKING:  # what editors see; the same names as below
    from ia3_teach.adapters import activate, attach, detach
    from ia3_teach.arithmetic.combining import combine
    from ia3_teach.arithmetic.values import dial, set_vectors, vectors
    from ia3_teach.contexts import disabled, rows
    from ia3_teach.counting import count
    from ia3_teach.course.lesson.evaluate import accuracy, encode
    from ia3_teach.course.shipped.models import load_model
    from ia3_teach.course.shipped.tasks import few_shot, load_task
    from ia3_teach.files import load_adapter, save_adapter
    from ia3_teach.ia3 import IA3
    from ia3_teach.lora import LoRA
    from ia3_teach.merging import merge, merged, unmerge
    from ia3_teach.t_few.answers import rank_classify
    from ia3_teach.t_few.checkpoint import load_t_few
    from ia3_teach.t_few.choices import encode_choices
    from ia3_teach.t_few.losses import t_few_loss
    from ia3_teach.training.loop import fit

__all__, __getattr__, __dir__ = handed_out(
    __name__,
    {
        "ia3": "IA3",
        "lora": "LoRA",
        "adapters": "attach detach activate",
        "contexts": "disabled rows",
        "merging": "merge unmerge merged",
        "counting": "count",
        "files": "save_adapter load_adapter",
        "training.loop": "fit",
        "arithmetic.values": "vectors set_vectors dial",
        "arithmetic.combining": "combine",
        "t_few.checkpoint": "load_t_few",
        "t_few.choices": "encode_choices",
        "t_few.answers": "rank_classify",
        "t_few.losses": "t_few_loss",
        "course.shipped.models": "load_model",
        "course.shipped.tasks": "load_task few_shot",
        "course.lesson.evaluate": "encode accuracy",
    },
)
