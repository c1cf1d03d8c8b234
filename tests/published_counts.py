"""Published counts of trainable and of all values, with their sources.

`PEFT:` names a file in github.com/huggingface/peft, `t-few:` one in github.com/r-three/t-few. A row whose
number differs from what `count` measures says by how much and why: every difference is explained to the unit.
"""

# ruff: noqa: E501

import re
from dataclasses import dataclass

from ia3_teach import IA3, LoRA

ALL_SEVEN = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
GPT2_FOUR = ["attn.c_attn", "attn.c_proj", "mlp.c_fc", "mlp.c_proj"]
BERT_SIX = {
    **dict.fromkeys(("query", "key", "value", "attention.output.dense", "intermediate.dense"), "out"),
    "layer.*.output.dense": "in",
}


def every_linear(*inputs: str) -> dict[str, str]:
    """Llama's seven Linears, these on their input side."""
    return {name: "in" if name in inputs else "out" for name in ALL_SEVEN}


@dataclass(frozen=True)
class Row:
    """A published line; `trainable_more` and `all_more` are what it counts beyond `count`, and `why`.

    PEFT's `all` counts a new head beside the original that it replaces (`heads=2`), early PEFT once (`heads=1`).
    """

    model: str
    recipe: IA3 | LoRA
    trainable: int
    all: int | None
    source: str
    trainable_more: int = 0
    all_more: int = 0
    why: str = ""
    heads: int = 2


ROADMAP = "hquzhuguofeng/LLM-RoadMap, README"
BENCHMARK = "PEFT:method_comparison/MetaMathQA/results"
PEFT, QV = IA3(sites="peft"), ["q_proj", "v_proj"]

IA3_ROWS = [
    Row("bloom-1b4-zh", PEFT, 344_064, 1_303_455_744, ROADMAP),
    Row("mt0-large", PEFT, 282_624, 1_229_863_936, "PEFT:examples/conditional_generation/peft_ia3_seq2seq.ipynb"),
    Row("mt0-large, tied", PEFT, 282_624, 1_229_863_936, "the same", 0, 250_112 * 1024,
        "transformers 5 ties the output embedding to the input's"),
    Row("polyglot-ko-5.8b", PEFT, 802_816, 5_885_861_888, "Marker-Inc-Korea/K-G-OAT, Training_IA3.ipynb"),
    Row("Llama-3.2-3B", PEFT, 286_720, 3_213_036_544, f"{BENCHMARK}/ia3--llama-3.2-3B-default.json"),
    Row("Llama-3.2-3B", IA3(sites=every_linear("gate_proj", "up_proj", "down_proj")), 630_784, 3_213_380_608,
        f"{BENCHMARK}/ia3--llama-3.2-3B-all-attn-5k-lr0.005.json"),
    Row("T0-3B", PEFT, 540_672, None, "T-Few paper, table 4 (540K)"),
    Row("T0-3B", IA3(sites={"k": "out", "v": "out", "wi_1": "out"}), 540_672, None,
        "t-few:pretrained_checkpoints/t03b_ia3_finish.pt"),
    Row("T0-11B", PEFT, 1_081_344, None, "T-Few paper, table 1 (4.2 MB, 0.01 %)"),
    Row("roberta-large", PEFT, 2_275_332, 356_585_476, "PEFT:examples/sequence_classification/IA3.ipynb", 1_051_650,
        0, "the PEFT of 2023 counted both copies of the head as trainable"),
    Row("roberta-base", IA3(), 55_296, None, "RoAd paper (0.04 %)", -592_130, 0, "printed without the head"),
    Row("roberta-base", IA3(sites=BERT_SIX), 110_592, None, "C3A paper (0.111M)", -592_130, 0,
        "printed without the head"),
    Row("roberta-large", IA3(sites=BERT_SIX), 294_912, None, "C3A paper (0.295M)", -1_051_650, 0,
        "printed without the head"),
    Row("Llama-2-7B", IA3(sites=every_linear("down_proj")), 1_581_056, None, "RoAd paper (0.02 %)"),
]  # fmt: skip

LORA_ROWS = [
    Row("mt0-large", LoRA(r=8), 2_359_296, 1_231_940_608, "PEFT:README.md of 2023"),
    Row("mt0-large, tied", LoRA(r=8), 2_359_296, 1_231_940_608, "the same", 0, 250_112 * 1024,
        "transformers 5 ties the output embedding to the input's"),
    Row("mt0-small", LoRA(r=8), 344_064, 300_520_832, "notes of hhaAndroid"),
    Row("mt5-small", LoRA(r=8), 344_064, 556_635_520, "a detoxification project's README", 0, 2 * 250_112 * 512,
        "that run held the embedding four times: shared, encoder, decoder, output"),
    Row("flan-t5-small", LoRA(r=4), 172_032, 77_133_184, "a summarisation project"),
    Row("flan-t5-small", LoRA(r=8), 344_064, 77_305_216, "the same"),
    Row("flan-t5-small", LoRA(r=32), 1_376_256, 78_337_408, "the same"),
    Row("flan-t5-large", LoRA(r=16), 4_718_592, 787_868_672,
        "PEFT:examples/int8_training/Finetune_flan_t5_large_bnb_peft.ipynb"),
    Row("T0-3B", LoRA(r=4, sites=["q", "k", "v", "o", "wi_0", "wi_1", "wo"]), 9_097_216, None,
        "T-Few paper, table 4 (9.1M)", 249_856, 0, "their LoRA also trains every LayerNorm"),
    Row("t5-small", LoRA(r=4), 147_456, 60_654_080, "a translation project"),
    Row("t5-base", LoRA(r=8), 884_736, 223_843_584, "PEFT:src/peft/peft_model.py", 0, 72 * 768,
        "a vocabulary of 32,200 instead of 32,128"),
    Row("bloom-1b4-zh", LoRA(r=8), 1_572_864, 1_304_684_544, ROADMAP),
    Row("bloom-1b4-zh", LoRA(r=8, sites=["query_key_value", "dense_4h_to_h"]), 3_538_944, 1_306_650_624, ROADMAP),
    Row("bloom-1b4-zh", LoRA(r=8, sites=[re.compile(r".*\.1.*query_key_value")],
        modules_to_save=["transformer.word_embeddings"]), 95_225_856, 1_398_337_536, ROADMAP),
    Row("gpt2", LoRA(r=4), 147_456, 124_587_264, "a text generation project"),
    Row("gpt2", LoRA(r=8), 294_912, 124_734_720, "notes of a Udacity project"),
    Row("gpt2", LoRA(r=16), 589_824, 125_029_632, "a study of ranks"),
    Row("gpt2", LoRA(r=16, sites=GPT2_FOUR), 2_359_296, 126_799_104, "the same"),
    Row("gpt2", LoRA(r=256, sites=GPT2_FOUR), 37_748_736, 162_188_544, "the same"),
    Row("distilgpt2", LoRA(r=8), 147_456, 82_060_032, "two projects alike"),
    Row("opt-350m", LoRA(r=16), 1_572_864, 332_769_280, "PEFT:docs/source/guides/peft_model_config.md"),
    Row("opt-6.7b", LoRA(r=16), 8_388_608, 6_666_862_592, "PEFT:examples/int8_training/Finetune_opt_bnb_peft.ipynb"),
    Row("Llama-3.2-1B", LoRA(r=8, sites=["q_proj"]), 524_288, 1_236_338_688, "PEFT:docs/source/quicktour.md"),
    Row("Llama-3.2-3B", LoRA(r=32), 9_175_040, 3_221_924_864, BENCHMARK),
    Row("Llama-3.2-3B", LoRA(r=64), 18_350_080, 3_231_099_904, BENCHMARK),
    Row("Llama-3.2-3B", LoRA(r=32), 9_289_728, 3_222_039_552, BENCHMARK, 28 * (3072 + 1024), 28 * (3072 + 1024),
        "DoRA, which this library does not have, adds d_out magnitudes to each layer"),
    Row("Llama-3.2-3B", LoRA(r=10, sites=["gate_proj", "up_proj", "down_proj"]), 9_461_760, 3_222_211_584, BENCHMARK),
    Row("Llama-2-7B", LoRA(r=8), 4_194_304, 6_742_609_920, "ten printed logs"),
    Row("Llama-2-7B", LoRA(r=64, sites=ALL_SEVEN), 159_907_840, None, "VeRA paper, section 4.3 (159.9M)"),
    Row("Llama-3-8B", LoRA(r=16, sites=ALL_SEVEN), 41_943_040, 8_072_204_288, "ten printed logs"),
    Row("Mistral-7B+27", LoRA(r=64, sites=["lm_head", *QV]), 31_886_720, 7_273_840_000,
        "PEFT:examples/causal_language_modeling/peft_lora_clm_with_additional_tokens.ipynb",
        64 * (32_027 + 4096), 64 * (32_027 + 4096), "also a LoRA on the Embedding, which is refused here"),
    Row("Qwen2.5-3B", LoRA(r=16), 3_686_400, 3_089_625_088, "PEFT:README.md"),
    Row("Qwen2.5-0.5B", LoRA(r=8), 540_672, 494_573_440, "three projects alike"),
    Row("Qwen2.5-0.5B", LoRA(r=8), 540_672, 494_545_792, "a recommender's log", 0, -24 * (896 + 128 + 128),
        "that run had no biases of q, k and v"),
    Row("gemma-2-2b", LoRA(r=16), 3_199_488, 2_617_545_984,
        "PEFT:examples/sequence_classification/LoRA-torchao-8bit.ipynb"),
    Row("bert-base-cased", LoRA(r=8, sites=["query", "key"]), 296_450, 108_608_260,
        "PEFT:examples/evaluation/lora-lm-eval.ipynb"),
    Row("bert-base-uncased", LoRA(r=8), 296_450, 109_780_228, "two projects alike"),
    Row("roberta-base", LoRA(r=8), 887_042, 125_534_212, "a printed log"),
    Row("roberta-large", LoRA(r=8), 1_838_082, 356_148_226, "PEFT:examples/sequence_classification of 2023", heads=1),
    Row("vit-base", LoRA(r=16, sites=QV), 667_493, 86_543_818, "PEFT:docs/source/package_reference/lora.md"),
    Row("vit-base", LoRA(r=16, sites=QV), 667_493, 86_466_149,
        "PEFT:examples/image_classification/image_classification_peft_lora.ipynb", heads=1),
    Row("whisper-large-v2", LoRA(r=32, sites=QV), 15_728_640, 1_559_033_600,
        "PEFT:examples/int8_training/peft_bnb_whisper_large_v2_training.ipynb"),
    Row("layoutlm-base", LoRA(r=16, sites=["query", "value"]), 702_733, 113_237_786,
        "PEFT:examples/token_classification/peft_lora_token_cls.ipynb", 102_912, 0,
        'bias="all" trains the model\'s own biases too'),
    Row("blip-captioning-large", LoRA(r=8, sites=["query", "value"]), 614_400, 470_347_324, "a README", 0,
        30_524 * 768, "the decoder's output embedding was untied"),
]  # fmt: skip

# Not published: IA3 on PEFT's default targets (trainable, all) and on the paper's sites, both without the head.
DEFAULT_AND_PAPER = {
    "gpt2": (64_512, 124_504_320, 55_296),
    "gpt2-medium": (172_032, 354_995_200, 147_456),
    "gpt2-xl": (537_600, 1_558_148_800, 460_800),
    "bert-base-uncased": (64_512, 109_549_828, 55_296),
    "roberta-base": (64_512, 125_303_812, 55_296),
    "roberta-large": (172_032, 356_585_476, 147_456),
    "opt-125m": (55_296, 125_294_592, 55_296),
    "opt-350m": (147_456, 331_343_872, 147_456),
    "opt-1.3b": (294_912, 1_316_052_992, 294_912),
    "bloom-560m": (172_032, 559_386_624, 147_456),
    "bloom-1b1": (258_048, None, 221_184),
    "bloom-7b1": (860_160, 7_069_876_224, 737_280),
    "pythia-70m": (21_504, 70_448_128, 18_432),
    "pythia-160m": (64_512, 162_387_456, 55_296),
    "SmolLM-135M": (57_600, 134_572_608, 57_600),
    "Llama-3.2-1B": (147_456, 1_235_961_856, 147_456),
    "Llama-2-7B": (614_400, 6_739_030_016, 614_400),
    "Llama-3-8B": (524_288, 8_030_785_536, 524_288),
    "Mistral-7B": (524_288, 7_242_256_384, 524_288),
    "Qwen2.5-0.5B": (141_312, 494_174_080, 122_880),
    "t5-small": (43_008, 60_549_632, 43_008),
    "t5-base": (129_024, 223_032_576, 129_024),
    "flan-t5-base": (104_448, 247_682_304, 104_448),
    "T0-3B": (540_672, 2_850_297_856, 540_672),
}
