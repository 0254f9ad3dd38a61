# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Pictures altered a little, so that training does not cling to one place of a camera or one light.

What and how much is openpi's choice (src/openpi/models/model.py, preprocess_observation, and its
models_pytorch/preprocessing_pytorch.py): a crop and a small turn for cameras that stand, and other
colours for all. As in the former, every picture is altered on its own.
"""

from __future__ import annotations

from collections.abc import Mapping
import math

import torch
from torch import Tensor
import torch.nn.functional as F

CROP = 0.95  # side of the part that is kept
TURN_RAD = math.radians(5.0)
BRIGHTNESS, CONTRAST, SATURATION = 0.3, 0.4, 0.5


def augment(images: Mapping[str, Tensor], generator: torch.Generator) -> dict[str, Tensor]:
    """
    Alter a batch.

    :param images: camera slot to pictures, (B, 3, S, S) float32 in [-1, 1].
    :param generator: on the CPU; its state alone decides.
    """
    return {
        slot: recolour(pictures if 'wrist' in slot else shift(pictures, generator), generator)
        for slot, pictures in images.items()
    }


def shift(
    pictures: Tensor, generator: torch.Generator, crop: float = CROP, turn_rad: float = TURN_RAD
) -> Tensor:
    """
    Cut out a part at random, enlarge it to the old size, and turn it; what is beyond is black.

    :param pictures: (B, 3, S, S) in [-1, 1].
    """
    batch = len(pictures)
    angle = _uniform(batch, turn_rad, generator)
    cos, sin = angle.cos() * crop, angle.sin() * crop
    x, y = (_uniform(batch, 1 - crop, generator) for _ in range(2))
    rows = torch.stack([cos, -sin, x, sin, cos, y], dim=1).view(batch, 2, 3)
    grid = F.affine_grid(rows, list(pictures.shape), align_corners=False).to(pictures.device)
    return F.grid_sample(pictures + 1, grid, align_corners=False) - 1  # black is -1


def recolour(
    pictures: Tensor,
    generator: torch.Generator,
    brightness: float = BRIGHTNESS,
    contrast: float = CONTRAST,
    saturation: float = SATURATION,
) -> Tensor:
    """
    Change brightness, contrast and saturation, by at most these fractions.

    :param pictures: (B, 3, S, S) in [-1, 1].
    """
    bright, strong, colourful = (
        (1 + _uniform(len(pictures), most, generator)).view(-1, 1, 1, 1).to(pictures.device)
        for most in (brightness, contrast, saturation)
    )
    unit = (pictures + 1) / 2 * bright
    mean = unit.mean(dim=(1, 2, 3), keepdim=True)
    unit = mean + (unit - mean) * strong
    grey = unit.mean(dim=1, keepdim=True)
    unit = grey + (unit - grey) * colourful
    return unit.clamp(0, 1) * 2 - 1


def _uniform(count: int, most: float, generator: torch.Generator) -> Tensor:
    """Draw numbers between -most and most, (count,)."""
    return (torch.rand(count, generator=generator) * 2 - 1) * most
