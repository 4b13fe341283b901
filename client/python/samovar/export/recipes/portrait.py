"""A drawn person: an example that a network for people answers with a real mask.

Random pixels hold nobody, so the mask is zero everywhere and hides any mistake of the artefact.
"""

import torch
from torch import Tensor

Ellipse = tuple[float, float, float, float]
"""Centre x, centre y, half width, half height, as parts of the picture."""

SHAPES: tuple[tuple[Ellipse, tuple[float, float, float]], ...] = (
    ((0.50, 1.05, 0.42, 0.45), (0.20, 0.25, 0.50)),  # shoulders
    ((0.50, 0.33, 0.19, 0.22), (0.20, 0.12, 0.08)),  # hair
    ((0.50, 0.58, 0.06, 0.12), (0.80, 0.60, 0.50)),  # neck
    ((0.50, 0.38, 0.15, 0.19), (0.85, 0.65, 0.55)),  # face
    ((0.44, 0.35, 0.025, 0.012), (0.10, 0.10, 0.10)),  # eyes
    ((0.56, 0.35, 0.025, 0.012), (0.10, 0.10, 0.10)),
    ((0.50, 0.48, 0.05, 0.012), (0.70, 0.25, 0.25)),  # mouth
)


def draw_portrait(height: int, width: int) -> Tensor:
    """float32 [1, 3, height, width], RGB in 0..1."""
    y, x = torch.meshgrid(torch.linspace(0, 1, height), torch.linspace(0, 1, width), indexing="ij")
    picture = torch.stack([0.5 + 0.3 * x, 0.6 + 0.2 * y, 0.9 - 0.3 * x])
    for (centre_x, centre_y, half_width, half_height), colour in SHAPES:
        inside = ((x - centre_x) / half_width) ** 2 + ((y - centre_y) / half_height) ** 2 < 1
        picture = torch.where(inside, torch.tensor(colour).reshape(3, 1, 1), picture)
    return picture[None]
