"""Mutants that pass because they are right: another way to write the same, by exercise and change."""

WORDS = "only the words of a message or of a docstring differ"
SMALL = "the random values of A are still small ones; the card says no more of them"
PROMOTED = "l is float32, so that the product is one without the cast"
COPIED = "the copy goes back under no_grad, by its values alone"
WIDTH = "a key is as wide as a query"
NUMBER = "a tensor with one entry may stand for a number"
RIGHT: dict[str, dict[str, str]] = {
    "lesson_03.place_hooks": {"line 8: 0 -> -1": "the tuple of inputs has one entry, the first and the last"},
    "lesson_04.fused_scale": {"line 5: l_k -> l_v": "ones of the shape of l_v are ones of the shape of l_k"},
    "lesson_05.head_copies": {"line 7: ": WORDS},
    "lesson_07.lora_linear": {
        "line 14: ": WORDS, "line 8: 0.5 ->": SMALL,
        "line 8: torch.randn(r, base.in_features) / base.: Mult": SMALL,
    },
    "lesson_13.top_share": {"line 5: without .item()": NUMBER},
    "lesson_13.between_heads": {"line 6: without .item()": NUMBER},
    "lesson_11.unlikelihood_loss": {
        "line 5: right -> log_p": "the two have as many examples",
        "line 5: right -> real": "the two have as many examples",
    },
    "lesson_08.merge_linear": {"line 6: without .float()": PROMOTED, "line 8: without .float()": PROMOTED},
    "lesson_12.masked_step": {"line 4: without .detach()": COPIED},
    "lesson_12.prefix_as_gate": {"line 4: q -> K": WIDTH, "line 4: q -> P_K": WIDTH},
}  # fmt: skip


def why_right(exercise: str, change: str) -> str:
    """Why this mutant computes what the solution computes; empty where nobody has said."""
    reasons = RIGHT.get(exercise, {})
    return next((why for begin, why in reasons.items() if change.startswith(begin)), "")
