"""Training: refusals, the same result every time, and the same after a real kill."""

import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import ClassVar

import killed_run
import pytest
import torch
from small_architectures import ARCHITECTURES
from small_models import bert, bloom
from torch import nn

from ia3_teach import IA3, LoRA, activate, attach, fit
from ia3_teach.training.batches import CHECKED_EARLY, check_data, collate, examples_of, padded
from ia3_teach.training.losses import classification, language_model

SETTINGS = {"steps": 4, "learning_rate": 1e-2, "batch_size": 3}
RECIPES = {"ia3": IA3(), "lora": LoRA(r=2, dropout=0.3)}


def classified(n: int = 10) -> list[dict[str, object]]:
    """Examples of different lengths, one class each."""
    return [{"input_ids": [5 + (i * k) % 40 for k in range(1, 4 + i % 3)], "labels": i % 2} for i in range(n)]


def answered(n: int = 10) -> list[dict[str, object]]:
    """Examples for a language model: the last token is the answer."""
    rows = [example["input_ids"] for example in classified(n)]
    return [{"input_ids": row, "labels": [-100] * (len(row) - 1) + row[-1:]} for row in rows]


def ready(build=bert, recipe: str = "ia3") -> nn.Module:
    torch.manual_seed(0)
    model = build()
    attach(model, RECIPES[recipe])
    return model


def trained(model: nn.Module) -> dict[str, torch.Tensor]:
    return {name: p.detach().clone() for name, p in model.named_parameters() if p.requires_grad}


def same(a: dict[str, torch.Tensor], b: dict[str, torch.Tensor]) -> bool:
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


class Nothing(nn.Module):
    """A model whose logits become NaN at its second step."""

    def __init__(self) -> None:
        super().__init__()
        self.l = nn.Parameter(torch.ones(2))
        self.calls = 0

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> object:
        self.calls += 1
        poison = math.nan if self.calls == 2 else 1.0
        logits = self.l * poison + torch.zeros(len(input_ids), 2)
        return type("Output", (), {"logits": logits})


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([], "data is empty"),
        ([{"input_ids": [1, 2]}], "example 0 has no labels"),
        ([*classified(2), {"input_ids": [], "labels": 1}], "example 2 has no input_ids"),
        ([{"input_ids": [1], "labels": None}], "example 0 has no labels"),
        ([{"input_ids": [1], "labels": []}], "example 0 has no labels"),
        ([{"input_ids": [1, 2], "labels": [-100, -100]}], "example 0 has only labels of -100"),
        ([{"input_ids": [1], "labels": -100}], "only labels of -100"),
        ([{"input_ids": [1], "labels": 2}] * 3, "classes 0 to 1; found 2; is num_labels right"),
    ],
)
def test_data_that_cannot_be_learned_from(data: list, message: str) -> None:
    model = ready()
    before = trained(model)
    with pytest.raises(ValueError, match=message):
        fit(model, data, **SETTINGS)
    assert same(before, trained(model))


@pytest.mark.parametrize(
    "wrong",
    [
        {"steps": 0},
        {"steps": 2.5},
        {"batch_size": 0},
        {"learning_rate": 0.0},
        {"learning_rate": math.nan},
        {"learning_rate": math.inf},
        {"weight_decay": -0.1},
    ],
    ids=str,
)
def test_settings_that_cannot_work(wrong: dict) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        fit(ready(), classified(), **{**SETTINGS, **wrong})


def test_nothing_to_train() -> None:
    model = ready()
    activate(model, None)
    with pytest.raises(ValueError, match="no trainable parameters"):
        fit(model, classified(), **SETTINGS)


def test_a_loss_of_nan_stops_before_the_update() -> None:
    model = Nothing()
    after_first = []
    with pytest.raises(ValueError, match="step 1 has a loss of nan"):
        fit(model, classified(), **SETTINGS, on_step=lambda *_: after_first.append(trained(model)))
    assert len(after_first) == 1 and same(after_first[0], trained(model))
    assert model.l.isfinite().all()


def test_a_late_example_without_labels_is_named_too() -> None:
    data = [*classified(2) * (CHECKED_EARLY // 2), {"input_ids": [1], "labels": None}]
    check_data(data)
    with pytest.raises(ValueError, match=f"example {CHECKED_EARLY:,} has no labels"):
        for step in range(len(data)):
            examples_of(step, data, 1, 0)


def test_large_data_is_not_read_before_the_first_step() -> None:
    class Counting(list):
        reads = 0

        def __getitem__(self, i):
            Counting.reads += 1
            return super().__getitem__(i)

    check_data(Counting(classified(2) * 20_000))
    assert Counting.reads <= CHECKED_EARLY


@pytest.mark.parametrize("training", [True, False])
def test_the_mode_and_the_random_state_are_as_before(training: bool) -> None:
    model = ready().train(training)
    torch.manual_seed(7)
    state = torch.get_rng_state()
    fit(model, classified(), **SETTINGS)
    assert model.training is training and torch.equal(state, torch.get_rng_state())
    assert all(p.grad is None for p in model.parameters())


@pytest.mark.parametrize("recipe", RECIPES)
def test_the_seed_alone_decides(recipe: str) -> None:
    runs = []
    for noise, seed in ((1, 0), (2, 0), (1, 3)):
        model = ready(recipe=recipe)
        torch.manual_seed(noise)
        runs.append((fit(model, classified(), **SETTINGS, seed=seed).losses, trained(model)))
    assert runs[0][0] == runs[1][0] and same(runs[0][1], runs[1][1])
    assert runs[0][0] != runs[2][0]


def test_only_what_is_trainable_moves_and_the_loss_falls() -> None:
    model = ready()
    frozen = {name: p.clone() for name, p in model.named_parameters() if not p.requires_grad}
    losses = fit(model, classified(), steps=40, learning_rate=3e-2).losses
    now = dict(model.named_parameters())
    assert all(torch.equal(frozen[name], now[name]) for name in frozen)
    assert len(losses) == 40 and sum(losses[-8:]) < sum(losses[:8])


@pytest.mark.parametrize(("build", "data"), [(bert, classified), (bloom, answered)])
def test_equals_a_loop_written_out_in_torch(build, data) -> None:
    """AdamW without weight decay, 6 % warm-up, then linear to zero, on the same batches."""
    model, steps, rate = ready(build), 20, 1e-2
    fit(model, data(), steps=steps, learning_rate=rate, batch_size=3)
    other = ready(build)
    optimizer = torch.optim.AdamW([p for p in other.parameters() if p.requires_grad], lr=rate, weight_decay=0)
    other.train()
    torch.manual_seed(0)
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = rate if step == 0 else rate * (steps - step) / (steps - 1)
        batch = collate(examples_of(step, data(), 3, 0), other)
        labels = batch.pop("labels")
        logits = other(**batch).logits
        loss = classification(logits, labels) if build is bert else language_model(logits, labels)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    for name, value in trained(other).items():
        torch.testing.assert_close(trained(model)[name], value, rtol=1e-12, atol=1e-14)


DECODERS = [
    name
    for name, small in ARCHITECTURES.items()
    if hasattr(small().config, "use_cache")
    and small().model.__name__.endswith(("LM", "ConditionalGeneration"))
]


@pytest.mark.parametrize("name", DECODERS)
def test_no_cache_is_filled_while_training_and_all_is_as_before_afterwards(name: str) -> None:
    small = ARCHITECTURES[name]()
    model, seen = small.build(), []
    attach(model, IA3())
    configs = [module.config for module in model.modules() if hasattr(module, "config")]
    before = [config.to_dict() for config in configs]

    def loss(model: nn.Module, examples: list) -> torch.Tensor:
        output = model(**small.inputs())
        seen.append(getattr(output, "past_key_values", None))
        if len(seen) == 3:
            raise KeyError("stopped in the middle of a step")
        return output.logits.square().mean()

    had = getattr(model(**small.inputs()), "past_key_values", None)
    with pytest.raises(KeyError):
        fit(model, answered(), steps=3, learning_rate=1e-3, loss=loss)
    assert seen == [None] * 3
    assert [config.to_dict() for config in configs] == before
    assert (getattr(model(**small.inputs()), "past_key_values", None) is None) == (had is None)


def test_every_epoch_has_every_example_once() -> None:
    data = classified(7)
    for i, example in enumerate(data):
        example["id"] = i
    seen = [example["id"] for step in range(7) for example in examples_of(step, data, 3, seed=5)]
    epochs = [seen[:7], seen[7:14], seen[14:]]
    assert all(sorted(epoch) == list(range(7)) for epoch in epochs) and epochs[0] != epochs[1]


def test_padding_is_on_the_right_and_not_attended_to() -> None:
    model = bert()
    batch = collate([{"input_ids": [7, 8], "labels": 1}, {"input_ids": [9], "labels": 0}], model)
    assert batch["input_ids"].tolist() == [[7, 8], [9, 0]]
    assert batch["attention_mask"].tolist() == [[1, 1], [1, 0]]
    assert batch["labels"].tolist() == [1, 0]
    alone = model(torch.tensor([[9]])).logits
    labels = batch.pop("labels")
    torch.testing.assert_close(model(**batch).logits[1:], alone, rtol=0, atol=1e-12)
    assert labels.dtype == torch.long and padded([[1, 2], [3]], -100).tolist() == [[1, 2], [3, -100]]


def test_segments_of_pairs_reach_the_model() -> None:
    example = {"input_ids": [7, 8, 9], "labels": 1, "token_type_ids": [0, 0, 1]}
    assert collate([example], bert())["token_type_ids"].tolist() == [[0, 0, 1]]


def test_no_bar_for_a_short_run_and_one_after_two_seconds(capsys: pytest.CaptureFixture) -> None:
    fit(ready(), classified(), **SETTINGS)
    assert "fit" not in capsys.readouterr().err
    fit(ready(), classified(), **SETTINGS, on_step=lambda *_: time.sleep(0.6))
    assert "fit" in capsys.readouterr().err


# Interrupted runs


@pytest.mark.parametrize("recipe", ["ia3", "lora"])
def test_killed_and_resumed_equals_uninterrupted(recipe: str, tmp_path: Path) -> None:
    """A real SIGKILL at step 70 of 120: the run goes on from the checkpoint of step 50, bit for bit."""
    path = tmp_path / "run.checkpoint"
    there = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run([sys.executable, killed_run.__file__, recipe, str(path)], env=there)
    assert done.returncode == -signal.SIGKILL and path.exists()
    resumed, whole, steps = killed_run.model(recipe), killed_run.model(recipe), []
    history = killed_run.run(resumed, path, lambda step, _: steps.append(step))
    assert steps == list(range(50, 120))
    assert killed_run.run(whole).losses == history.losses
    assert same(trained(whole), trained(resumed))


@pytest.fixture
def finished(tmp_path: Path) -> Path:
    path = tmp_path / "folder" / "run.checkpoint"
    fit(ready(), classified(), **SETTINGS, checkpoint=path)
    return path


def test_a_finished_run_returns_at_once(finished: Path) -> None:
    whole, again = ready(), ready()
    losses = fit(whole, classified(), **SETTINGS).losses
    never = lambda *_: pytest.fail("a finished run has no steps left")  # noqa: E731
    assert fit(again, classified(), **SETTINGS, checkpoint=finished, on_step=never).losses == losses
    assert same(trained(whole), trained(again)) and not list(finished.parent.glob(".*"))


@pytest.mark.parametrize(
    "change",
    [{"steps": 5}, {"learning_rate": 2e-2}, {"batch_size": 2}, {"seed": 1}, {"weight_decay": 0.1}],
    ids=str,
)
def test_a_checkpoint_of_other_settings_is_refused(finished: Path, change: dict) -> None:
    model = ready()
    before = trained(model)
    with pytest.raises(ValueError, match=f"another run: {next(iter(change))} differ"):
        fit(model, classified(), **{**SETTINGS, **change}, checkpoint=finished)
    assert same(before, trained(model))


def test_a_checkpoint_of_other_data_or_another_recipe_is_refused(finished: Path) -> None:
    with pytest.raises(ValueError, match="data differ"):
        fit(ready(), [{**example, "labels": 1} for example in classified()], **SETTINGS, checkpoint=finished)
    with pytest.raises(ValueError, match="parameters differ"):
        fit(ready(recipe="lora"), classified(), **SETTINGS, checkpoint=finished)


@pytest.mark.parametrize("number", range(12))
def test_one_changed_example_of_many_is_another_run(number: int, tmp_path: Path) -> None:
    """Wherever it stands, and whatever changes in it: a key for a loss of one's own counts, too."""
    data = [{**example, "weight": 1.0} for example in classified(40)]
    fit(ready(), data, **SETTINGS, checkpoint=tmp_path / "run")
    changed = data[3 * number]
    change = [
        {"labels": 1 - changed["labels"]},
        {"input_ids": [*changed["input_ids"][:-1], 9]},
        {"weight": 2.0},
        {"token_type_ids": [0] * len(changed["input_ids"])},
    ][number % 4]
    other = [*data[: 3 * number], {**changed, **change}, *data[3 * number + 1 :]]
    with pytest.raises(ValueError, match="another run: data differ; name another file"):
        fit(ready(), other, **SETTINGS, checkpoint=tmp_path / "run")
    assert fit(ready(), data, **SETTINGS, checkpoint=tmp_path / "run").losses


def test_a_checkpoint_on_another_base_is_refused(finished: Path) -> None:
    model = ready()
    model.bert.encoder.layer[0].output.dense.base.weight.data += 0.1
    with pytest.raises(ValueError, match="another run: base differ"):
        fit(model, classified(), **SETTINGS, checkpoint=finished)


def test_without_a_checkpoint_data_are_not_read_in_advance() -> None:
    class Noted(list):
        asked: ClassVar[set[int]] = set()

        def __getitem__(self, i):
            self.asked.add(i)
            return super().__getitem__(i)

    fit(ready(), Noted(classified(3000)), **SETTINGS)
    assert len(Noted.asked) < 1100


def under_a_file(folder: Path) -> Path:
    (folder / "thesis.txt").write_text("mine")
    return folder / "thesis.txt" / "run"


def a_pipe(folder: Path) -> Path:
    os.mkfifo(folder / "pipe")
    return folder / "pipe"


UNWRITABLE = {
    "a folder": (lambda folder: folder, "is a folder; name a file in it, such as '.*run.checkpoint'"),
    "nothing": (lambda folder: Path(""), "is a folder; name a file in it"),
    "a pipe": (a_pipe, "is a device or a pipe"),
    "a device": (lambda folder: Path("/dev/null"), "is a device or a pipe"),
    "under a file": (under_a_file, "cannot be written"),
    "in the kernel's files": (lambda folder: Path("/proc/run"), "cannot be written"),
    "a name too long": (lambda folder: folder / ("x" * 300), "cannot be written"),
    "a byte that no name has": (lambda folder: folder / "a\0b", "cannot be written"),
}


@pytest.mark.parametrize("case", UNWRITABLE)
def test_where_no_checkpoint_can_be_written_nothing_is_trained(case: str, tmp_path: Path) -> None:
    place, message = UNWRITABLE[case]
    model = ready()
    before, path = trained(model), place(tmp_path)
    there = sorted(tmp_path.rglob("*"))
    with pytest.raises(ValueError, match=message) as raised:
        fit(model, classified(), **SETTINGS, checkpoint=path, on_step=lambda *_: pytest.fail("too late"))
    assert "delete" not in str(raised.value) and len(str(raised.value)) < 600
    assert same(before, trained(model)) and sorted(tmp_path.rglob("*")) == there


@pytest.mark.parametrize("damage", ["truncate", "flip", "empty", "text", "cut in the sum", "another file"])
def test_a_damaged_checkpoint_is_refused(finished: Path, damage: str) -> None:
    content = finished.read_bytes()
    middle = len(content) // 2
    flipped = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
    bad = {"truncate": content[:-9], "flip": flipped, "empty": b"", "text": b"not a checkpoint"}
    bad |= {"cut in the sum": content[:40], "another file": b"0" * 64 + b"notes"}
    finished.write_bytes(bad[damage])
    model = ready()
    before = trained(model)
    with pytest.raises(ValueError, match="damaged; name another file to start again"):
        fit(model, classified(), **SETTINGS, checkpoint=finished)
    assert same(before, trained(model))
