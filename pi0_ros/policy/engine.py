# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Running the model, stage by stage, and timing each stage.

Takes the model's inputs and noise, gives actions and milliseconds. It does not know what a
camera, a joint or a sentence is. The stages are those of flow.sample_actions; each is a function
of tensors with fixed shapes, so that another way to run them can take this one's place.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
import time

import torch
from torch import Tensor

from pi0_ros.model.flow import Velocity, denoise
from pi0_ros.model.pi0 import Inputs, Pi0

Steer = Callable[[Velocity], Velocity]  # see pi0_ros.model.guidance


class Stopwatch:
    """
    Measure consecutive stages, waiting for the device at the end of each.

    :param device: where the work is done.
    """

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._last_s = time.perf_counter()
        self.milliseconds: dict[str, float] = {}

    def lap(self, stage: str) -> None:
        """Call what has passed since the last lap by this name."""
        if self._device.type == 'cuda':
            torch.cuda.synchronize(self._device)
        now_s = time.perf_counter()
        self.milliseconds[stage] = (now_s - self._last_s) * 1e3
        self._last_s = now_s


class EagerEngine:
    """
    PyTorch as it comes, one operation after the other.

    :param model: on its device.
    :param num_steps: Euler steps from noise to actions.
    """

    def __init__(self, model: Pi0, num_steps: int) -> None:
        self._model = model.eval()
        self._num_steps = num_steps

    def sample(
        self, inputs: Inputs, noise: Tensor, stopwatch: Stopwatch, steer: Steer | None = None
    ) -> Tensor:
        """
        Read the prefix once, then denoise.

        :param noise: standard normal, (B, H, A) float32.
        :param stopwatch: gets the laps vision, prefix and denoise.
        :param steer: changes the velocity, so that the chunk goes on from another one.
        :return: actions, normalised and padded, (B, H, A) float32.
        """
        model = self._model
        # Guidance differentiates, which inference tensors don't allow.
        with torch.inference_mode(steer is None), torch.no_grad():
            features = model.encode_images(inputs.images)
            stopwatch.lap('vision')
            cache = model.prefill(model.embed_prefix(features, inputs))
            stopwatch.lap('prefix')
            velocity: Velocity = partial(model.velocity, cache, inputs.state)
            actions = denoise(steer(velocity) if steer else velocity, noise, self._num_steps)
            stopwatch.lap('denoise')
        return actions
