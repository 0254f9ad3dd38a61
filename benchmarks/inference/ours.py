# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Our model, what it is fed, and one timed chunk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
import torch
from torch import Tensor
from torch.nn import functional as F

from benchmarks.inference.settings import ROOT, Settings, lengths, real_tokens, sizes
from pi0_ros.model.checkpoint import load_checkpoint
from pi0_ros.model.config import Pi0Config
from pi0_ros.model.initialise import initialised_model
from pi0_ros.model.layers import AdaptiveRMSNorm
from pi0_ros.model.pi0 import Pi0
from pi0_ros.model.precision import parameter_dtypes
from pi0_ros.policy.engine import make_engine
from pi0_ros.policy.images import resize_with_pad
from pi0_ros.policy.preprocess import Encoded
from pi0_ros.policy.stopwatch import Stopwatch

SEED = 7
CAMERA_SIZE = (480, 640)  # height and width [pixel]


def build(settings: Settings) -> Pi0:
    """
    Return the model on its device.

    :raises InputError: if a checkpoint can't be loaded.
    """
    dtype, device = settings.torch_dtype, torch.device(settings.device)
    if not settings.public:
        folder = ROOT / settings.model
        return load_checkpoint(folder, dtype=dtype, device=device)[0]
    model = initialised_model(sizes(settings), SEED).eval()
    _open_gates(model)
    dtypes = parameter_dtypes(model, dtype)
    with torch.no_grad():  # one by one, so that little exists twice
        for name, parameter in model.named_parameters():
            parameter.data = parameter.to(device, dtypes[name])
    return model


class Run(NamedTuple):
    """
    What a chunk cost [ms].

    :param stages: by name, in order.
    :param steps: of denoising, in order.
    """

    stages: Mapping[str, float]
    steps: Sequence[float]


class Ours:
    """
    An engine, and the same observations for every chunk.

    :param model: from :func:`build`; its horizon and prompt become those of the settings.
    :raises InputError: if the engine can't run here, or more tokens are real than there are.
    """

    def __init__(self, model: Pi0, settings: Settings) -> None:
        model.config = self.config = lengths(settings, model.config)
        self.device = torch.device(settings.device)
        """Where it runs."""
        self._engine = make_engine(model, settings.steps, settings.engine)
        self.engine = self._engine.name
        """The name of what runs it."""
        generator = np.random.default_rng(SEED)
        shape = (settings.batch, settings.seen, *CAMERA_SIZE, 3)
        self._pictures = generator.integers(0, 256, shape, np.uint8)
        self._rest = _observations(settings, self.config, generator)
        noise = generator.standard_normal(
            (settings.batch, self.config.horizon, self.config.action_dim), np.float32
        )
        self.noise = torch.from_numpy(noise)
        """What the chunk begins as, (B, H, A)."""

    def observations(self) -> Encoded:
        """Return the observations, with their pictures made smaller as the policy does it."""
        size = self.config.vision.image_size
        rows = [
            torch.stack([self._engine.fit(resize_with_pad, picture, size, 0) for picture in row])
            for row in self._pictures
        ]
        pixels = torch.stack(rows)
        masked = self._rest.seen.shape[1] - pixels.shape[1]
        pixels = F.pad(pixels, (0, 0, 0, 0, 0, 0, 0, masked))  # they stay black
        return self._rest._replace(pixels=pixels)

    def run(self) -> tuple[Tensor, Run]:
        """Return actions, (B, H, A), and what they cost."""
        stopwatch = Stopwatch(self.device)
        observations = self.observations()
        stopwatch.lap('preprocess')
        actions = self._engine.sample(observations, self.noise, stopwatch)
        return actions, Run(stopwatch.milliseconds, stopwatch.steps_ms)


def _observations(
    settings: Settings, config: Pi0Config, generator: np.random.Generator
) -> Encoded:
    """Return observations that are all black."""
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


def _open_gates(model: Pi0) -> None:
    """Let π0.5's expert take part: its gates begin shut, as training wants them."""
    generator = torch.Generator().manual_seed(SEED)
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, AdaptiveRMSNorm):
                dense = module.dense
                dense.weight.normal_(std=0.1 * dense.in_features**-0.5, generator=generator)
                dense.bias[-dense.out_features // 3 :] = 1.0  # scale, shift and then gate
