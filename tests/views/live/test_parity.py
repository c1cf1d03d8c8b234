"""The models in plain JavaScript, run in a real browser, say what torch says: tokens, logits, accuracies."""

import functools
import json
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import torch
from playwright.sync_api import Page, sync_playwright
from safetensors.torch import load_file, save_file

from ia3_teach import load_adapter, load_model, load_task
from ia3_teach.course.lesson import vectors_directory
from ia3_teach.course.shipped.paths import data_dir
from ia3_teach.course.shipped.tasks import task_names

LIVE = Path(__file__).parents[3] / "ia3_teach" / "views" / "live"
ROWS = 200
FLOAT32, FLOAT16 = 1e-4, 0.1  # how far a logit may be off; float16 keeps 11 bits of each weight

pytestmark = [pytest.mark.browser, pytest.mark.slow]
COMPARE = """async ([name, adapter, rows, references]) => {
  const { readSafetensors } = await import("/live/safetensors.js");
  const { Tokenizer } = await import("/live/tokenizer.js");
  const { Bloom } = await import("/live/bloom.js");
  const { Bert } = await import("/live/bert.js");
  const { bloomVectors, bertVectors } = await import("/live/vectors.js");
  const bytes = async (path) => (await fetch(path)).arrayBuffer();
  const json = async (path) => (await fetch(path)).json();
  const config = await json(`/data/models/${name}/config.json`);
  const weights = readSafetensors(await bytes(`/made/${name}.safetensors`)).tensors;
  const learned = readSafetensors(await bytes(`/data/vectors/${adapter}/adapter_model.safetensors`)).tensors;
  const bert = name === "tiny-bert" ? bertVectors(learned, config) : null;
  const model = bert ? new Bert(weights, config, bert.head) : new Bloom(weights, config);
  const vectors = bert ? bert.vectors : bloomVectors(learned, config);
  const tokenizer = new Tokenizer(await json(`/data/models/${name}/tokenizer.json`));
  const wanted = new Float32Array(await bytes(references));
  const answers = rows.labels.map((label) => tokenizer.encode(` ${label}`)[0]);
  let worst = 0, tokens = 0, right = 0;
  rows.prompts.forEach((prompt, row) => {
    const ids = tokenizer.whole(prompt);
    tokens += JSON.stringify(ids) === JSON.stringify(rows.ids[row]) ? 0 : 1;
    const logits = model.forward(ids, vectors).logits[0];
    const size = logits.length;
    for (let i = 0; i < size; i++) worst = Math.max(worst, Math.abs(logits[i] - wanted[row * size + i]));
    const scores = bert ? [...logits] : answers.map((token) => logits[token]);
    right += scores.indexOf(Math.max(...scores)) === rows.gold[row] ? 1 : 0;
  });
  return { worst, tokens, right };
}"""


class Quiet(SimpleHTTPRequestHandler):
    """Serves the modules, the data and what a test made, each under its own name."""

    def __init__(self, *args: object, made: Path, **settings: object) -> None:
        self.roots = {"live": LIVE, "data": data_dir(), "made": made}
        super().__init__(*args, **settings)

    def translate_path(self, path: str) -> str:
        root, _, rest = path.lstrip("/").partition("/")
        return str(self.roots.get(root, Path("nowhere")) / rest)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    (folder / "empty.html").write_text("<!doctype html><title>parity</title>")
    return folder


@pytest.fixture(scope="module")
def page(made: Path, chromium: str) -> Iterator[Page]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, made=made))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{server.server_port}/made/empty.html")
        yield page
        browser.close()
    server.shutdown()


def compared(page: Page, made: Path, name: str, task: str, adapter: str, dtype: torch.dtype) -> tuple:
    """What the browser found, and how many rows torch answers rightly with its float32 weights."""
    model, tokenizer = load_model(name, num_labels=2 if name == "tiny-bert" else None)
    load_adapter(model, vectors_directory(adapter), "task")
    weights = load_file(data_dir() / "models" / name / "model.safetensors")
    save_file({key: value.to(dtype) for key, value in weights.items()}, made / f"{name}.safetensors")
    rows = load_task(task)["test"].select(range(ROWS))
    prompts = list(rows["text" if name == "tiny-bert" else "prompt"])
    ids, labels = tokenizer(prompts)["input_ids"], rows.features["label"].names
    with torch.no_grad():
        found = [model.eval()(input_ids=torch.tensor([row])).logits.reshape(-1, model.config.vocab_size
                 if name == "tiny-bloom" else 2)[-1] for row in ids]  # fmt: skip
    np.stack([logits.numpy() for logits in found]).tofile(made / "logits.bin")
    answers = [tokenizer(f" {label}", add_special_tokens=False)["input_ids"][0] for label in labels]
    scores = torch.stack(found) if name == "tiny-bert" else torch.stack(found)[:, answers]
    right = int((scores.argmax(-1) == torch.tensor(rows["label"])).sum())
    sent = {"prompts": prompts, "ids": ids, "labels": labels, "gold": list(rows["label"])}
    return page.evaluate(COMPARE, [name, adapter, json.loads(json.dumps(sent)), "/made/logits.bin"]), right


@pytest.mark.parametrize("task", task_names())
def test_tiny_bloom_says_in_a_browser_what_torch_says(page, made, task) -> None:
    found, right = compared(page, made, "tiny-bloom", task, task, torch.float32)
    assert found["tokens"] == 0 and found["worst"] < FLOAT32 and found["right"] == right


def test_tiny_bert_says_in_a_browser_what_torch_says(page, made) -> None:
    found, right = compared(page, made, "tiny-bert", "sentiment", "bert-sentiment", torch.float32)
    assert found["tokens"] == 0 and found["worst"] < FLOAT32 and found["right"] == right


@pytest.mark.parametrize(("name", "adapter"), [("tiny-bloom", "sentiment"), ("tiny-bert", "bert-sentiment")])
def test_with_float16_weights_the_answers_hardly_move(page, made, name, adapter) -> None:
    found, right = compared(page, made, name, "sentiment", adapter, torch.float16)
    assert found["worst"] < FLOAT16 and abs(found["right"] - right) <= 1
