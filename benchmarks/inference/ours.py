# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Our model, what it is fed, and one timed chunk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from benchmarks.inference.inputs import invent
from benchmarks.inference.settings import ROOT, Settings, lengths, sizes
from pi0_ros.model.checkpoint import load_checkpoint
from pi0_ros.model.initialise import initialised_model
from pi0_ros.model.layers import AdaptiveRMSNorm
from pi0_ros.model.pi0 import Pi0
from pi0_ros.model.precision import parameter_dtypes
from pi0_ros.policy.engine import make_engine
from pi0_ros.policy.memory import kept_bytes
from pi0_ros.policy.preprocess import Encoded
from pi0_ros.policy.stopwatch import Stopwatch

SEED = 7


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
        self._engine = make_engine(model, settings.steps, settings.engine, settings.quantization)
        self.engine = self._engine.name
        """The name of what runs it."""
        self._given = invent(settings, self.config, SEED)
        self.noise = self._given.noise
        """What the chunk begins as, (B, H, A)."""
        self._sizes = settings.seen, settings.batch

    @property
    def weights_bytes(self) -> int:
        """What the engine keeps of the model takes."""
        return kept_bytes(self._engine.pipeline)

    def warm_up(self) -> None:
        """Do what the first chunk would have to wait for, and the first chunk."""
        self._engine.warm_up(*self._sizes)
        self.run()

    def observations(self) -> Encoded:
        """Return the observations, with their pictures made smaller as the policy does it."""
        return self._given.observations(self._engine.fit)

    def run(self) -> tuple[Tensor, Run]:
        """Return actions, (B, H, A), and what they cost."""
        stopwatch = Stopwatch(self.device)
        observations = self.observations()
        stopwatch.lap('preprocess')
        actions = self._engine.sample(observations, self.noise, stopwatch)
        return actions, Run(stopwatch.milliseconds, stopwatch.steps_ms)

    def sample(self, observations: Encoded, noise: Tensor) -> Tensor:
        """Return the actions for other observations and noise, (B, H, A)."""
        return self._engine.sample(observations, noise, Stopwatch(self.device))


def _open_gates(model: Pi0) -> None:
    """Let π0.5's expert take part: its gates begin shut, as training wants them."""
    generator = torch.Generator().manual_seed(SEED)
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, AdaptiveRMSNorm):
                dense = module.dense
                dense.weight.normal_(std=0.1 * dense.in_features**-0.5, generator=generator)
                dense.bias[-dense.out_features // 3 :] = 1.0  # scale, shift and then gate
