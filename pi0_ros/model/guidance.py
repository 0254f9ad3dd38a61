# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Real-time chunking: a new chunk that goes on where the old one will be when it is ready.

While a chunk is computed the robot goes on executing the one before. So the first actions of the
new chunk are already history when it arrives, and those after it should not disagree with what
the robot is about to do. Black et al., arXiv 2506.07339, treat this as inpainting: at every step
of the denoising the chunk that would come out is pulled towards the old chunk, hard where it will
have been executed, ever more softly after that (:func:`guided`). A model that was trained to go
on from given actions needs no pull (Black et al., arXiv 2512.05964): it is given what will have
been executed (:func:`continued`). Both are changes of the velocity, so
:func:`pi0_ros.model.flow.denoise` needs to know nothing of them.

The paper's flow time is 1 - t in this package's convention (:mod:`pi0_ros.model.flow`), and its
velocity is -v; so the chunk that would come out is x - t v, and the pull is subtracted.
Letters in shapes: B batch, H horizon, A action.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
import math
from typing import cast

import torch
from torch import Tensor

from pi0_ros.model.flow import Velocity, known_first

Backward = Callable[[Tensor], tuple[Tensor]]

MAX_WEIGHT = 5.0  # the paper's beta


class Pull(Enum):
    """
    How what the chunk lacks becomes a change of the velocity.

    ``guided`` is the paper's: through the derivative of the denoised chunk, that is once back
    through the action expert. ``direct`` takes that derivative for the identity: no backward
    pass, no gradients; it is what LeRobot's implementation comes to (huggingface/lerobot,
    src/lerobot/policies/rtc/modeling_rtc.py at 7427f31, where the velocity is taken before its
    argument requires a gradient).
    """

    GUIDED = 'guided'
    DIRECT = 'direct'


@dataclass(frozen=True)
class Guidance:
    """
    What the new chunk is pulled towards.

    :param actions: what the robot will do without the new chunk, in the model's numbers,
        (B, H, A) float32; entries whose weight is zero don't matter.
    :param weights: from :func:`soft_mask`, (H,) float32.
    :param pull: how.
    :param max_weight: bound of the pull, the paper's beta.
    """

    actions: Tensor
    weights: Tensor
    pull: Pull = Pull.GUIDED
    max_weight: float = MAX_WEIGHT


def soft_mask(horizon: int, delay: int, overlap: int) -> Tensor:
    """
    Return how much each action of the new chunk is to keep to the old one, (H,) float32.

    Paper, equation 5: 1 for what will have been executed when the chunk arrives, falling
    exponentially to 0 where the old chunk ends.

    :param horizon: H.
    :param delay: actions that will be executed before the chunk arrives.
    :param overlap: actions that the old chunk still has, H - s in the paper; one that ends before
        the chunk arrives binds nothing beyond its end.
    :raises ValueError: if one of them is negative, or the overlap longer than the horizon.
    """
    if delay < 0 or not 0 <= overlap <= horizon:
        raise ValueError(
            f'expected 0 <= delay and 0 <= overlap <= horizon, found delay {delay}, '
            f'overlap {overlap}, horizon {horizon}'
        )
    delay = min(delay, overlap)
    i = torch.arange(horizon, dtype=torch.float64)
    c = ((overlap - i) / (overlap - delay + 1)).clamp(0.0, 1.0)
    weights = c * torch.expm1(c) / math.expm1(1.0)
    weights[:delay] = 1.0
    return weights.float()


def guidance_weight(t: Tensor, max_weight: float) -> Tensor:
    """
    Return how strongly to pull at a flow time: paper, equations 2 to 4.

    With the paper's tau = 1 - t: min(beta, (1 - tau) / (tau r²)), r² = (1 - tau)² / (tau² +
    (1 - tau)²). It is infinite before it is bounded at t = 1, where all is noise, and at t = 0.
    """
    clean = 1 - t
    return ((clean**2 + t**2) / (t * clean)).clamp(max=max_weight)


def guided(velocity: Velocity, guidance: Guidance) -> Velocity:
    """
    Return the velocity of denoising with guidance: paper, algorithm 1, lines 22 to 29.

    With weights that are all zero it is the velocity itself, to the last bit.

    :param velocity: v(x_t, time). For the Jacobian its tensors must not be inference tensors:
        ``torch.no_grad`` is fine, ``torch.inference_mode`` is not.
    """
    mask = guidance.weights[:, None]  # (H, 1)

    def towards(x_t: Tensor, time: Tensor) -> Tensor:
        t = time[:, None, None]  # (B, 1, 1)

        def outcome(x: Tensor) -> tuple[Tensor, Tensor]:
            v = velocity(x, time)
            return x - t * v, v

        if guidance.pull is Pull.DIRECT:
            denoised, v = outcome(x_t)
            pull = mask * (guidance.actions - denoised)
        else:
            results = torch.func.vjp(outcome, x_t, has_aux=True)
            denoised, backward, v = cast('tuple[Tensor, Backward, Tensor]', results)
            (pull,) = backward(mask * (guidance.actions - denoised))
        return v - guidance_weight(t, guidance.max_weight) * pull

    return towards


def continued(velocity: Velocity, actions: Tensor, known: Tensor) -> Velocity:
    """
    Return the velocity of denoising that goes on from given actions.

    For models trained so, up to ``known_actions`` of their configuration. The given actions enter
    the network clean, at flow time 0, and leave on a straight line from their noise, so that
    denoising ends on them. Source: arXiv 2512.05964, its listing of the sampler.

    :param actions: of which the first ones are given, in the model's numbers, (B, H, A) float32.
    :param known: how many, (B,) integers.
    """
    given = known_first(known, actions.shape[1])  # (B, H)

    def towards(x_t: Tensor, time: Tensor) -> Tensor:
        t = time[:, None]  # (B, 1)
        x = torch.where(given[..., None], actions, x_t)
        v = velocity(x, t.expand(given.shape).masked_fill(given, 0.0))
        return torch.where(given[..., None], (x_t - actions) / t[..., None], v)

    return towards
