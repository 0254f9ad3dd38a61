# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
How a chunk goes on from what is left of the last one, in the form that an engine takes.

The ways themselves are :mod:`pi0_ros.model.guidance`'s.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Literal, NamedTuple, get_args

import torch
from torch import Tensor

from pi0_ros.model.config import Pi0Config
from pi0_ros.model.flow import Velocity
from pi0_ros.model.guidance import Guidance, Pull, continued, guided, soft_mask
from pi0_ros.policy.quantization import DIFFERENTIABLE
from pi0_ros.robots.spec import Robot
from pi0_ros.types import InputError

# Real-time chunking: a chunk goes on from what is left of the last one, if it was 'trained' to, or
# 'guided' or 'direct' (pi0_ros.model.guidance).
Rtc = Literal['none', 'guided', 'direct', 'trained']


class Steer(NamedTuple):
    """
    A change of the velocity, and the numbers in it.

    What a change does was recorded for all steers that have the same one.

    :param change: of the velocity and the tensors, the velocity that is followed.
    :param tensors: what it takes.
    :param differentiates: whether it takes the velocity's derivative.
    """

    change: Callable[..., Velocity]
    tensors: tuple[Tensor, ...]
    differentiates: bool = False

    def of(self, velocity: Velocity) -> Velocity:
        """Return the velocity that is followed."""
        return self.change(velocity, *self.tensors)


def check_rtc(rtc: Rtc, robot: Robot, config: Pi0Config, quantization: str) -> None:
    """
    Refuse what can't go on from a chunk.

    :param quantization: of the model, one of :data:`pi0_ros.policy.quantization.QUANTIZATIONS`.
    :raises InputError: naming why.
    """
    if rtc not in get_args(Rtc):
        raise InputError(f'rtc: expected one of {", ".join(get_args(Rtc))}, found {rtc!r}')
    quantity = robot.action_space.quantity
    if rtc != 'none' and quantity != 'position':
        raise InputError(f'rtc: {rtc} joins positions, but robot {robot.name} is told {quantity}')
    if rtc == 'trained' and not config.known_actions:
        raise InputError(
            'rtc: trained needs a checkpoint that was trained with given actions, but its '
            'config.json has no known_actions; guided and direct take any checkpoint'
        )
    if rtc == 'guided' and quantization not in DIFFERENTIABLE:
        raise InputError(
            f'rtc: guided takes a derivative, which quantization {quantization} does not have; '
            f'expected {" or ".join(DIFFERENTIABLE)}, or rtc direct or trained'
        )


def steer_to(rtc: Rtc, config: Pi0Config, actions: Tensor, delay: int, overlap: int) -> Steer:
    """
    Return what lets a chunk go on from actions.

    :param rtc: one that does.
    :param actions: in the model's numbers, (1, H, A).
    :param delay: how many of them will be executed meanwhile.
    :param overlap: how many of them there are.
    """
    if rtc == 'trained':
        known = torch.tensor([min(delay, overlap, config.known_actions)])
        return Steer(continued, (actions, known))
    weights = soft_mask(config.horizon, delay, overlap)
    pull = Pull(rtc)
    return Steer(_PULLS[pull], (actions, weights), pull is Pull.GUIDED)


def _pulled(velocity: Velocity, actions: Tensor, weights: Tensor, pull: Pull) -> Velocity:
    return guided(velocity, Guidance(actions, weights, pull))


_PULLS = {pull: partial(_pulled, pull=pull) for pull in Pull}
