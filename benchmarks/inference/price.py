# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What cheaper numbers cost: how far the actions are from those of float32 in all steps.

Both take the same observations and noise. Of random weights they are invented; of the demo's,
which are trained, they are what its policy was trained for.
"""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from benchmarks.inference.inputs import invent
from benchmarks.inference.ours import SEED, Ours, build
from benchmarks.inference.results import Error
from benchmarks.inference.settings import DEMO, Settings
from pi0_ros.policy.policy import NUM_STEPS
from pi0_ros.policy.quantization import NONE

CHUNKS = 4


def exact(settings: Settings) -> Settings:
    """Return the same with the numbers that others are measured by."""
    return replace(settings, dtype='float32', quantization=NONE, steps=NUM_STEPS, engine='eager')


def is_exact(settings: Settings) -> bool:
    """Tell whether the actions are those of float32 in all steps, whatever computes them."""
    return replace(settings, engine='eager') == exact(settings)


def exact_actions(settings: Settings) -> Tensor:
    """
    Return the actions that cheaper ones are compared with, (N, H, A).

    :param settings: cheaper ones, or not.
    """
    settings = exact(settings)
    with torch.backends.cudnn.flags(allow_tf32=False):
        return actions_of(Ours(build(settings), settings), settings)


def actions_of(ours: Ours, settings: Settings) -> Tensor:
    """Return the actions for several observations, (N, H, A), without padding."""
    if settings.model == DEMO:
        from benchmarks.inference.scenes import joint_count, look  # noqa: PLC0415  # a simulator

        found = [ours.sample(*given) for given in look(ours.config)]
        return torch.cat(found)[..., : joint_count()]
    several = [invent(settings, ours.config, SEED + i) for i in range(CHUNKS)]
    return torch.cat([ours.sample(given.observations(), given.noise) for given in several])


def error_of(found: Tensor, expected: Tensor) -> Error:
    """Return how far actions are from others, (N, H, A) both."""
    difference = found - expected
    return Error(
        rms=_rms(difference),
        largest=float(difference.abs().max()),
        actions_rms=_rms(expected),
        chunks=len(expected),
    )


def _rms(x: Tensor) -> float:
    return float(x.square().mean().sqrt())
