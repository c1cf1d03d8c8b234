"""One byte-level BPE tokenizer for both tiny models."""

import random
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ia3_teach.course.world.heldout import HELD_OUT
from ia3_teach.course.world.prompts import document

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

SPECIAL = {
    "pad_token": "[PAD]",
    "unk_token": "[UNK]",
    "cls_token": "[CLS]",
    "sep_token": "[SEP]",
    "mask_token": "[MASK]",
    "bos_token": "<s>",
    "eos_token": "</s>",
}
VOCABULARY = 2400


def training_text(seed: int, documents: int) -> Iterator[str]:
    """Documents of the corpus, and the answer words of the held-out tasks, so that each is a token."""
    rng = random.Random(f"tokenizer {seed}")
    for _ in range(documents):
        yield "".join(piece for piece, _ in document(rng))
    for task in HELD_OUT.values():
        yield from [f"{task.question} {label}" for label in task.labels] * 200


def train_tokenizer(seed: int, documents: int = 20_000, size: int = VOCABULARY) -> "PreTrainedTokenizerFast":
    """Train the tokenizer of the tiny models from a seed.

    Text becomes bytes, then merges; nothing is unknown. It adds no special tokens (as BLOOM's
    tokenizer); `with_cls` adds BERT's.
    """
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    core = Tokenizer(models.BPE(unk_token="[UNK]"))
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=list(SPECIAL.values()),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    core.train_from_iterator(training_text(seed, documents), trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=core, padding_side="right", model_max_length=512, **SPECIAL
    )


def with_cls(tokenizer: "PreTrainedTokenizerFast") -> "PreTrainedTokenizerFast":
    """The same tokenizer, putting [CLS] before and [SEP] after each text, as BERT's does."""
    from tokenizers import processors
    from transformers import PreTrainedTokenizerFast

    core = type(tokenizer.backend_tokenizer).from_str(tokenizer.backend_tokenizer.to_str())
    core.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[(name, core.token_to_id(name)) for name in ("[CLS]", "[SEP]")],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=core, padding_side="right", model_max_length=256, **SPECIAL
    )
