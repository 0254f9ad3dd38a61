# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Flow matching: from noise to actions along a learned velocity. Knows no network.

NOTE: t = 1 is noise and t = 0 is the action, as in openpi; the π0 paper (arXiv 2410.24164,
section IV) runs the other way. Everything in this package uses this one convention::

    x_t = t * noise + (1 - t) * actions        a straight line between the two
    u_t = noise - actions                      its velocity dx/dt, what the network learns
    x  += dt * v(x, t),  dt = -1 / n           n Euler steps from t = 1 down to t = 0
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

if TYPE_CHECKING:
    from pi0_ros.model.pi0 import Inputs, Pi0

# x_t (B, H, A), time (B,) or one for each action (B, H) -> v (B, H, A)
Velocity = Callable[[Tensor, Tensor], Tensor]
Record = Callable[[int, Tensor], None]  # step, x_t (B, H, A) entering it


def interpolate(noise: Tensor, actions: Tensor, time: Tensor) -> tuple[Tensor, Tensor]:
    """
    Return the point x_t on the line from actions to noise, and the line's velocity u_t.

    :param noise: (B, H, A).
    :param actions: (B, H, A).
    :param time: (B,), or one for each action, (B, H).
    """
    t = time.view(len(time), -1, 1)  # (B, 1 or H, 1)
    return t * noise + (1 - t) * actions, noise - actions


def known_first(known: Tensor, horizon: int) -> Tensor:
    """
    Return which actions are given, the first ones, (B, H) bool.

    :param known: how many, (B,) integers.
    """
    return torch.arange(horizon, device=known.device) < known[:, None]


def sample_time(batch: int, generator: torch.Generator | None = None) -> Tensor:
    """
    Draw training times from Beta(1.5, 1) * 0.999 + 0.001, which favours the noisy end.

    openpi, src/openpi/models/pi0.py, compute_loss; π0 paper, appendix B. The distribution
    function of Beta(a, 1) is x^a, so its inverse turns uniform numbers into these.

    :return: (batch,) float32 in [0.001, 1), on the generator's device.
    """
    device = generator.device if generator else None
    uniform = torch.rand(batch, generator=generator, device=device)
    return uniform.pow(1 / 1.5) * 0.999 + 0.001


@torch.compiler.assume_constant_result  # type: ignore[untyped-decorator]  # traced, it rounds otherwise
def euler_times(num_steps: int) -> list[float]:
    """
    Return the time at which each step asks for the velocity, from 1 down to 1 / num_steps.

    They are accumulated in float32, as openpi does, because the time embedding magnifies the
    last bit of t a thousandfold.
    """
    if num_steps < 1:
        raise ValueError(f'num_steps: expected at least 1, found {num_steps}')
    steps = np.full(num_steps, -1.0 / num_steps, np.float32)
    steps[0] = 1.0
    return [float(time) for time in np.cumsum(steps, dtype=np.float32)]


def denoise(
    velocity: Velocity, noise: Tensor, num_steps: int, record: Record | None = None
) -> Tensor:
    """
    Follow the velocity from noise to actions.

    :param velocity: v(x_t, time), with time (B,).
    :param noise: x at t = 1, (B, H, A).
    :param record: called at each step with its number and the x_t entering it.
    :return: x at t = 0, (B, H, A).
    """
    x_t = noise
    for step, t in enumerate(euler_times(num_steps)):
        if record:
            record(step, x_t)
        time = torch.full((len(noise),), t, device=noise.device)
        x_t = euler_step(velocity, x_t, time, num_steps)
    return x_t


def euler_step(velocity: Velocity, x_t: Tensor, time: Tensor, num_steps: int) -> Tensor:
    """
    Return x one step on.

    :param time: of x_t, (B,).
    """
    return x_t - velocity(x_t, time) / num_steps


def sample_actions(
    model: Pi0, inputs: Inputs, noise: Tensor, num_steps: int, record: Record | None = None
) -> Tensor:
    """
    Read the prefix once, then denoise a chunk of actions.

    :param noise: (B, H, A) float32, standard normal.
    :return: actions, normalised and padded, (B, H, A) float32.
    """
    features = model.encode_images(inputs.images)
    cache = model.prefill(model.embed_prefix(features, inputs))
    return denoise(partial(model.velocity, cache, inputs.state), noise, num_steps, record)
