"""Lesson 10 on another model and other data, its adapter in PEFT and back, and Trainer with lost rows."""

import json
import os
import warnings
from pathlib import Path

import nbformat
import pytest
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    BloomConfig,
    BloomForCausalLM,
    DataCollatorForSeq2Seq,
    PreTrainedTokenizerFast,
    PrinterCallback,
    Trainer,
    TrainingArguments,
)

from ia3_teach import IA3, attach, fit, load_adapter, load_model, save_adapter, vectors
from ia3_teach.course.lab.run import run_lesson
from ia3_teach.course.lesson.prompting import encode_pairs
from ia3_teach.course.lesson.trainer_bar import Bar, losses_of
from ia3_teach.course.shipped.instructions import load_instructions

LESSON = Path(__file__).resolve().parents[1] / "notebooks" / "10_instruction_tuning.ipynb"
NAMES = 'MODEL = "tiny-bloom"\nDATA = "instructions"'
FOODS = ["汤", "面包", "米饭", "鱼", "茶", "苹果"]
CHINESE = [
    row
    for food in FOODS
    for row in (
        {"instruction": "把句子改成问句。", "input": f"{food}很好吃。", "output": f"{food}好吃吗？"},
        {"instruction": "说出食物的名字。", "input": f"小明喜欢{food}。", "output": food},
        {"instruction": f"向朋友推荐{food}。", "input": "", "output": f"你一定要尝尝{food}！"},
    )
]


def chinese_tokenizer() -> PreTrainedTokenizerFast:
    """A byte-level BPE tokenizer, as BLOOM's, whose end token is also its only special one."""
    core = Tokenizer(models.BPE())
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=420, special_tokens=["</s>"], show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )  # fmt: skip
    core.train_from_iterator([text for row in CHINESE for text in row.values()], trainer)
    return PreTrainedTokenizerFast(tokenizer_object=core, eos_token="</s>")


@pytest.fixture(scope="module")
def other(tmp_path_factory) -> tuple[Path, Path]:
    """The directories of a small random BLOOM with another vocabulary, and of a few Chinese rows."""
    root = tmp_path_factory.mktemp("other")
    tokenizer = chinese_tokenizer()
    config = BloomConfig(vocab_size=len(tokenizer), hidden_size=32, n_layer=2, n_head=4)
    config.bos_token_id = config.eos_token_id = tokenizer.eos_token_id
    config.pad_token_id = None
    torch.manual_seed(0)
    BloomForCausalLM(config).save_pretrained(root / "model")
    tokenizer.save_pretrained(root / "model")
    (root / "data").mkdir()
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in CHINESE * 3)
    (root / "data" / "rows.jsonl").write_text(text, encoding="utf-8")
    return root / "model", root / "data"


@pytest.mark.slow
def test_the_cells_run_on_another_model_and_chinese_rows(other, tmp_path, monkeypatch) -> None:
    """The notebook as it is, but for the two names in its first code cell."""
    notebook = nbformat.read(LESSON, as_version=4)
    first = next(cell for cell in notebook.cells if cell.cell_type == "code")
    assert first.source == NAMES
    model, data = other
    first.source = f"MODEL = {str(model)!r}\nDATA = {str(data)!r}"
    nbformat.write(notebook, tmp_path / LESSON.name)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    print(run_lesson(tmp_path / LESSON.name, timeout=300, progress=False))


def test_only_the_first_code_cell_names_model_and_data() -> None:
    cells = [cell.source for cell in nbformat.read(LESSON, as_version=4).cells if cell.cell_type == "code"]
    assert cells[0] == NAMES
    for source in cells[1:]:
        assert "load_model(" not in source.replace("load_model(MODEL)", "")
        assert "load_instructions(" not in source.replace("load_instructions(DATA, least=4)", "")


def arguments(directory: Path, **changes) -> TrainingArguments:
    """The recipe of the lesson, shortened."""
    settings = {
        "per_device_train_batch_size": 1, "gradient_accumulation_steps": 8, "learning_rate": 3e-2,
        "max_steps": 4, "logging_steps": 1, "save_strategy": "no", "report_to": "none",
        "disable_tqdm": True, "use_cpu": True,
    }  # fmt: skip
    return TrainingArguments(output_dir=str(directory), **(settings | changes))


def trained(directory: Path, rows: list, tokenizer, model, **changes) -> list[float]:
    """Train the model in place; returns the losses."""
    collator = DataCollatorForSeq2Seq(tokenizer)
    trainer = Trainer(
        model, arguments(directory, **changes), train_dataset=rows, data_collator=collator, callbacks=[Bar()]
    )
    trainer.remove_callback(PrinterCallback)
    trainer.train()
    return losses_of(trainer)


@pytest.fixture(scope="module")
def tuned(tmp_path_factory):
    """tiny-bloom after a few steps of the recipe: model, tokenizer, examples."""
    model, tokenizer = load_model("tiny-bloom")
    attach(model, IA3(), name="follow")
    rows = encode_pairs(tokenizer, load_instructions("instructions")["train"].select(range(40)), 128)
    losses = trained(tmp_path_factory.mktemp("trainer"), rows, tokenizer, model)
    assert len(losses) == 4
    return model.eval(), tokenizer, rows


@torch.no_grad()
def test_the_adapter_goes_into_peft_and_back(tuned, tmp_path) -> None:
    """Three stations: ours, PEFT's, ours again. The same products in the same order: equal up to 1e-6."""
    peft = pytest.importorskip("peft", reason="needs peft (the extra `test`)")
    model, tokenizer, rows = tuned
    assert max((l - 1).abs().max() for l in vectors(model).values()) > 0.02, (
        "there is something to carry over"
    )
    batch = DataCollatorForSeq2Seq(tokenizer)(rows[:4])
    logits = model(**batch).logits
    directory = save_adapter(model, tmp_path / "ours")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        theirs = peft.PeftModel.from_pretrained(load_model("tiny-bloom")[0], directory).eval()
    torch.testing.assert_close(theirs(**batch).logits, logits, rtol=0, atol=1e-6 * logits.abs().max().item())
    theirs.save_pretrained(tmp_path / "theirs")
    again, _ = load_model("tiny-bloom")
    load_adapter(again, tmp_path / "theirs", name="again")
    torch.testing.assert_close(again(**batch).logits, logits, rtol=0, atol=1e-6 * logits.abs().max().item())


def lost(rows: list) -> list:
    """Rows of which the answer is cut off."""
    return [{"input_ids": row["input_ids"][:8], "labels": [-100] * 8} for row in rows]


def test_a_row_without_labels_adds_nothing_in_trainer(tuned, tmp_path) -> None:
    """As the lesson says: it is not a number on its own, and 0 among others."""
    _, tokenizer, rows = tuned
    model, _ = load_model("tiny-bloom")
    attach(model, IA3())
    batch = DataCollatorForSeq2Seq(tokenizer)(lost(rows[:1]))
    assert model(**batch).loss.isnan()
    with pytest.raises(ValueError, match="was its answer cut off"):
        fit(model, lost(rows[:8]), steps=1, learning_rate=1e-2)
    whole = rows[:7]
    with_lost, without = (
        trained(tmp_path, [*whole, *extra], tokenizer, model, max_steps=1, learning_rate=0.0)
        for extra in (lost(rows[:1]), [])
    )
    assert with_lost == pytest.approx(without, rel=1e-5)
    assert all(l.isfinite().all() for l in vectors(model).values())


def test_the_step_of_eight_is_divided_by_its_labels(tuned, tmp_path) -> None:
    """A long answer weighs more than a short one: the loss is a mean over tokens, not over rows."""
    _, tokenizer, rows = tuned
    model, _ = load_model("tiny-bloom")
    attach(model, IA3())
    collator = DataCollatorForSeq2Seq(tokenizer)
    with torch.no_grad():
        sums = [
            model(**collator([row])).loss * sum(label != -100 for label in row["labels"]) for row in rows[:8]
        ]
    n_labels = sum(label != -100 for row in rows[:8] for label in row["labels"])
    (found,) = trained(tmp_path, rows[:8], tokenizer, model, max_steps=1, learning_rate=0.0)
    assert found == pytest.approx(sum(sums).item() / n_labels, rel=1e-4)


def test_the_bar_writes_nothing_on_stdout(tuned, tmp_path, capsys) -> None:
    _, tokenizer, rows = tuned
    model, _ = load_model("tiny-bloom")
    attach(model, IA3())
    trained(tmp_path, rows[:8], tokenizer, model, max_steps=1)
    assert capsys.readouterr().out == ""
    assert not any(name.startswith("checkpoint") for name in os.listdir(tmp_path))
