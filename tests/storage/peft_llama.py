"""A small Llama, and PEFT's directory of a LoRA on it, with settings changed by hand."""

import json
from pathlib import Path

import peft
import pytest
import torch
import transformers as t

from ia3_teach import load_adapter
from ia3_teach.storage.peft_format import CONFIG

SIZES = {"vocab_size": 64, "hidden_size": 32, "num_hidden_layers": 2, "intermediate_size": 48}
LONG = "x" * 100_000


def llama(**sizes: int) -> torch.nn.Module:
    torch.manual_seed(0)
    config = t.LlamaConfig(num_attention_heads=4, **(SIZES | sizes))
    return t.LlamaForCausalLM(config).double().eval()


def written(directory: Path, **settings: object) -> None:
    theirs = peft.get_peft_model(llama(), peft.LoraConfig(r=2, target_modules=["q_proj"]))
    theirs.save_pretrained(directory)
    path = directory / CONFIG
    path.write_text(json.dumps(json.loads(path.read_text()) | settings))


def refused(directory: Path, message: str) -> None:
    """Loading fails in a few words and leaves the model as it was."""
    model = llama()
    before = list(model.state_dict())
    with pytest.raises(ValueError, match=message) as error:
        load_adapter(model, directory)
    assert len(str(error.value)) < 600 and list(model.state_dict()) == before
