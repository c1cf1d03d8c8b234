"""`load_model`: a tiny shipped model, a directory, or a model of the hub."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from ia3_teach.amounts import whole
from ia3_teach.course.shipped.manifest import ManifestError, check, check_folder
from ia3_teach.course.shipped.paths import data_dir
from ia3_teach.course.shipped.real_models import CARRIERS, fetched
from ia3_teach.course.shipped.weights import check_config, check_weights
from ia3_teach.recipe import NEW
from ia3_teach.storage.plain_files import MOST_JSON, MOST_TEXT, check_file
from ia3_teach.training.shared import Shared, Undo
from ia3_teach.wording import brief, first_line, short

if TYPE_CHECKING:
    from transformers import PretrainedConfig, PreTrainedModel, PreTrainedTokenizerBase

TINY = ("tiny-bloom", "tiny-bert")
ROLES = {
    "bert": ("IA3_TEACH_BERT", "tiny-bert"),
    "bloom": ("IA3_TEACH_BLOOM", "tiny-bloom"),
}
ADAPTER = "adapter_config.json"
WEIGHTS = (".bin", ".ckpt", ".gguf", ".h5", ".msgpack", ".onnx", ".pt", ".pth", ".safetensors")  # of any size
QUIET = Shared()
FILES = ("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json")


def load_model(
    name: str, num_labels: int | None = None, seed: int = 0
) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """A model in float32 and its tokenizer.

    `name` is 'tiny-bloom', 'tiny-bert', 'minilm-l6' or 'smollm2-135m' (once fetched: `python -m ia3_teach
    get`), a directory, a hub id, or a role: 'bert' and 'bloom' mean the directory in IA3_TEACH_BERT and
    IA3_TEACH_BLOOM, or else the tiny one. With `num_labels` the model gets a new classification head, which
    depends on `seed` alone.
    Raises ValueError for a model that cannot be had or whose file is not all of it, be it that a weight is
    missing, left over, of another shape or not finite; ManifestError for a shipped file that was changed.
    """
    num_labels = None if num_labels is None else whole("num_labels", num_labels, least=1)
    seed = whole("seed", seed)
    where = resolve(name)
    with _quiet(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        try:
            model, tokenizer = _load(where, num_labels)
        except ManifestError:
            raise
        except Exception as error:  # damaged files raise almost anything
            raise ValueError(short(_no_model(name, where, error), 590)) from error
    if shown := name_everywhere(name, where):  # no path of this machine goes into what is saved
        model.config._name_or_path = model.name_or_path = tokenizer.name_or_path = shown
    return model, tokenizer


def name_everywhere(name: str, where: str) -> str | None:
    """What a shipped or fetched model is called on every machine; None for a directory and a hub id."""
    if name in CARRIERS:
        return name
    shipped = Path(where).name
    return shipped if where == str(data_dir() / "models" / shipped) else None


def resolve(name: str) -> str:
    """The directory or hub id that a name stands for; a shipped directory is verified."""
    variable, tiny = ROLES.get(name, ("", ""))
    if variable:
        name = os.environ.get(variable) or tiny
        if name != tiny and not os.path.isdir(name):
            raise ValueError(
                f"{short(variable)} is {brief(name)}, which is not a directory; unset or correct it"
            )
    if name in CARRIERS:
        return str(fetched(name))
    if name in TINY:
        check(f"models/{name}/{file}" for file in FILES)
        check_folder(f"models/{name}")  # transformers reads whatever else it finds there
        return str(data_dir() / "models" / name)
    if os.path.isdir(name):
        check_directory(Path(name))
    return name


def check_directory(directory: Path) -> None:
    """Refuse a directory that is no model, or an adapter, which transformers would put on unasked.

    What transformers would read as text is looked at first: a pipe, or gigabytes, it would wait for.
    """
    adapter = (directory / ADAPTER).is_file()
    advice = "; it holds an adapter: load its base model, then load_adapter(model, directory)"
    if not (directory / "config.json").is_file():
        raise ValueError(
            f"the directory {brief(str(directory), 200)} holds no config.json, so it is no saved model"
            f"{short(advice if adapter else '')}"
        )
    for path in sorted(directory.iterdir()):
        if not path.is_dir() and path.suffix not in WEIGHTS:
            check_file(path, MOST_JSON if path.name == "config.json" else MOST_TEXT)
    if adapter:
        raise ValueError(
            f"the directory {brief(str(directory), 200)} holds a model and {ADAPTER}; keep them in two "
            "directories, load the model and then load_adapter(model, directory)"
        )


def _load(where: str, num_labels: int | None) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    from transformers import AutoConfig, AutoTokenizer

    safe = {"trust_remote_code": False}  # no code of a directory or of the hub is run
    config = AutoConfig.from_pretrained(where, **safe)
    check_config(config)
    extra = safe if num_labels is None else {**safe, "num_labels": num_labels}
    model, report = _model_class(config, num_labels).from_pretrained(
        where, dtype=torch.float32, output_loading_info=True, ignore_mismatched_sizes=True, **extra
    )
    setattr(model, NEW, check_weights(model, report, num_labels))
    tokenizer = AutoTokenizer.from_pretrained(where, **safe)
    if len(tokenizer) <= len(tokenizer.all_special_ids):
        raise ValueError(
            "there is no tokenizer: save it beside the model, tokenizer.save_pretrained(directory)"
        )
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    if model.config.pad_token_id is None:
        model.config.pad_token_id = tokenizer.pad_token_id
    return model.eval(), tokenizer


def _model_class(config: PretrainedConfig, num_labels: int | None) -> type:
    import transformers
    from transformers.models.auto.modeling_auto import MODEL_FOR_MASKED_LM_MAPPING_NAMES

    if num_labels is not None:
        return transformers.AutoModelForSequenceClassification
    if config.is_encoder_decoder:
        return transformers.AutoModelForSeq2SeqLM
    masked = config.model_type in MODEL_FOR_MASKED_LM_MAPPING_NAMES
    return transformers.AutoModelForMaskedLM if masked else transformers.AutoModelForCausalLM


def _no_model(name: str, where: str, error: Exception) -> str:
    reason = brief(first_line(error) or type(error).__name__, 300)[1:-1]
    if os.path.isdir(where):
        return f"the directory {brief(where, 200)} cannot be loaded: {reason}"
    return (
        f"no model {brief(name)}. Without a network there are {' and '.join(TINY)}, or the path of a "
        "directory with a saved model. A hub id such as 'bert-base-uncased' is downloaded once, which "
        f"needs a network and HF_HUB_OFFLINE unset, or must be in the cache already. It said: {reason[:150]}"
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """No report, which `check_weights` reads instead, and no progress bar: a tiny model takes no time."""
    with QUIET.changed(_say_nothing):
        yield


def _say_nothing() -> Undo:
    from transformers.utils import logging

    level, bar = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()

    def speak() -> None:
        logging.set_verbosity(level)
        if bar:
            logging.enable_progress_bar()

    return speak
