# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Observations and noise that are invented: of the sizes that were asked for, and of a seed."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
import torch
from torch import Tensor
from torch.nn import functional as F

from benchmarks.inference.settings import Settings, real_tokens
from pi0_ros.model.config import Pi0Config
from pi0_ros.policy.images import resize_with_pad
from pi0_ros.policy.preprocess import Encoded, Fit, fit_here

CAMERA_SIZE = (480, 640)  # height and width [pixel]


class Given(NamedTuple):
    """
    What chunks begin with.

    :param pictures: as the cameras give them, (B, C, h, w, 3) uint8.
    :param rest: the observations, their pictures all black.
    :param noise: (B, H, A).
    """

    pictures: NDArray[np.uint8]
    rest: Encoded
    noise: Tensor

    def observations(self, fit: Fit = fit_here) -> Encoded:
        """Return the observations, with their pictures made smaller as the policy does it."""
        size = self.rest.pixels.shape[-1]
        rows = [
            torch.stack([fit(resize_with_pad, picture, size, 0) for picture in row])
            for row in self.pictures
        ]
        pixels = torch.stack(rows)
        masked = self.rest.seen.shape[1] - pixels.shape[1]
        pixels = F.pad(pixels, (0, 0, 0, 0, 0, 0, 0, masked))  # they stay black
        return self.rest._replace(pixels=pixels)


def invent(settings: Settings, config: Pi0Config, seed: int) -> Given:
    """
    Return what depends on the seed alone.

    :param config: with the horizon and the prompt of the settings.
    """
    generator = np.random.default_rng(seed)
    shape = (settings.batch, settings.seen, *CAMERA_SIZE, 3)
    pictures = generator.integers(0, 256, shape, np.uint8)
    rest = _black_observations(settings, config, generator)
    noise = generator.standard_normal(
        (settings.batch, config.horizon, config.action_dim), np.float32
    )
    return Given(pictures, rest, torch.from_numpy(noise) * config.noise_scale)


def _black_observations(
    settings: Settings, config: Pi0Config, generator: np.random.Generator
) -> Encoded:
    batch, size = settings.batch, config.vision.image_size
    tokens: NDArray[np.int64] = generator.integers(
        0, config.vocab_size, (batch, config.max_token_len)
    )
    real = torch.arange(config.max_token_len) < real_tokens(settings, config)
    seen = torch.arange(settings.cameras) < settings.seen
    state = generator.standard_normal((batch, config.action_dim), np.float32)
    return Encoded(
        pixels=torch.zeros(batch, settings.cameras, 3, size, size, dtype=torch.uint8),
        seen=seen.repeat(batch, 1),
        tokens=torch.from_numpy(tokens).masked_fill(~real, 0),
        token_mask=real.repeat(batch, 1),
        state=torch.from_numpy(state),
    )
