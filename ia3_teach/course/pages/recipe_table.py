"""The tables of the cheat sheet that hold numbers: recipes of training, and counts."""

from types import SimpleNamespace

from ia3_teach.course.pages.tables import table
from ia3_teach.course.shipped.published_numbers import published
from ia3_teach.formulas import ia3_formula, lora_formula

KNOWN_SIZES = {
    "bert-base": ("bert", 12, 768, 12, 12, 3072),
    "bloom-560m": ("bloom", 24, 1024, 16, 16, 4096),
    "Llama-3-8B": ("llama", 32, 4096, 32, 8, 14336),
}


def counts() -> str:
    """IA3's and LoRA's numbers of values for three well-known sizes, from the closed formulas."""
    rows = []
    for name, sizes in KNOWN_SIZES.items():
        config = config_of(*sizes)
        formulas = ia3_formula(config), ia3_formula(config, "peft"), lora_formula(config, r=8)
        rows.append([name, str(formulas[0]), *(f"{formula.value:,}" for formula in formulas[1:])])
    return table(["model", "IA3, the paper's sites", "IA3, PEFT's sites", "LoRA, r = 8"], rows)


def config_of(kind: str, layers: int, d_model: int, heads: int, kv_heads: int, d_ff: int) -> object:
    """As much of a config as the formulas read.

    >>> config_of("bert", 12, 768, 12, 12, 3072).hidden_size
    768
    """
    return SimpleNamespace(
        model_type=kind,
        num_hidden_layers=layers,
        hidden_size=d_model,
        num_attention_heads=heads,
        num_key_value_heads=kv_heads,
        intermediate_size=d_ff,
    )


def recipes() -> str:
    """The paper's training of IA3 beside those of this course."""
    from ia3_teach.course.making import experiments, make_vectors, methods

    def quoted(name: str) -> str:
        return published(f"t-few.{name}").printed

    rates = {rate for choices in methods.METHODS.values() for rate in choices["ia3"].learning_rates}
    grid = ", ".join(f"{rate:g}" for rate in sorted(rates))
    shots = [number for number in experiments.STEPS if number < max(experiments.STEPS)]
    rows = [
        ["examples", "20 to 70, by dataset", f"{make_vectors.SHOTS:,}", " or ".join(map(str, shots))],
        [
            "steps",
            quoted("steps"),
            str(make_vectors.STEPS),
            " or ".join(str(experiments.STEPS[number]) for number in shots),
        ],
        ["batch", quoted("batch"), str(make_vectors.BATCH), str(experiments.BATCH[shots[0]])],
        ["optimizer", "Adafactor", "AdamW", "AdamW"],
        [
            "learning rate",
            f"{published('t-few.learning-rate').value:g}",
            f"{make_vectors.LEARNING_RATE:g}",
            f"best of {grid}",
        ],
        ["warm-up", f"{quoted('warm-up')} steps, then linear to 0", "6 % of the steps, the same", "the same"],
        ["weight decay", "0", "0", "0"],
        ["vectors", "start at 1, float32", "the same", "the same"],
    ]
    return table(["setting", "paper (T-Few)", "the shipped vectors", "the comparison of methods"], rows)
