"""How pictures look to people with colour blindness, and how far apart two colours are to them.

Matrices for complete protanopia, deuteranopia and tritanopia in linear RGB: Machado, Oliveira and Fernandes
2009, A Physiologically-based Model for Simulation of Color Vision Deficiency, table 1, severity 1.0.
"""

import torch
from torch import Tensor

KINDS = {
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
XYZ = torch.tensor(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
WHITE = XYZ.sum(dim=1)


def seen(rgb: Tensor, kind: str | None) -> Tensor:
    """sRGB values in [0, 1], shape (..., 3), as a colour-blind person sees them; None changes nothing."""
    if kind is None:
        return rgb
    return compressed((linear(rgb) @ torch.tensor(KINDS[kind]).T).clamp(0, 1))


def linear(rgb: Tensor) -> Tensor:
    """sRGB to linear RGB."""
    return torch.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def compressed(rgb: Tensor) -> Tensor:
    """Linear RGB to sRGB."""
    return torch.where(rgb <= 0.0031308, 12.92 * rgb, 1.055 * rgb ** (1 / 2.4) - 0.055)


def lab(rgb: Tensor) -> Tensor:
    """sRGB to CIELAB, where distances are about as large as they look."""
    ratio = linear(rgb) @ XYZ.T / WHITE
    f = torch.where(ratio > (6 / 29) ** 3, ratio ** (1 / 3), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    x, y, z = f.unbind(-1)
    return torch.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], dim=-1)


def distance(one: str, other: str, kind: str | None) -> float:
    """The distance in CIELAB of two colours (names or #rrggbb) as they are seen; 2 is just noticeable."""
    from matplotlib.colors import to_rgb

    first, second = (lab(seen(torch.tensor(to_rgb(colour)), kind)) for colour in (one, other))
    return (first - second).norm().item()
