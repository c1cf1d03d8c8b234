"""From texts to token ids, whatever a tokenizer puts before and behind a text by itself.

Some begin each text with a token (Llama), some end it with one (T5, BERT), and some split a text otherwise
at its start than within a line. A prompt is a text that goes on: what stands before it stays, what would end
it goes. An answer is what is added when it is written behind its prompt.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ia3_teach.wording import brief

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

Ids = list[int]


def open_ids(tokenizer: PreTrainedTokenizerBase, texts: Sequence[str]) -> list[Ids]:
    """The token ids of texts that go on: with what the tokenizer puts before them, not what ends them."""
    texts = list(texts)
    if not texts:
        return []
    whole = tokenizer(texts)["input_ids"]
    bare = tokenizer(texts, add_special_tokens=False)["input_ids"]
    ends = {tokenizer.eos_token_id, tokenizer.sep_token_id}
    return [without_end(*pair, ends) for pair in zip(whole, bare, strict=True)]


def without_end(whole: Ids, bare: Ids, ends: set[int | None]) -> Ids:
    """`whole` up to where `bare` ends in it; where it is not found, up to the end tokens.

    >>> without_end([1, 5, 6, 2], [5, 6], {2})
    [1, 5, 6]
    """
    for start in range(len(whole) - len(bare) + 1 if bare else 0):
        if whole[start : start + len(bare)] == bare:
            return whole[: start + len(bare)]
    return without_end(whole[:-1], [], ends) if whole and whole[-1] in ends else whole


def ids_after(tokenizer: PreTrainedTokenizerBase, before: str, texts: Sequence[str]) -> list[Ids]:
    """The token ids that each text adds when it is written behind `before`.

    Where the last tokens of `before` would change with it, the text is encoded alone.
    """
    (first,) = open_ids(tokenizer, [before])
    found = []
    for text, both in zip(texts, open_ids(tokenizer, [before + text for text in texts]), strict=True):
        apart = both[: len(first)] != first
        alone = tokenizer(text, add_special_tokens=False)["input_ids"] if apart else []
        found.append(alone if apart else both[len(first) :])
    return found


def end_id(tokenizer: PreTrainedTokenizerBase) -> int:
    """The token that ends an answer. Raises ValueError for a tokenizer without one."""
    if tokenizer.eos_token_id is None:
        raise ValueError(
            f"the tokenizer {brief(tokenizer.name_or_path)} has no end token, so no answer could end; "
            "set tokenizer.eos_token to one of its tokens"
        )
    return tokenizer.eos_token_id
