"""Small random models of real architectures, in float64, for exact comparisons."""

import copy

import torch
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    BloomConfig,
    BloomForCausalLM,
    BloomForSequenceClassification,
)


def bert(num_labels: int = 2) -> torch.nn.Module:
    config = BertConfig(
        vocab_size=50,
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=32,
        max_position_embeddings=24,
        num_labels=num_labels,
        pad_token_id=0,
    )
    return random_biases(BertForSequenceClassification(config))


def bloom(n_head: int = 4) -> torch.nn.Module:
    return random_biases(
        BloomForCausalLM(BloomConfig(vocab_size=50, hidden_size=16, n_layer=2, n_head=n_head))
    )


def bloom_classifier() -> torch.nn.Module:
    config = BloomConfig(vocab_size=50, hidden_size=16, n_layer=2, n_head=4, num_labels=3, pad_token_id=3)
    return random_biases(BloomForSequenceClassification(config))


def random_biases(model: torch.nn.Module) -> torch.nn.Module:
    """Biases start at zero; random ones show a bias that was forgotten."""
    torch.manual_seed(0)
    for name, parameter in model.named_parameters():
        torch.nn.init.normal_(parameter, std=0.3 if name.endswith("bias") else 0.2)
    return model.double().eval()


def tokens(batch: int = 3, length: int = 7) -> torch.Tensor:
    return torch.randint(5, 50, (batch, length), generator=torch.Generator().manual_seed(1))


def randomise(module: torch.nn.Module, seed: int = 2) -> None:
    """Move every trainable value away from its start, without regard to names."""
    generator = torch.Generator().manual_seed(seed)
    for parameter in module.parameters():
        if parameter.requires_grad:
            parameter.data += 0.3 * torch.randn(parameter.shape, generator=generator, dtype=parameter.dtype)


def twins(build):
    """Two equal models."""
    model = build()
    return model, copy.deepcopy(model)
