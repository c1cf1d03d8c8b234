"""Which modules are new with a task: found by what a base model's file lacks, for every task."""

import pytest
import torch
import transformers as t
from small_architectures import ARCHITECTURES, DISTILBERT, GPT2, SMALL, T5
from small_models import bert
from torch import nn

from ia3_teach import IA3, LoRA, attach, count, detach, load_adapter, save_adapter
from ia3_teach.recipe import NEW, Recipe, new_heads

TASKS = (
    *(
        "AutoModelForSequenceClassification",
        "AutoModelForTokenClassification",
        "AutoModelForQuestionAnswering",
    ),
    *("AutoModelForMultipleChoice", "AutoModelForNextSentencePrediction", "AutoModelForImageClassification"),
)
PRETRAINED = (
    "AutoModelForCausalLM",
    "AutoModelForMaskedLM",
    "AutoModelForSeq2SeqLM",
    "AutoModelForPreTraining",
)
SMALL_IMAGES = {"image_size": 8, "patch_size": 4, "num_hidden_layers": 2, "hidden_size": 16}
OTHERS = {
    "deberta": lambda: t.DebertaV2Config(**SMALL),
    "electra": lambda: t.ElectraConfig(**SMALL, embedding_size=16),
    "bart": lambda: t.BartConfig(vocab_size=50, d_model=16, encoder_layers=1, decoder_layers=1),
    "xlnet": lambda: t.XLNetConfig(vocab_size=50, d_model=16, n_layer=2, n_head=4, d_inner=24),
    "vit": lambda: t.ViTConfig(**SMALL_IMAGES, num_attention_heads=4, intermediate_size=24),
    "distilbert": lambda: t.DistilBertConfig(**DISTILBERT),
}
CONFIGS = {name: lambda make=make: make().config for name, make in ARCHITECTURES.items()} | OTHERS


def of_task(auto: str, config: t.PretrainedConfig) -> nn.Module | None:
    """A model of this task; None where the type has none."""
    mapping = getattr(t, auto)._model_mapping
    return getattr(t, auto).from_config(config) if type(config) in mapping else None


@pytest.mark.parametrize("name", CONFIGS)
def test_the_new_heads_are_what_the_file_of_the_base_lacks(name: str, tmp_path) -> None:
    config = CONFIGS[name]()
    t.AutoModel.from_config(config).save_pretrained(tmp_path)
    for auto in TASKS:
        model = of_task(auto, config)
        if model is None:
            continue
        _, report = type(model).from_pretrained(tmp_path, output_loading_info=True)
        heads = new_heads(model)
        inside = {key for key in model.state_dict() if any(key.startswith(f"{head}.") for head in heads)}
        ours = {key for key in inside if model.state_dict()[key].is_floating_point()}
        assert ours == report["missing_keys"] != set(), type(model).__name__


@pytest.mark.parametrize("name", CONFIGS)
@pytest.mark.parametrize("auto", PRETRAINED)
def test_a_pretrained_head_is_no_new_one(name: str, auto: str) -> None:
    model = of_task(auto, CONFIGS[name]())
    assert model is None or new_heads(model) == []


@pytest.mark.parametrize(
    ("make", "heads"),
    [
        (lambda: t.T5ForSequenceClassification(t.T5Config(**T5)), ["classification_head"]),
        (lambda: t.BertForNextSentencePrediction(t.BertConfig(**SMALL)), ["cls"]),
        (lambda: t.GPT2DoubleHeadsModel(t.GPT2Config(**GPT2)), ["multiple_choice_head"]),
    ],
)
def test_every_new_head_is_trained_and_comes_back_from_a_file(make, heads: list[str], tmp_path) -> None:
    model = make()
    attach(model, IA3())
    assert new_heads(model) == heads, "an attached adapter changes nothing"
    assert count(model).head == sum(p.numel() for p in model.get_submodule(heads[0]).base.parameters()) > 0
    for parameter in model.get_submodule(heads[0]).adapters["default"].parameters():
        parameter.data.fill_(0.5)
    save_adapter(model, tmp_path)
    detach(model)
    load_adapter(model, tmp_path)
    assert all((p == 0.5).all() for p in model.get_submodule(heads[0]).adapters["default"].parameters())


def test_what_loading_made_anew_is_trained_too() -> None:
    model = bert()
    setattr(model, NEW, ("bert.pooler", "classifier", "gone"))
    assert Recipe().heads(model) == ["classifier", "bert.pooler"]


def test_in_a_model_of_ones_own_a_head_has_a_known_name() -> None:
    class Own(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.body, self.score = nn.Linear(2, 2), nn.Linear(2, 2)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.score(self.body(x))

    assert new_heads(Own()) == ["score"]


class Around(nn.Module):
    """A model of one's own around a pretrained one."""

    def __init__(self, encoder: nn.Module) -> None:
        super().__init__()
        self.encoder, self.fc, self.act = encoder, nn.Linear(16, 2), nn.Tanh()


class OwnForCausalLM(t.LlamaForCausalLM):
    """Named like a pretrained one, with a head that is not."""

    def __init__(self, config: t.LlamaConfig) -> None:
        super().__init__(config)
        self.v_head = nn.Linear(config.hidden_size, 1)


@pytest.mark.parametrize(
    ("make", "heads"),
    [
        (lambda: Around(t.BertModel(t.BertConfig(**SMALL))), ["fc"]),
        (lambda: Around(t.BertForMaskedLM(t.BertConfig(**SMALL))), ["fc"]),
        (lambda: Around(t.BertForNextSentencePrediction(t.BertConfig(**SMALL))), ["fc", "encoder.cls"]),
        (lambda: nn.Sequential(t.BertModel(t.BertConfig(**SMALL)), nn.Linear(16, 2)), ["1"]),
        (lambda: OwnForCausalLM(t.LlamaConfig(**SMALL)), ["v_head"]),
    ],
)
def test_a_head_of_ones_own_is_found_whatever_its_name(make, heads: list[str]) -> None:
    model = make()
    assert new_heads(model) == heads
    attach(model, LoRA(sites=["q_proj" if "Llama" in str(model) else "query"]))
    trained = [name for name, parameter in model.named_parameters() if parameter.requires_grad]
    assert all(any(name.startswith(f"{head}.adapters") for name in trained) for head in heads)
